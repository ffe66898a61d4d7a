import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { looked } from '../src/base/looked.ts'
import { readSmallFile } from '../src/base/small-file.ts'
import { openNetns } from '../src/socket/netns.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'netsnap-looked-')))
afterAll(() => rmSync(folder, { recursive: true }))
const pipe = join(folder, 'pipe')
execFileSync('mkfifo', [pipe])
const require = createRequire(join(folder, 'main.js'))
let count = 0

/** The name of a new package behind a symbolic link, in folders that `require` knows by now. */
function linkedPackage(): string {
  const name = `linked${count++}`
  mkdirSync(join(folder, 'store', name), { recursive: true })
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  writeFileSync(join(folder, 'store', name, 'index.js'), '')
  symlinkSync(join(folder, 'store', name), join(folder, 'node_modules', name))
  return name
}

test.each([
  ['a small file', () => readSmallFile(pipe, { limit: 10 })],
  ['a namespace', () => openNetns(pipe)],
  ['anything', () => looked(statSync(pipe))],
])('a pipe in the place of %s does not keep a package from being found', (_, look) => {
  require.resolve(linkedPackage())
  const name = linkedPackage()
  try {
    look()
  } catch {
    // Refused, as it should be.
  }
  expect(require.resolve(name)).toBe(join(folder, 'store', name, 'index.js'))
})
