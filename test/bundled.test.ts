// What is built: few files, and one of each thing whatever door it is taken from.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { root } from '../scripts/sources.ts'

/** Runs a module as a user's project does, and tells which of our files V8 was given. */
function filesLoadedBy(code: string): string[] {
  const watch = `
    import { Session } from 'node:inspector'
    const loaded = []
    const session = new Session()
    session.connect()
    session.on('Debugger.scriptParsed', ({ params }) => loaded.push(params.url))
    session.post('Debugger.enable')
    loaded.length = 0
    ${code}
    console.log(JSON.stringify(loaded.filter((url) => url.includes('/packages/'))))`
  const args = ['--input-type=module', '--eval', watch]
  const urls: string[] = JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }))
  return urls.map((url) => url.replace(/.*\/packages\//, ''))
}

const doors = ['index', 'schema/index', 'compile/index', 'constants/index'].map((name) => `core-native/dist/${name}.js`)

test.each(['device', 'rule', 'route', 'genl-wireguard', 'dpll'])(
  '@netsnap/%s is one file, beside those of core-native',
  (name) => {
    const loaded = filesLoadedBy(`await import('@netsnap/${name}')`)
    const [own, others] = [[`${name}/dist/index.js`], ['core-native/dist/shared.js', ...doors]]
    expect(loaded).toEqual(expect.arrayContaining([...own, 'core-native/dist/shared.js']))
    expect([...own, ...others]).toEqual(expect.arrayContaining(loaded))
    expect(new Set(loaded).size).toBe(loaded.length)
  },
)

test('what reads headers is loaded when it is asked for, and nothing is loaded twice', () => {
  const generator = 'core-native/dist/constants/generator.js'
  const constants = "const { report, provenance } = await import('@netsnap/core-native/constants')"
  expect(filesLoadedBy(constants)).not.toContain(generator)
  const loaded = filesLoadedBy(`${constants}
    report('FRA_DST')
    for (const door of ['', '/schema', '/compile', '/testing']) await import('@netsnap/core-native' + door)`)
  expect(loaded).toContain(generator)
  expect(new Set(loaded).size).toBe(loaded.length)
})

test('an import does not have Node load streams or sockets', () => {
  const code = `
    const before = new Set(process.moduleLoadList)
    await import('@netsnap/route')
    console.log(JSON.stringify(process.moduleLoadList.filter((name) => !before.has(name))))`
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: root, encoding: 'utf8' })
  expect(JSON.parse(said).filter((name: string) => /\b(streams?|net|util|timers)\b/.test(name))).toEqual([])
})

const { exports } = JSON.parse(readFileSync(`${root}packages/core-native/package.json`, 'utf8')) as {
  exports: Record<string, string | { readonly '@netsnap/source': string; readonly default: string }>
}
const paths = Object.entries(exports).flatMap(([door, to]) =>
  typeof to === 'string' ? [] : [[door, to['@netsnap/source'], to.default] as const],
)

test.each(paths)('the door %s has the names of its source', async (_, source, built) => {
  const [ours, theirs] = [source, built].map(
    (file) => import(new URL(`../packages/core-native/${file}`, import.meta.url).href),
  )
  expect(Object.keys(await ours!).sort()).toEqual(Object.keys(await theirs!).sort())
})

test('an error of one door is of the class of another', () => {
  const code = `
    import { NetlinkError, Session } from '@netsnap/core-native'
    import { fakeTransport } from '@netsnap/core-native/testing'
    import { rule } from '@netsnap/rule'
    const errors = []
    const collect = (error) => errors.push([error instanceof NetlinkError, error.code])
    const session = new Session(fakeTransport(() => []))
    session.close()
    await session.dump(rule).catch(collect)
    console.log(JSON.stringify(errors))`
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: root, encoding: 'utf8' })
  expect(JSON.parse(said)).toEqual([[true, 'EBADF']])
})
