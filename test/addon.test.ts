// Where the addon is found, in copies of what is built. What a process has opened, its own report says.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { root } from '../scripts/sources.ts'

const source = join(root, 'packages/core-native')
const addon = join(source, 'native/build/Release/netsnap_core.node')
const built = 'native/build/Release/netsnap_core.node'
const libc = 'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header ? 'glibc' : 'musl'
const prebuilt = `native/prebuilds/linux-${process.arch}/netsnap.${libc}.node`

let folder: string
let installed: string

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'netsnap-addon-')))
  installed = join(folder, 'node_modules/@netsnap/core-native')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The package without its dependencies, and without an addon. */
beforeEach(() => {
  for (const name of ['node_modules', 'app']) rmSync(join(folder, name), { recursive: true, force: true })
  for (const name of ['dist', 'package.json']) cpSync(join(source, name), join(installed, name), { recursive: true })
})

function mkdirAbove(path: string): string {
  mkdirSync(dirname(path), { recursive: true })
  return path
}

function put(file: string, content?: string): void {
  mkdirSync(dirname(join(installed, file)), { recursive: true })
  if (content === undefined) cpSync(addon, join(installed, file))
  else writeFileSync(join(installed, file), content)
}

/** The addon that is open after a socket was opened, or what went wrong. */
function opened(door = join(installed, 'dist/index.js'), env: NodeJS.ProcessEnv = {}): unknown {
  const code = `
    const { openSession } = await import(${JSON.stringify(door)})
    try {
      openSession('NETLINK_ROUTE').close()
      const { sharedObjects } = process.report.getReport()
      console.log(JSON.stringify(sharedObjects.filter((file) => file.endsWith('.node'))))
    } catch (error) {
      console.log(JSON.stringify(error.code ?? error.message))
    }`
  const options = { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH, ...env } } as const
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', code], options))
}

test.each([built, prebuilt])('%s is opened without node-gyp-build, which is not there', (file) => {
  put(file)
  expect(opened()).toEqual([join(installed, file)])
})

test('what was built here goes before what came with the package', () => {
  put(built)
  put(prebuilt)
  expect(opened()).toEqual([join(installed, built)])
})

test('what does not load is passed over', () => {
  put(built, 'no addon')
  put(prebuilt)
  expect(opened()).toEqual([join(installed, prebuilt)])
})

test.each(['build/Debug/netsnap_core.node', `prebuilds/linux-${process.arch}/any.node`])(
  'node-gyp-build finds what is at %s',
  (file) => {
    put(join('native', file))
    expect(opened()).toBe('ADDON_MISSING')
    const finder = join(source, 'node_modules/node-gyp-build')
    cpSync(realpathSync(finder), join(installed, 'node_modules/node-gyp-build'), { recursive: true })
    expect(opened()).toEqual([join(installed, 'native', file)])
  },
)

test('what node-gyp-build is told in the environment holds', () => {
  put(built)
  expect(opened(undefined, { PREBUILDS_ONLY: '1' })).toBe('ADDON_MISSING')
})

test.each(['dist', 'src', 'lib'])('a bundle in another package, in %s, opens the addon of ours', (place) => {
  put(built)
  const app = join(folder, 'app')
  cpSync(join(source, 'dist'), join(app, place), { recursive: true })
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "type": "module" }')
  expect(opened(join(app, place, 'index.js'))).toEqual([join(installed, built)])
})

test('so does one beside which ours is linked, as pnpm installs it', () => {
  put(built)
  const store = join(folder, 'app/store')
  renameSync(join(folder, 'node_modules/@netsnap'), mkdirAbove(store))
  const app = join(folder, 'app/installed')
  cpSync(join(source, 'dist'), join(app, 'dist'), { recursive: true })
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "type": "module" }')
  symlinkSync(join(store, 'core-native'), mkdirAbove(join(app, 'node_modules/@netsnap/core-native')))
  expect(opened(join(app, 'dist/index.js'))).toEqual([join(store, 'core-native', built)])
})

test('where there is none, a bundle says what to do', () => {
  const app = join(folder, 'app')
  cpSync(join(source, 'dist'), join(app, 'dist'), { recursive: true })
  rmSync(join(folder, 'node_modules'), { recursive: true })
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "type": "module" }')
  expect(opened(join(app, 'dist/index.js'))).toBe('ADDON_MISSING')
})
