import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { getNexthops, getRoutes, lookupRoute, type Route } from '@netsnap/route'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { json, run, runShell } from './run.ts'

describeLive('netsnap route on the live kernel', () => {
  let namespace: Namespace
  beforeAll(async () => {
    namespace = await createNamespace()
    // Without an address of its own making, which would come a second later.
    namespace.run('ip link set lo up; ip link add br0 type bridge; ip link set br0 addrgenmode none')
    namespace.run('ip link set br0 up; ip addr add 10.0.0.1/24 dev br0')
    namespace.run('ip nexthop add id 7 via 10.0.0.3 dev br0')
    namespace.batch('route', [
      'add 10.10.0.0/16 via 10.0.0.2 metric 5 protocol bgp',
      'add 10.11.0.0/16 nexthop via 10.0.0.2 weight 256 nexthop via 10.0.0.4',
      'add 10.12.0.0/16 nhid 7',
      'add blackhole 10.13.0.0/16 table 4000',
    ])
  })
  afterAll(() => namespace.close())
  const here = (...args: string[]) => [...args, '--netns', namespace.path]
  const routes = (options: object = {}) => getRoutes({ netns: namespace.path, ...options })

  /** What changes from one reading to the next. */
  const steady = (all: readonly Route[]) => all.map(({ cacheinfo: _, ...route }) => route)

  test('gives the records of the library, a record a line', async () => {
    const { stdout, stderr, status } = await run(here('route'))
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(steady(JSON.parse(stdout))).toEqual(steady(await routes()))
    expect(stdout.trim().split('\n')).toHaveLength((await routes()).length + 2)
  })

  test('--compact is one line, --ndjson a record a line without an array', async () => {
    const compact = await run(here('route', '--compact'))
    expect(compact.stdout.trim()).not.toContain('\n')
    const lines = await run(here('route', '--ndjson'))
    const records = lines.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(steady(records)).toEqual(steady(JSON.parse(compact.stdout)))
  })

  test.each([
    [['--table', 'MAIN'], { table: 'main' }],
    [['--table', '4000'], { table: 4000 }],
    [['--table', '77'], { table: 77 }],
    [['--protocol', 'bgp'], { protocol: 'bgp' }],
    [['--type', 'blackhole'], { type: 'blackhole' }],
    [['--dev', 'br0', '-4'], { dev: 'br0', family: 'ipv4' }],
    [['--ipv6'], { family: 'ipv6' }],
  ])('%j', async (flags, options) => {
    const shown = await json<Route[]>(here('route', ...flags))
    expect(steady(shown)).toEqual(steady(await routes(options)))
  })

  test('an empty table is an empty array, in each form', async () => {
    expect((await run(here('route', '--table', '77'))).stdout).toBe('[]\n')
    expect((await run(here('route', '--table', '77', '--ndjson'))).stdout).toBe('')
  })

  test('--nexthops', async () => {
    expect(await json(here('route', '--nexthops'))).toEqual(await getNexthops({ netns: namespace.path, stats: true }))
    expect((await run(here('route', '--nexthops', '--summary'))).stdout).toContain('  7: via 10.0.0.3 dev br0\n')
  })

  test('get', async () => {
    const found = await lookupRoute('10.10.1.1', { netns: namespace.path })
    const [shown] = steady([await json<Route>(here('route', 'get', '10.10.1.1', '--compact'))])
    expect(shown).toEqual(steady([found])[0])
    expect(await run(here('route', 'get', '192.0.2.1'))).toMatchObject({ status: 1, stdout: '' })
  })

  test('--summary and --text', async () => {
    const { stdout } = await run(here('route', '-4', '--summary'))
    expect(stdout).toContain('  10.10.0.0/16 via 10.0.0.2 dev br0 metric 5 [BGP]\n')
    expect(stdout).toContain('    nexthop via 10.0.0.2 dev br0 weight 256\n    nexthop via 10.0.0.4 dev br0 weight 1\n')
    expect(stdout).toContain('  blackhole 10.13.0.0/16 table TABLE_4000 [BOOT]\n')
    expect((await run(here('route', '--text'))).stdout).toMatch(/^family {2}destination +nexthop +details\n/)
  })

  test.each([
    [['route', '--table', 'nope'], 2],
    [['route', '--table', '-1'], 2],
    [['route', '--type', 'nope'], 2],
    [['route', '--protocol', '256'], 2],
    [['route', '--ndjson', '--compact'], 2],
    [['route', 'get'], 2],
    [['route', 'get', 'example'], 2],
    [['route', 'get', '10.0.0.1', '--from', '::1'], 2],
    [['route', 'get', '10.0.0.1', '--mark', 'x'], 2],
    [['route', '--dev', 'nope'], 1],
  ])('%j fails with one line and status %i', async (args, status) => {
    const ended = await run(here(...args))
    expect(ended).toMatchObject({ status, stdout: '' })
    expect(ended.stderr).toMatch(/^netsnap: [^\n]+\n$/)
  })

  test('a closed pipe ends it quietly', () => {
    const { stdout, stderr } = runShell(`netsnap route --netns ${namespace.path} | head -n 1`)
    expect({ stdout, stderr }).toEqual({ stdout: '[\n', stderr: '' })
  })

  test('the snapshot holds them', async () => {
    const { routes: shown, _metadata } = await json<{ routes: Route[]; _metadata: { tables: object } }>(here('snap'))
    expect(steady(shown)).toEqual(steady(await routes()))
    expect(_metadata.tables).toMatchObject({ routes: { count: shown.length, interrupted: false } })
  })
})
