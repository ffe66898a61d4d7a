/** Every flag of `route`, `route get` and `rule`, alone and with every other one: honoured, as the library has it, or refused. */
import { NetlinkError } from '@netsnap/core-native'
import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import {
  type GetRoutesOptions,
  getNexthops,
  getRoutes,
  type LookupOptions,
  lookupRoute,
  type Route,
  type RouteBigInt,
} from '@netsnap/route'
import { getRules } from '@netsnap/rule'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { nexthopSummary, nexthopTable } from '../src/render/nexthop.ts'
import { routeSummary, routeTable } from '../src/render/route.ts'
import { ruleSummary, ruleTable } from '../src/render/rule.ts'
import { asPrinted, formsClash, inForm, pairsOf, type Shown, show } from './in-process.ts'

vi.mock('../src/output.ts', async (original) => ({
  ...(await original<typeof import('../src/output.ts')>()),
  ...(await import('./in-process.ts')).captured,
}))

const COMMON = ['-j', '--ndjson', '-t', '-s', '-v', '-c', '--no-unknown-attrs']
/** Without what the kernel counts from one question to the next. */
function steady(printed: unknown): unknown {
  if (typeof printed === 'string') return printed.replaceAll(/(clntref|last_use) \d+ | +$/gm, '').replaceAll(/ +/g, ' ')
  return (printed as Route[]).map(({ cacheinfo: _, ...route }) => route)
}

const refusedOf = ({ status, stdout, stderr }: Shown) => ({ status, stdout, lines: stderr.split('\n').length })
const refused = { status: 2, stdout: '', lines: 2 }

describeLive('flags', () => {
  let namespace: Namespace
  let other: Namespace
  beforeAll(async () => {
    namespace = await createNamespace()
    other = await createNamespace()
    namespace.run(
      'ip link set lo up; ip link add br0 type bridge; ip link set br0 addrgenmode none; ip link set br0 up',
    )
    namespace.run('ip link add br1 type bridge; ip link set br1 addrgenmode none; ip link set br1 up')
    namespace.run('ip addr add 10.0.0.1/24 dev br0; ip addr add 10.0.1.1/24 dev br1')
    namespace.run('ip -6 addr add 2001:db8::1/64 dev br0 nodad; sysctl -qw net.ipv4.ip_forward=1')
    namespace.batch('nexthop', [
      'add id 7 via 10.0.0.3 dev br0',
      'add id 8 via 2001:db8::3 dev br0 protocol bgp',
      'add id 9 group 7',
    ])
    for (const option of ['', '-6 ']) {
      const [a, b, via] = option === '' ? ['10.10', '10.11', '10.0.0.2'] : ['2001:db8:a', '2001:db8:b', '2001:db8::2']
      const prefix = (start: string) => (option === '' ? `${start}.0.0/16` : `${start}::/48`)
      namespace.batch(`${option}route`, [
        `add ${prefix(a!)} via ${via} metric 5 protocol bgp`,
        `add blackhole ${prefix(b!)} table 100`,
        `add ${prefix(a!)} via ${via} table 100`,
      ])
    }
    namespace.run('ip rule add pref 77 fwmark 5 table 100; ip rule add pref 78 uidrange 1000-2000 table 100')
    namespace.run(
      'ip rule add pref 79 ipproto udp dport 53 table 100; ip route add 192.0.2.0/24 via 10.0.0.9 table 100',
    )
    namespace.run('ip rule add pref 80 tos 0x10 table 100; ip rule add pref 81 ipproto udp sport 5000 table 100')
  })
  afterAll(() => Promise.all([namespace.close(), other.close()]))
  const here = () => ['-n', namespace.path]
  const source = () => ({ netns: namespace.path, bigint: true }) as const

  describe('route', () => {
    const filters: Readonly<Record<string, GetRoutesOptions>> = {
      '--table=100': { table: 100 },
      '--protocol=BGP': { protocol: 'bgp' },
      '--type=blackhole': { type: 'BLACKHOLE' },
      '--dev=br0': { dev: 'br0' },
    }
    const flags = ['-4', '-6', ...Object.keys(filters), '--nexthops', ...COMMON]
    const familiesOf = (given: readonly string[]) =>
      given.includes('-4') || given.includes('-6')
        ? [...(given.includes('-4') ? (['ipv4'] as const) : []), ...(given.includes('-6') ? (['ipv6'] as const) : [])]
        : [undefined]

    async function expected(given: readonly string[]): Promise<unknown> {
      const asked = Object.assign({ ...source() }, ...given.map((flag) => filters[flag] ?? {}))
      if (given.includes('--nexthops')) {
        const read = familiesOf(given).map((family) => getNexthops({ ...asked, family, stats: true }))
        const objects = (await Promise.all(read)).flat()
        return inForm(given, objects, { text: nexthopTable(objects), summary: nexthopSummary(objects) })
      }
      const read = familiesOf(given).map((family) => getRoutes({ ...asked, family }))
      const routes = (await Promise.all(read)).flat() as unknown as RouteBigInt[]
      return inForm(given, routes, { text: routeTable(routes), summary: routeSummary(routes) })
    }

    test.each(pairsOf(flags).map((given) => [given]))('%j', async (given) => {
      const shown = await show(['route', ...here(), ...given])
      const noSuch = given.includes('--nexthops') && given.some((flag) => /^--(table|type)/.test(flag))
      if (noSuch || formsClash(given)) return expect(refusedOf(shown)).toEqual(refused)
      expect({ status: shown.status, stderr: shown.stderr }).toEqual({ status: 0, stderr: '' })
      expect(asPrinted(given, shown.stdout)).toEqual(await expected(given))
    })

    test.each([['-4'], ['-6'], ...Object.keys(filters).map((flag) => [flag]), ['--nexthops']])(
      '%s makes a difference to these routes',
      async (flag) => {
        expect((await show(['route', ...here(), flag])).stdout).not.toBe((await show(['route', ...here()])).stdout)
      },
    )

    test.each(['-4', '-6', '--dev=br0', '--protocol=bgp'])('%s makes a difference to these objects', async (flag) => {
      const all = await show(['route', ...here(), '--nexthops'])
      expect((await show(['route', ...here(), '--nexthops', flag])).stdout).not.toBe(all.stdout)
    })
  })

  describe('route get', () => {
    const packets: Readonly<Record<string, LookupOptions>> = {
      '--from=10.0.0.1': { from: '10.0.0.1' },
      '--iif=br1': { iif: 'br1' },
      '--oif=br0': { oif: 'br0' },
      '--mark=0x5': { mark: 5 },
      '--tos=16': { tos: 16 },
      '--uid=1500': { uid: 1500 },
      '--ip-proto=17': { ipProto: 17 },
      '--sport=5000': { sport: 5000 },
      '--dport=53': { dport: 53 },
      '--fib-match': { fibMatch: true },
    }
    const ADDRESS = '192.0.2.1'
    const forms = ['-j', '--ndjson', '-t', '-c', '--no-unknown-attrs']

    /** What the library answers, or why it does not. */
    async function lookUp(given: readonly string[], netns = namespace.path): Promise<unknown> {
      const asked: LookupOptions = Object.assign({ netns }, ...given.map((flag) => packets[flag] ?? {}))
      try {
        const found = await lookupRoute(ADDRESS, asked)
        const text = routeTable([found as unknown as RouteBigInt])
        return steady(inForm(given, [found], { text, summary: '' }))
      } catch (error) {
        if (!(error instanceof NetlinkError)) throw error
        return error.code
      }
    }

    async function compare(args: readonly string[], given: readonly string[], netns?: string): Promise<void> {
      const { status, stdout, stderr } = await show(args)
      const answer = await lookUp(given, netns)
      const printed = status === 0 ? asPrinted(given, stdout) : undefined
      const one = printed === undefined || typeof printed === 'string' || Array.isArray(printed)
      if (status === 0) expect(steady(one ? printed : [printed])).toEqual(answer)
      else expect([status, /\((E[A-Z]+)\)/.exec(stderr)?.[1]]).toEqual([1, answer])
    }

    test.each(pairsOf([...Object.keys(packets), ...forms]).map((given) => [given]))('%j', async (given) => {
      const args = ['route', 'get', ...here(), ...given, ADDRESS]
      if (formsClash(given)) return expect(refusedOf(await show(args))).toEqual(refused)
      await compare(args, given)
    })

    test.each([['--mark=0x5'], ['--tos=16'], ['--uid=1500'], ['--ip-proto=17', '--dport=53']])(
      'with %s there is a route, and without it none',
      async (...given) => {
        expect((await show(['route', 'get', ...here(), ADDRESS])).status).toBe(1)
        expect((await show(['route', 'get', ...here(), ...given, ADDRESS])).status).toBe(0)
      },
    )

    // A flag before `get`, alone and with one after it.
    const before = [
      '-4',
      '-6',
      '--table=100',
      '--protocol=bgp',
      '--type=blackhole',
      '--dev=br0',
      '--nexthops',
      ...COMMON,
    ]
    const pairs = before.flatMap((one) => [undefined, ...forms, '--mark=0x5'].map((after) => [one, after] as const))
    test.each(pairs)('%s before, %s after', async (one, after) => {
      const given = after === undefined ? [one] : [one, after]
      const shown = ['route', ...here(), one, 'get', ...(after === undefined ? [] : [after]), ADDRESS]
      if (!forms.includes(one) || formsClash(given)) return expect(refusedOf(await show(shown))).toEqual(refused)
      await compare(shown, given)
    })

    test('the namespace before or after `get`, and not two of them', async () => {
      const asked = ['--mark=5']
      await compare(['route', ...here(), 'get', ...asked, ADDRESS], ['--mark=0x5'])
      await compare(['route', 'get', ...here(), ...asked, ADDRESS], ['--mark=0x5'])
      await compare(['route', '-n', other.path, 'get', ...asked, ADDRESS], ['--mark=0x5'], other.path)
      await compare(['route', ...here(), 'get', ...here(), ...asked, ADDRESS], ['--mark=0x5'])
      const two = ['route', ...here(), 'get', '-n', other.path, ADDRESS]
      expect(refusedOf(await show(two))).toEqual(refused)
      const none = await show(['route', '-n', 'nonexistent', '--table', 'nonsense', 'get', ADDRESS])
      expect(refusedOf(none)).toEqual(refused)
      expect(await show(['route', '-n', 'nonexistent', 'get', ADDRESS])).toMatchObject({ status: 1, stdout: '' })
    })
  })

  describe('rule', () => {
    test.each(pairsOf(['-4', '-6', ...COMMON]).map((given) => [given]))('%j', async (given) => {
      const shown = await show(['rule', ...here(), ...given])
      if (formsClash(given)) return expect(refusedOf(shown)).toEqual(refused)
      const families = [...(given.includes('-4') ? ['ipv4'] : []), ...(given.includes('-6') ? ['ipv6'] : [])]
      const all = await getRules(source())
      const rules = families.length > 0 ? all.filter(({ family }) => families.includes(family)) : [...all]
      expect({ status: shown.status, stderr: shown.stderr }).toEqual({ status: 0, stderr: '' })
      const texts = { text: ruleTable(rules), summary: ruleSummary(rules) }
      expect(asPrinted(given, shown.stdout)).toEqual(inForm(given, rules, texts))
      expect(rules.length).toBeGreaterThan(1)
    })
  })

  test.each([['rule'], ['route'], ['snap'], ['wireguard'], ['dpll']])('%s: a flag with two values', async (command) => {
    expect(refusedOf(await show([command, '-n', namespace.path, '-n', other.path]))).toEqual(refused)
    expect((await show([command, '-n', namespace.path, '-n', namespace.path])).status).toBe(0)
  })
})
