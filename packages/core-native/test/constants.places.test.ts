import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { needs, testLive } from '../src/testing/vitest.ts'
import { type Answer, InstalledPackage } from './constants/package.ts'

// Who has no cache of his own (a service, a container) keeps what was read where all may write, if nobody else can have
// put it there.

let installed: InstalledPackage
let tmp: string
let place: string
const isRoot = process.getuid?.() === 0
const nobody = 65534

beforeAll(() => {
  installed = new InstalledPackage()
  tmp = join(installed.folder, 'tmp')
  place = join(tmp, `netsnap-${process.getuid?.()}`)
})
afterAll(() => installed.remove())
beforeEach(() => {
  for (const path of [tmp, installed.home]) rmSync(path, { recursive: true, force: true })
  for (const path of [tmp, installed.home]) mkdirSync(path)
  mkdirSync(join(installed.folder, 'headers/linux'), { recursive: true })
  writeFileSync(
    join(installed.folder, 'headers/linux/fib_rules.h'),
    'enum { FRA_UNSPEC, FRA_DST, FRA_TEST_ONLY = 1001 };',
  )
})

const headers = () => ({ NETSNAP_BTF: 'none', NETSNAP_HEADERS: join(installed.folder, 'headers') })
const noHome = { XDG_CACHE_HOME: '/dev/null/none' }
const ask = (extra: Record<string, string> = {}): Answer =>
  installed.ask({ ...headers(), ...noHome, TMPDIR: tmp, ...extra }, ['FRA_TEST_ONLY'])
const values = { FRA_TEST_ONLY: 1001 }

describe('without a cache of the user', () => {
  test('the second process reads what the first has written, for its user alone', () => {
    const first = ask()
    const [name] = readdirSync(place)
    const file = join(place, String(name))
    expect(first).toMatchObject({ values, provenance: { origin: 'generated', file, problems: [] } })
    expect([place, file].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600])
    expect(ask()).toMatchObject({ values, provenance: { origin: 'cache', file, problems: [] } })
    expect(readdirSync(place)).toEqual([name])
  })

  test('with one, that is used', () => {
    const file = join(installed.home, 'mine/netsnap')
    expect(ask({ XDG_CACHE_HOME: join(installed.home, 'mine') }).provenance.file).toContain(file)
    expect(existsSync(place)).toBe(false)
  })

  test.each(['relative/place', '/dev/null/none', '/sys'])('TMPDIR=%s takes nothing, and costs time only', (value) => {
    const cwd = join(installed.home, 'cwd')
    mkdirSync(cwd)
    const { provenance } = installed.ask({ ...headers(), ...noHome, TMPDIR: value }, ['FRA_TEST_ONLY'], cwd)
    expect(provenance).toMatchObject({ origin: 'generated', file: null })
    expect(provenance.problems).toEqual([expect.stringContaining('not cached')])
    expect(readdirSync(cwd)).toEqual([])
  })

  test('what has changed since is read again', () => {
    ask()
    writeFileSync(join(installed.folder, 'headers/linux/dpll.h'), '#define DPLL_TEST_ONLY 5')
    expect(ask().provenance.origin).toBe('generated')
    expect(ask().provenance.origin).toBe('cache')
  })
})

/** What somebody else may have made of the folder; what lies in it is what we wrote, but for a number. */
const foreign: [string, boolean, () => void][] = [
  ['of another user', isRoot, () => chownSync(place, nobody, nobody)],
  ['that a group may write to', true, () => chmodSync(place, 0o770)],
  ['that all may write to', true, () => chmodSync(place, 0o707)],
  [
    'behind a link',
    true,
    () => {
      renameSync(place, join(tmp, 'moved'))
      symlinkSync(join(tmp, 'moved'), place)
    },
  ],
]

describe.each(foreign)('a folder %s', (_, possible, make) => {
  test.runIf(possible)('is neither believed nor written to', () => {
    const { file } = ask().provenance
    writeFileSync(String(file), '{ "poison": 1 }', { mode: 0o600 })
    make()
    const { values: found, provenance } = ask()
    expect(found).toEqual(values)
    expect(provenance).toMatchObject({ origin: 'generated', file: null })
    expect(provenance.problems).toEqual([expect.stringContaining("is not a folder of this user's alone")])
    expect(statSync(String(file)).size).toBe('{ "poison": 1 }'.length)
  })
})

test.runIf(isRoot)("another user's file in our folder is not believed", () => {
  const { file } = ask().provenance
  chownSync(String(file), nobody, nobody)
  expect(ask()).toMatchObject({ values, provenance: { origin: 'generated' } })
  expect(ask().provenance.origin).toBe('cache')
})

// A mount namespace of its own, where nothing but /dev/shm can be written to.
testLive('a container that cannot be written to keeps it in /dev/shm', needs(), () => {
  const script = `
    set -e
    mount --bind ${installed.folder} /mnt
    mount -t tmpfs -o ro none /tmp
    mount -t tmpfs none /dev/shm
    cd /mnt
    node probe.mjs FRA_TEST_ONLY
    node probe.mjs FRA_TEST_ONLY`
  const env = { PATH: process.env.PATH, ...noHome, NETSNAP_BTF: 'none', NETSNAP_HEADERS: '/mnt/headers' }
  const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script], { env, encoding: 'utf8' })
  expect(stderr).toBe('')
  const [first, second] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer)
  expect(first).toMatchObject({ values, provenance: { origin: 'generated', problems: [] } })
  expect(second).toMatchObject({ values, provenance: { origin: 'cache', file: first?.provenance.file, problems: [] } })
  expect(first?.provenance.file).toMatch(/^\/dev\/shm\/netsnap-\d+\/constants-/)
})
