import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { InstalledPackage } from './constants/package.ts'

// Files only save time: whatever stands in the place of one, the constants are there.

let installed: InstalledPackage
let headers: string
let cache: string
beforeAll(() => {
  installed = new InstalledPackage()
  headers = join(installed.folder, 'headers')
  cache = join(installed.home, '.cache/netsnap')
})
afterAll(() => installed.remove())
beforeEach(() => {
  for (const path of [installed.hostFile, headers, installed.home]) rmSync(path, { recursive: true, force: true })
  mkdirSync(installed.home)
  mkdirSync(join(headers, 'linux'), { recursive: true })
  writeFileSync(join(headers, 'linux/fib_rules.h'), 'enum { FRA_UNSPEC, FRA_DST = 1, FRA_TEST_ONLY = 1001 };')
})

const environment = () => ({ NETSNAP_BTF: 'none', NETSNAP_HEADERS: headers })
const ask = (extra: Record<string, string> = {}) =>
  installed.ask({ ...environment(), ...extra }, ['FRA_DST', 'FRA_TEST_ONLY'])
const whole = { FRA_DST: 1, FRA_TEST_ONLY: 1001 }

/** What may stand in a file's place. */
const places: [string, (path: string) => void][] = [
  ['a pipe', (path) => execFileSync('mkfifo', [path])],
  ['a folder', (path) => mkdirSync(path)],
  ['a device', (path) => symlinkSync('/dev/zero', path)],
  ['a terminal', (path) => symlinkSync('/dev/tty', path)],
  ['a link to itself', (path) => symlinkSync(path, path)],
  [
    'a link to a pipe',
    (path) => {
      execFileSync('mkfifo', [`${path}.pipe`])
      symlinkSync(`${path}.pipe`, path)
    },
  ],
  ['a name that is too long', (path) => symlinkSync('x'.repeat(300), path)],
  [
    'a file without end',
    (path) => {
      writeFileSync(path, '')
      truncateSync(path, 2 ** 40)
    },
  ],
  ['rubbish', (path) => writeFileSync(path, Buffer.from(Array.from({ length: 999 }, (_, n) => (n * 7) % 256)))],
  [
    'JSON of something else',
    (path) => writeFileSync(path, '{"fingerprint":{"files":[["x"]],"modules":[]},"kernel":{}}'),
  ],
  ['a file that may not be read', (path) => writeFileSync(path, '{}', { mode: 0 })],
]

describe.each(places)('%s', (_, put) => {
  test('in the place of the cache', () => {
    ask()
    const [name] = readdirSync(cache)
    const file = join(cache, String(name))
    rmSync(file)
    put(file)
    expect(ask()).toMatchObject({ values: whole, provenance: { origin: 'generated' } })
  })

  test('in the place of what the install script has written', () => {
    put(installed.hostFile)
    expect(ask().values).toEqual(whole)
    rmSync(installed.hostFile, { recursive: true })
    rmSync(`${installed.hostFile}.pipe`, { force: true })
  })

  test('in the place of a header', () => {
    put(join(headers, 'linux/dpll.h'))
    expect(ask().values).toEqual(whole)
  })

  test('in the place of the kernel’s BTF', () => {
    const btf = join(installed.folder, 'vmlinux')
    put(btf)
    expect(ask({ NETSNAP_BTF: btf }).values).toEqual(whole)
    rmSync(btf, { recursive: true })
    rmSync(`${btf}.pipe`, { force: true })
  })

  test('in the place of the folder of caches', () => {
    mkdirSync(join(installed.home, '.cache'))
    put(cache)
    expect(ask().values).toEqual(whole)
  })
})

describe('where the cache would be', () => {
  test.each([
    ['is relative', () => ({ XDG_CACHE_HOME: 'here' })],
    [
      'is a file',
      () => {
        const file = join(installed.home, 'file')
        writeFileSync(file, '')
        return { XDG_CACHE_HOME: file }
      },
    ],
    ['is a device', () => ({ XDG_CACHE_HOME: '/dev/null' })],
    ['cannot be written', () => ({ XDG_CACHE_HOME: '/proc/self' })],
    ['is full', () => ({ XDG_CACHE_HOME: '/dev/full' })],
    ['is below no home', () => ({ HOME: '' })],
    ['is below a home that is none', () => ({ HOME: '/nowhere/at/all' })],
    ['is below a home with a long name', () => ({ HOME: `/${'x'.repeat(5000)}` })],
  ])('%s: the constants are generated', (_, given) => {
    expect(ask(given())).toMatchObject({ values: whole })
  })

  test('is nowhere, for a user whom the system does not know', () => {
    // Readable for everybody, as an installed package is.
    chmodSync(installed.folder, 0o755)
    const script = join(installed.folder, 'probe.mjs')
    const options = {
      cwd: installed.folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, TMPDIR: join(installed.folder, 'none'), ...environment() },
    } as const
    const asNobody = process.getuid?.() === 0 ? { uid: 4_000_001, gid: 4_000_001 } : {}
    const { stdout, stderr } = spawnSync(process.execPath, [script, 'FRA_DST', 'FRA_TEST_ONLY'], {
      ...options,
      ...asNobody,
    })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({
      values: whole,
      provenance: { origin: 'generated', headers: { path: headers } },
    })
  })
})

test('without package.json beside it there are the bundled constants', () => {
  const manifest = join(installed.folder, 'package.json')
  renameSync(manifest, `${manifest}.away`)
  try {
    const { values, provenance } = installed.ask({ ...environment(), NODE_NO_WARNINGS: '1' })
    expect(values).toEqual({ FRA_DST: 1 })
    expect(provenance.origin).toBe('snapshot')
  } finally {
    renameSync(`${manifest}.away`, manifest)
  }
})
