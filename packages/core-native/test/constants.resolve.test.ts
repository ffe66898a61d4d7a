import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { needs, testLive } from '../src/testing/vitest.ts'
import { InstalledPackage } from './constants/package.ts'

// Each case is a process of its own, in a package that is installed by itself. FRA_DST stands for what every source
// knows, TEST_ONLY_ for what only the headers of this test know.

let installed: InstalledPackage
let headers: string
let cache: string
const noKernel = { NETSNAP_BTF: 'none' }
const isRoot = process.getuid?.() === 0

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
  writeHeader(1)
})

function writeHeader(value: number): void {
  writeFileSync(
    join(headers, 'linux/fib_rules.h'),
    `enum { FRA_UNSPEC, FRA_DST = 1, FRA_TEST_ONLY = ${1000 + value} };`,
  )
}

const fromTestHeaders = (extra: Record<string, string> = {}) =>
  installed.ask({ ...noKernel, NETSNAP_HEADERS: headers, ...extra }, ['FRA_DST', 'FRA_TEST_ONLY', 'RTM_GETLINK'])

function cachedFile(): string {
  const [name] = readdirSync(cache)
  return join(cache, String(name))
}

describe('what there is to read', () => {
  test('neither headers nor kernel: the bundled definitions, and no file', () => {
    const { values, newest, provenance } = installed.ask({ ...noKernel, NETSNAP_HEADERS: 'none' })
    expect(values).toEqual({ FRA_DST: 1 })
    expect(newest).toBe('FRA_DSCP_MASK')
    expect(provenance).toMatchObject({ origin: 'snapshot', file: null, headers: null, kernel: null, problems: [] })
    expect(existsSync(cache)).toBe(false)
  })

  test('headers alone: they add to the bundled definitions', () => {
    const { values, provenance } = fromTestHeaders()
    expect(values).toEqual({ FRA_DST: 1, FRA_TEST_ONLY: 1001, RTM_GETLINK: 18 })
    expect(provenance).toMatchObject({ origin: 'generated', headers: { path: headers }, kernel: null, problems: [] })
  })

  testLive('the kernel alone', needs('btf'), () => {
    const { values, provenance } = installed.ask({ NETSNAP_HEADERS: 'none' })
    expect(values).toEqual({ FRA_DST: 1 })
    expect(provenance).toMatchObject({ origin: 'generated', headers: null, problems: [] })
    expect(provenance.kernel).toMatch(/^\d+\.\d+/)
  })

  test.each(['', 'x', '\x9f\xeb\x01\x00garbage'])('a BTF file that is none (%j): the headers', (content) => {
    const btf = join(installed.folder, 'vmlinux')
    writeFileSync(btf, content, 'latin1')
    const { values, provenance } = fromTestHeaders({ NETSNAP_BTF: btf })
    expect(values.FRA_TEST_ONLY).toBe(1001)
    expect(provenance).toMatchObject({ origin: 'generated', kernel: null })
  })

  test('headers that are binary rubbish: the bundled definitions stand', () => {
    writeFileSync(
      join(headers, 'linux/fib_rules.h'),
      Buffer.from(Array.from({ length: 9999 }, (_, n) => (n * 7) % 256)),
    )
    expect(fromTestHeaders().values).toEqual({ FRA_DST: 1, RTM_GETLINK: 18 })
  })
})

describe('the cache', () => {
  test('the second process reads what the first has written, for itself alone', () => {
    fromTestHeaders()
    expect(statSync(cachedFile()).mode & 0o777).toBe(0o600)
    expect(statSync(cache).mode & 0o777).toBe(0o700)
    const { values, provenance } = fromTestHeaders()
    expect(values.FRA_TEST_ONLY).toBe(1001)
    expect(provenance).toMatchObject({ origin: 'cache', file: cachedFile(), headers: { path: headers }, problems: [] })
    expect(readdirSync(cache)).toHaveLength(1)
  })

  test('changed headers are read again', () => {
    fromTestHeaders()
    writeHeader(23)
    const { values, provenance } = fromTestHeaders()
    expect(values.FRA_TEST_ONLY).toBe(1023)
    expect(provenance.origin).toBe('generated')
  })

  test('so is a header that has come', () => {
    fromTestHeaders()
    writeFileSync(join(headers, 'linux/dpll.h'), '#define DPLL_TEST_ONLY 5')
    const answer = installed.ask({ ...noKernel, NETSNAP_HEADERS: headers }, ['DPLL_TEST_ONLY'])
    expect(answer).toMatchObject({ values: { DPLL_TEST_ONLY: 5 }, provenance: { origin: 'generated' } })
  })

  test('another release of the package reads again', () => {
    fromTestHeaders()
    const content = JSON.parse(readFileSync(cachedFile(), 'utf8'))
    content.fingerprint.package = '0.0.0'
    writeFileSync(cachedFile(), JSON.stringify(content))
    expect(fromTestHeaders().provenance.origin).toBe('generated')
  })

  test('a place that cannot be written costs time only', () => {
    for (const place of ['/dev/null/x', '/sys']) {
      const { values, provenance } = fromTestHeaders({ XDG_CACHE_HOME: place })
      expect(values.FRA_TEST_ONLY).toBe(1001)
      expect(provenance).toMatchObject({ origin: 'generated', file: null })
      expect(provenance.problems).toEqual([expect.stringContaining('not cached')])
    }
  })

  test.each(['', 'relative/place'])('XDG_CACHE_HOME=%j counts as none', (value) => {
    const cwd = join(installed.home, 'cwd')
    mkdirSync(cwd)
    const env = { ...noKernel, NETSNAP_HEADERS: headers, XDG_CACHE_HOME: value }
    expect(installed.ask(env, [], cwd).provenance).toMatchObject({ origin: 'generated', file: cachedFile() })
    expect(readdirSync(cwd)).toEqual([])
  })

  test('XDG_CACHE_HOME is used, and made if need be', () => {
    const place = join(installed.home, 'elsewhere')
    expect(fromTestHeaders({ XDG_CACHE_HOME: place }).provenance.file).toContain(`${place}/netsnap/`)
    expect(fromTestHeaders({ XDG_CACHE_HOME: place }).provenance.origin).toBe('cache')
  })

  test.each(['', '{', 'null', '[]', '{"fingerprint":{}}', '{"fingerprint":{"modules":[],"files":[[1]]}}'])(
    'a damaged file (%j) is written anew',
    (content) => {
      fromTestHeaders()
      writeFileSync(cachedFile(), content)
      expect(fromTestHeaders()).toMatchObject({ values: { FRA_TEST_ONLY: 1001 }, provenance: { origin: 'generated' } })
      expect(fromTestHeaders().provenance.origin).toBe('cache')
    },
  )

  test('numbers that are none make the file a damaged one', () => {
    fromTestHeaders()
    for (const bad of ['"1"', 'null', '{}', '1.5']) {
      writeFileSync(cachedFile(), readFileSync(cachedFile(), 'utf8').replace('1001', bad))
      expect(fromTestHeaders()).toMatchObject({ values: { FRA_TEST_ONLY: 1001 }, provenance: { origin: 'generated' } })
    }
  })
})

describe('a file that somebody else may have written is not believed', () => {
  function poison(): string {
    fromTestHeaders()
    const path = cachedFile()
    writeFileSync(path, readFileSync(path, 'utf8').replace('1001', '6666'))
    expect(fromTestHeaders().values.FRA_TEST_ONLY).toBe(6666)
    return path
  }

  const notBelieved = () =>
    expect(fromTestHeaders()).toMatchObject({ values: { FRA_TEST_ONLY: 1001 }, provenance: { origin: 'generated' } })

  test.runIf(isRoot)('of another user', () => {
    chownSync(poison(), 65534, 65534)
    notBelieved()
  })

  test('writable by a group, or by all', () => {
    for (const mode of [0o620, 0o602]) {
      chmodSync(poison(), mode)
      notBelieved()
    }
  })

  test('behind a link', () => {
    const path = poison()
    renameSync(path, join(installed.home, 'moved'))
    symlinkSync(join(installed.home, 'moved'), path)
    notBelieved()
  })

  test.runIf(isRoot)("root writes nothing into another user's folders", () => {
    chownSync(installed.home, 65534, 65534)
    expect(fromTestHeaders()).toMatchObject({ values: { FRA_TEST_ONLY: 1001 }, provenance: { file: null } })
    expect(readdirSync(installed.home)).toEqual([])
  })
})

describe('the install script', () => {
  const env = () => ({ ...noKernel, NETSNAP_HEADERS: headers })

  test('reads the headers, and says so in a line', () => {
    const { status, output } = installed.install(env())
    expect(status).toBe(0)
    expect(output).toMatch(/^@netsnap\/core-native: constants read from [^\n]*\n$/)
    expect(fromTestHeaders()).toMatchObject({
      values: { FRA_TEST_ONLY: 1001 },
      provenance: { origin: 'install', file: installed.hostFile, problems: [] },
    })
    expect(existsSync(cache)).toBe(false)
  })

  test('headers that have changed since are read again, into the cache', () => {
    installed.install(env())
    writeHeader(42)
    expect(fromTestHeaders()).toMatchObject({ values: { FRA_TEST_ONLY: 1042 }, provenance: { origin: 'generated' } })
    expect(fromTestHeaders().provenance.origin).toBe('cache')
  })

  test('what was made on another machine is not believed', () => {
    installed.install(env())
    const made = JSON.parse(readFileSync(installed.hostFile, 'utf8'))
    const kernel = { ...made, fingerprint: { ...made.fingerprint, kernel: 'another' } }
    const folder = { ...made, fingerprint: { ...made.fingerprint, headers: '/elsewhere' } }
    const arch = { ...made, fingerprint: { ...made.fingerprint, arch: 'mips' } }
    for (const replayed of [kernel, folder, arch]) {
      writeFileSync(installed.hostFile, JSON.stringify(replayed).replace('1001', '6666'))
      rmSync(cache, { recursive: true, force: true })
      expect(fromTestHeaders()).toMatchObject({ values: { FRA_TEST_ONLY: 1001 }, provenance: { origin: 'generated' } })
    }
  })

  test('nothing to read: silence', () => {
    expect(installed.install({ ...noKernel, NETSNAP_HEADERS: 'none' })).toEqual({ status: 0, output: '' })
    expect(existsSync(installed.hostFile)).toBe(false)
  })

  test('no place to write: a line, and no failure', () => {
    mkdirSync(installed.hostFile)
    const { status, output } = installed.install(env())
    expect(status).toBe(0)
    expect(output.trim().split('\n')).toEqual([expect.stringContaining('constants will be read at first use')])
    expect(readdirSync(installed.folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect(fromTestHeaders().values.FRA_TEST_ONLY).toBe(1001)
  })

  test('nothing built yet: silence', () => {
    renameSync(join(installed.folder, 'dist'), join(installed.folder, 'away'))
    try {
      expect(installed.install(env())).toEqual({ status: 0, output: '' })
    } finally {
      renameSync(join(installed.folder, 'away'), join(installed.folder, 'dist'))
    }
  })
})
