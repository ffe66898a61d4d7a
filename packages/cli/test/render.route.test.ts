import type { Nexthop, ResolvedNexthop, RouteBigInt } from '@netsnap/route'
import { describe, expect, test } from 'vitest'
import { nexthopSummary, nexthopTable } from '../src/render/nexthop.ts'
import { routeSummary, routeTable } from '../src/render/route.ts'

/** A route as the kernel sends the plainest one, with what is given. */
const route = (fields: Partial<RouteBigInt> = {}): RouteBigInt => ({
  family: 'ipv4',
  type: 'UNICAST',
  protocol: 'BOOT',
  protocol_id: 3,
  scope: 'UNIVERSE',
  dst_len: 8,
  src_len: 0,
  tos: 0,
  flags: 0,
  flag_names: [],
  dst: '10.0.0.0/8',
  table: 'MAIN',
  table_id: 254,
  ...fields,
})

type Hop = NonNullable<RouteBigInt['multipath']>[number]
const hop = (gateway: string, weight: number, fields: Partial<Hop> = {}): Hop => ({
  dev_index: 3,
  dev: 'br0',
  weight,
  flags: 0,
  flag_names: [],
  gateway,
  ...fields,
})
const member = (id: number, gateway: string, weight: number, fields: Partial<ResolvedNexthop> = {}) => ({
  ...{ id, weight, gateway, dev_index: 3, dev: 'br0' },
  ...fields,
})

const lineOf = (fields: Partial<RouteBigInt>) =>
  routeTable([route(fields)])
    .split('\n')[1]!
    .replaceAll(/ {2,}/g, '  ')
    .replace(/^ipv4 {2}10\.0\.0\.0\/8 {2}(.*) \[BOOT\]/, '$1')
    .trim()

describe('a route in one line', () => {
  test.each<[string, Partial<RouteBigInt>]>([
    ['via 10.0.0.1 dev br0', { gateway: '10.0.0.1', dev_index: 3, dev: 'br0' }],
    ['dev_index 3', { dev_index: 3 }],
    ['via ipv6 fe80::1 dev br0', { via: { family: 'ipv6', host: 'fe80::1' }, dev_index: 3, dev: 'br0' }],
    ['tos 0x10', { tos: 16 }],
    ['scope LINK', { scope: 'LINK' }],
    ['realms 3/4', { flow_from: 3, flow_to: 4 }],
    ['realms 5', { flow_to: 5 }],
    ['iif br1', { iif: 'br1', iif_index: 4 }],
    ['iif_index 4', { iif_index: 4 }],
    ['table vpn(600)', { table: 'vpn', table_id: 600 }],
    ['table TABLE_600', { table: 'TABLE_600', table_id: 600 }],
    ['mtu 1400 lock mtu', { metrics: { mtu: 1400, lock: 4, lock_names: ['mtu'] } }],
    ['rtt_ms 10 feature_names ECN', { metrics: { rtt: 80, rtt_ms: 10, features: 1, feature_names: ['ECN'] } }],
    ['dst_len 24', { dst_len: 24 }],
    ['dev br{0', { dev: 'br{0', dev_index: 3 }],
    ['dev br\\u{5c}u{1b}', { dev: 'br\\u{1b}', dev_index: 3 }],
    ['dev br\\u{1b}', { dev: 'br\u001b', dev_index: 3 }],
    ['dev br\\u{3000}', { dev: 'br\u3000', dev_index: 3 }],
    [
      'encap mpls 100/200 ttl 5 via 10.0.0.1',
      { gateway: '10.0.0.1', encap_type: 'MPLS', encap: { dst: [100, 200], ttl: 5 } },
    ],
    ['encap bpf out { name "a b" }', { encap_type: 'BPF', encap: { out: { name: 'a b' } } }],
    [
      'expires 30 s clntref 2',
      {
        cacheinfo: {
          ...{ clntref: 2, last_use: 0, last_use_sec: 0, expires: 3000, expires_sec: 30 },
          ...{ error: 0, used: 0, id: 0, ts: 0, ts_age: 0 },
        },
      },
    ],
    [
      'via 10.0.0.1 dev br0 weight 1 dead linkdown, via 10.0.0.2 dev br0 weight 256 realms 7 onlink',
      {
        multipath: [
          hop('10.0.0.1', 1, { flag_names: ['DEAD', 'LINKDOWN'] }),
          hop('10.0.0.2', 256, { flag_names: ['ONLINK'], flow_to: 7 }),
        ],
      },
    ],
  ])('%s', (expected, fields) => {
    expect(lineOf(fields)).toBe(expected)
  })

  test('state stands at the end', () => {
    expect(lineOf({ flags: 17, flag_names: ['DEAD', 'LINKDOWN'], dev_index: 3, dev: 'br0' })).toBe(
      'dev br0  dead linkdown',
    )
  })

  test('labels', () => {
    const fields = { family: 'mpls', dst: '100', dst_len: 20, newdst: [200, 300], dev_index: 3, dev: 'br0' }
    expect(lineOf(fields)).toBe('mpls  100  dev br0  as to 200/300 [BOOT]')
  })

  test('an attribute without a line of its own', () => {
    const attribute = { number: 0x804d, base_number: 77, nested: true, name: 'RTA_77', length: 2, bytes: 'beef' }
    const fields = { unknown_rta_attrs: [0x804d], unknown_rta_attrs_decoded: [attribute] }
    expect(lineOf(fields)).toBe('RTA_77:32845 beef')
  })
})

describe('the shares of nexthop objects', () => {
  const nexthops = [member(1, '10.0.0.1', 300), member(2, '10.0.0.2', 65_535)]
  // What is left of them in eight bits.
  const multipath = [hop('10.0.0.1', 44), hop('10.0.0.2', 255, { flag_names: ['LINKDOWN'] })]

  test('are whole, and the state of each nexthop is there', () => {
    const told = 'nhid 9 id 1 via 10.0.0.1 dev br0 weight 300, id 2 via 10.0.0.2 dev br0 weight 65535 linkdown'
    expect(lineOf({ nhid: 9, nexthops, multipath })).toBe(told)
    expect(routeSummary([route({ nhid: 9, nexthops, multipath })])).toContain(
      [
        '  10.0.0.0/8 nhid 9 [BOOT]',
        '    nexthop id 1 via 10.0.0.1 dev br0 weight 300',
        '    nexthop id 2 via 10.0.0.2 dev br0 weight 65535 linkdown',
        '',
      ].join('\n'),
    )
  })

  test('stand beside what the route says, where that is something else', () => {
    const line = lineOf({ nhid: 9, nexthops, multipath: multipath.slice(1) })
    expect(line).toContain('via 10.0.0.2 dev br0 weight 255 linkdown')
    expect(line).toContain('id 1 weight 300')
  })

  test('of an object alone say nothing new', () => {
    const alone = { nhid: 1, nexthops: [member(1, '10.0.0.1', 1)], gateway: '10.0.0.1', dev_index: 3, dev: 'br0' }
    expect(lineOf(alone)).toBe('nhid 1 via 10.0.0.1 dev br0')
    expect(lineOf({ ...alone, gateway: '10.0.0.9' })).toContain('nexthops { id 1 weight 1 gateway 10.0.0.1')
  })

  test('of a blackhole', () => {
    expect(lineOf({ nhid: 4, nexthops: [{ id: 4, weight: 1, blackhole: true }] })).toBe(
      'nhid 4 nexthops { id 4 weight 1 blackhole }',
    )
  })
})

describe('nexthop objects', () => {
  const object = (fields: Partial<Nexthop>): Nexthop => ({
    ...{ family: 'ipv4', scope: 'LINK', protocol: 'UNSPEC', protocol_id: 0, flags: 0, flag_names: [], id: 7 },
    ...fields,
  })
  test.each<[string, Partial<Nexthop>]>([
    ['via 10.0.0.1 dev br0', { gateway: '10.0.0.1', dev: 'br0', dev_index: 3 }],
    ['ipv6 dev br0', { family: 'ipv6', dev: 'br0', dev_index: 3 }],
    ['ipv4 blackhole', { blackhole: true }],
    [
      'group 1,300 2,65535',
      {
        family: 'unspec',
        group: [
          { id: 1, weight: 300 },
          { id: 2, weight: 65_535 },
        ],
      },
    ],
    ['via 10.0.0.1 fdb', { gateway: '10.0.0.1', fdb: true }],
    [
      'via 10.0.0.1 dead onlink [BGP]',
      { gateway: '10.0.0.1', flag_names: ['DEAD', 'ONLINK'], protocol: 'BGP', protocol_id: 186 },
    ],
  ])('%s', (expected, fields) => {
    expect(nexthopSummary([object(fields)])).toBe(`Nexthop objects: 1\n\n  7: ${expected}\n`)
  })

  test('as a table', () => {
    const objects = [object({ gateway: '10.0.0.1', protocol: 'BGP', protocol_id: 186 }), object({ id: 8, fdb: true })]
    expect(nexthopTable(objects)).toBe(
      [
        'id  family  nexthop       protocol  details',
        '7   ipv4    via 10.0.0.1  BGP',
        '8   ipv4                  UNSPEC    fdb',
        '',
      ].join('\n'),
    )
  })
})

test('columns are as wide as what a terminal shows of them', () => {
  const names = ['日本', 'é', 'e\u0301', 'ab']
  const shown = routeTable(names.map((dev) => route({ dev, dev_index: 3 }))).split('\n')
  expect(shown.slice(1, 5).map((line) => line.replace(/^.*dev /, ''))).toEqual([
    '日本  [BOOT]',
    'é     [BOOT]',
    'e\u0301     [BOOT]',
    'ab    [BOOT]',
  ])
})
