import { readFileSync } from 'node:fs'
import { Session } from '@netsnap/core-native'
import { bindTable, decoderOf, tableSchema, writerOf } from '@netsnap/core-native/compile'
import { type ConstantName, constant, constants } from '@netsnap/core-native/constants'
import { Frame } from '@netsnap/core-native/schema'
import {
  concat,
  fakeTransport,
  kernelsOf,
  MessageBuilder,
  messagesOf,
  recordedTransport,
  recordingsIn,
} from '@netsnap/core-native/testing'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import {
  getNexthops,
  getRoutes,
  lookupRoute,
  type Nexthop,
  nexthop,
  type Route,
  RoutingTableQuery,
  route,
  streamRoutes,
} from '../src/index.ts'
import { cases } from './cases.ts'
import { asIpNexthop, asIpRoute, atTheSameTime, type IpObject } from './iproute2.ts'
import { unknownIn } from './unknown.ts'

const recordings = recordingsIn<IpObject[]>(new URL('./dumps/', import.meta.url))
const recorded = recordings.filter(({ bytes }) => bytes)

describe.each(recorded)('the state "$state" of Linux $kernel', ({ bytes, oracle }) => {
  const source = () => ({ session: new Session(recordedTransport(bytes!)) })

  test('routes are what iproute2 said of them', async () => {
    const objects = await getNexthops(source())
    const routes = (await getRoutes(source())).map((route) => asIpRoute(route, objects))
    expect(atTheSameTime(routes, oracle.all!.output)).toEqual(oracle.all!.output)
    expect(routes.length).toBeGreaterThan(3)
  })

  test('nexthop objects are what iproute2 said of them', async () => {
    expect((await getNexthops(source())).map(asIpNexthop)).toEqual(oracle.nexthops!.output)
  })

  test('have no attribute without a line', async () => {
    expect(unknownIn([await getRoutes(source()), await getNexthops(source())])).toEqual([])
  })

  test.each([
    ['route', route, () => getRoutes(source())],
    ['nexthop', nexthop, () => getNexthops(source())],
  ] as const)('fit the JSON Schema: %s', async (_, table, read) => {
    const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(tableSchema(table))
    for (const record of await read()) {
      validate(record)
      expect(validate.errors ?? []).toEqual([])
    }
  })

  test('streams give the same', async () => {
    const streamed: Route[] = []
    for await (const batch of streamRoutes(source())) streamed.push(...batch)
    expect(streamed).toEqual([...(await getRoutes(source()))])
  })
})

test('each state is recorded on each kernel that can make it; the others say what they lack', () => {
  expect(Object.keys(kernelsOf(recordings)).sort()).toEqual(Object.keys(cases).sort())
  expect(kernelsOf(recordings)).toEqual({
    bpf: ['6.1', '6.12', '6.18'],
    encapsulations: ['6.1', '6.12', '6.18'],
    flavors: ['6.1 needs linux 6.3', '6.12', '6.18'],
    fresh: ['6.1', '6.12', '6.18'],
    ila: ['6.1', '6.12', '6.18 needs ila'],
    ipv4: ['6.1', '6.12', '6.18'],
    ipv6: ['6.1', '6.12', '6.18'],
    mpls: ['6.1', '6.12', '6.18 needs mpls'],
    nexthops: ['6.1', '6.12', '6.18'],
    tunnels: ['6.1 needs rpl', '6.12', '6.18 needs rpl'],
    xfrm: ['6.1', '6.12', '6.18 needs xfrm-lwt'],
  })
})

test('a route by a nexthop object has its nexthops with their shares', async () => {
  const { bytes } = recorded.find(({ state }) => state === 'nexthops')!
  const routes = await getRoutes({ session: new Session(recordedTransport(bytes!)) })
  const by = (id: number) => routes.find(({ nhid }) => nhid === id)?.nexthops
  expect(by(3)).toEqual([
    { id: 1, weight: 10, gateway: '10.0.0.3', dev: 'br0', dev_index: expect.any(Number) },
    { id: 2, weight: 20, gateway: '10.1.0.3', dev: 'br1', dev_index: expect.any(Number) },
  ])
  expect(by(1)).toMatchObject([{ id: 1, weight: 1, gateway: '10.0.0.3' }])
  expect(by(4)).toMatchObject([{ id: 4, weight: 1, blackhole: true }])
  expect(by(10)).toMatchObject([{ weight: 256 }, { weight: 255 }])
  expect(by(9)).toMatchObject([{ encap_type: 'IP', encap: { id: 100, dst: '1.2.3.4' } }])
})

const hostLittle = new MessageBuilder().little

/** Bits of a label stack's entry. */
const SHIFT = constant('MPLS_LS_LABEL_SHIFT')
const stack = (b: MessageBuilder, ...labels: number[]) =>
  concat(
    ...labels.map((label, i) =>
      b.integer(4, label * 2 ** SHIFT + (i === labels.length - 1 ? 1 << constant('MPLS_LS_S_SHIFT') : 0), true),
    ),
  )

describe.each([
  ['the lowest byte first', true],
  ['the highest byte first', false],
])('bytes with %s', (_, little) => {
  const b = new MessageBuilder(little)
  const a = (type: string, ...payload: Uint8Array[]) => b.attribute(type, ...payload)
  const be = (width: number, value: number | bigint) => b.integer(width, value, true)
  const ip = (...octets: number[]) => Uint8Array.from(octets)
  const ip6 = (last: number) => Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last)

  /** Decode a message's body with the emitted decoder and with the interpreter, which must agree. */
  function decode<T>(table: typeof route | typeof nexthop, body: Uint8Array, bigint = false): T {
    const options = { littleEndian: little, bigint }
    const emitted = decoderOf(table)(new Frame(body, options), 0, body.length)
    expect(bindTable(table, undefined, constants())(new Frame(body, options), 0, body.length)).toEqual(emitted)
    return emitted as T
  }

  const of = (header: Record<string, number>, ...attributes: Uint8Array[]) =>
    decode<Route>(route, concat(b.struct('rtmsg', { rtm_type: 1, rtm_table: 254, ...header }), ...attributes))
  const v4 = { rtm_family: constant('AF_INET'), rtm_dst_len: 24 }
  const v6 = { rtm_family: constant('AF_INET6'), rtm_dst_len: 64 }
  const dst = a('RTA_DST', ip(10, 1, 2, 0))

  const nexthopBytes = (
    { index, hops = 0, flags = 0, length }: { index: number; hops?: number; flags?: number; length?: number },
    ...attributes: Uint8Array[]
  ) => {
    const rest = concat(...attributes)
    const head = b.struct('rtnexthop', {
      rtnh_len: length ?? 8 + rest.length,
      rtnh_ifindex: index,
      rtnh_hops: hops,
      rtnh_flags: flags,
    })
    return concat(head, rest)
  }

  const encap = (kind: string, ...attributes: Uint8Array[]) =>
    of(v4, dst, b.nested('RTA_ENCAP', ...attributes), a('RTA_ENCAP_TYPE', b.u16(constant(kind as 'AF_INET'))))

  /** What is written straight from the bytes says the same as the record. */
  const written = (body: Uint8Array) =>
    JSON.parse(
      writerOf(route)(new Frame(body, { littleEndian: little, captureUnknown: false }), 0, body.length),
    ) as Route

  test.each<[string, Record<string, number>, string, () => Uint8Array[], string[]]>([
    ['none, of 24 bits', v4, '', () => [], ['dst']],
    ['none, of 64 bits', v6, '', () => [], ['dst']],
    ['of three bytes', v4, 'RTA_DST', () => [a('RTA_DST', ip(10, 1, 2))], ['dst']],
    ['of three bytes, of 0 bits', { ...v4, rtm_dst_len: 0 }, 'RTA_DST', () => [a('RTA_DST', ip(10, 1, 2))], ['dst']],
    ['of no bytes', { ...v6, rtm_dst_len: 0 }, 'RTA_DST', () => [a('RTA_DST')], ['dst']],
    ['of IPv6 in an IPv4 route', v4, 'RTA_DST', () => [a('RTA_DST', ip6(1))], ['dst']],
    ['of IPv4 in an IPv6 route', v6, 'RTA_DST', () => [dst], ['dst']],
    [
      'of IPv4 in a multicast route of IPv6',
      { ...v6, rtm_family: constant('RTNL_FAMILY_IP6MR') },
      'RTA_DST',
      () => [dst],
      ['dst'],
    ],
    [
      'a label of three bytes',
      { rtm_family: constant('AF_MPLS'), rtm_dst_len: 20 },
      'RTA_DST',
      () => [a('RTA_DST', ip(1, 2, 3))],
      ['dst'],
    ],
    ['a source of IPv6', { ...v4, rtm_src_len: 8 }, 'RTA_SRC', () => [dst, a('RTA_SRC', ip6(1))], ['src']],
    ['a source of five bytes', v6, 'RTA_SRC', () => [a('RTA_DST', ip6(1)), a('RTA_SRC', ip(1, 2, 3, 4, 5))], ['src']],
    [
      'a table of two bytes',
      { ...v4, rtm_table: 252 },
      'RTA_TABLE',
      () => [dst, a('RTA_TABLE', b.u16(7))],
      ['table', 'table_id'],
    ],
    ['a gateway of five bytes', v4, 'RTA_GATEWAY', () => [dst, a('RTA_GATEWAY', ip(1, 2, 3, 4, 5))], ['gateway']],
  ])('what cannot be read is not made up: %s', (_, header, unknown, attributes, absent) => {
    const body = concat(b.struct('rtmsg', { rtm_type: 1, rtm_table: 254, ...header }), ...attributes())
    const record = decode<Route>(route, body)
    const names = (record.unknown_rta_attrs_decoded ?? []).map(({ name }) => name)
    expect(names).toEqual(unknown === '' ? [] : [unknown])
    for (const field of absent) {
      expect(record).not.toHaveProperty(field)
      expect(written(body)).not.toHaveProperty(field)
    }
    if (!absent.includes('dst')) expect(written(body).dst).toBe(record.dst)
  })

  test('hops are a share, or in multicast routing a TTL', () => {
    const hop = a('RTA_MULTIPATH', nexthopBytes({ index: 3, hops: 4 }), nexthopBytes({ index: 5, hops: 255 }))
    const hopsOf = (header: Record<string, number>) =>
      of({ rtm_dst_len: 0, ...header }, hop).multipath!.map(({ weight, ttl }) => ({ weight, ttl }))
    const multicast = { rtm_type: constant('RTN_MULTICAST') }
    const cloned = { rtm_flags: constant('RTM_F_CLONED') }
    const shares = [
      { weight: 5, ttl: undefined },
      { weight: 256, ttl: undefined },
    ]
    const ttls = [
      { weight: undefined, ttl: 4 },
      { weight: undefined, ttl: 255 },
    ]
    for (const family of ['AF_INET', 'AF_INET6', 'AF_MPLS'] as const)
      expect(hopsOf({ rtm_family: constant(family), ...multicast })).toEqual(shares)
    for (const family of ['RTNL_FAMILY_IPMR', 'RTNL_FAMILY_IP6MR'] as const)
      expect(hopsOf({ rtm_family: constant(family), ...multicast })).toEqual(ttls)
    expect(hopsOf({ rtm_family: constant('AF_INET'), ...cloned })).toEqual(shares)
    expect(hopsOf({ rtm_family: constant('AF_INET'), ...cloned, ...multicast })).toEqual(ttls)
  })

  test('flags in the upper half are those of the packet in an IPv4 route that was made for one', () => {
    const flagsOf = (family: 'AF_INET' | 'AF_INET6', ...flags: ConstantName[]) =>
      of({ rtm_family: constant(family), rtm_flags: flags.reduce((all, name) => all + constant(name), 0) }).flag_names
    const bits: ConstantName[] = ['RTNH_F_LINKDOWN', 'RTM_F_OFFLOAD_FAILED', 'RTM_F_NOTIFY']
    expect(flagsOf('AF_INET', ...bits)).toEqual(['LINKDOWN', 'NOTIFY', 'OFFLOAD_FAILED'])
    expect(flagsOf('AF_INET6', 'RTM_F_CLONED', ...bits)).toEqual(['LINKDOWN', 'NOTIFY', 'CLONED', 'OFFLOAD_FAILED'])
    expect(flagsOf('AF_INET', 'RTM_F_CLONED', ...bits)).toEqual(['LINKDOWN', 'NOTIFY', 'CLONED', 'MULTICAST'])
    expect(flagsOf('AF_INET', 'RTM_F_CLONED', 'RTCF_LOCAL', 'RTCF_BROADCAST')).toEqual(['CLONED', 'BROADCAST', 'LOCAL'])
    expect(flagsOf('AF_INET', 'RTM_F_CLONED', 'RTM_F_NOTIFY', 'RTCF_NOTIFY')).toEqual([
      'NOTIFY',
      'CLONED',
      'RTCF_NOTIFY',
    ])
    expect(of({ ...v4, rtm_flags: constant('RTM_F_CLONED') + 2 ** 20 }, dst).flag_names).toEqual(['CLONED', '0x100000'])
  })

  test('a route to everywhere has a destination, whatever the family', () => {
    expect(of({ ...v4, rtm_dst_len: 0 }).dst).toBe('0.0.0.0/0')
    expect(of({ ...v6, rtm_dst_len: 0 }).dst).toBe('::/0')
    expect(of({ rtm_family: constant('RTNL_FAMILY_IPMR') })).toMatchObject({ family: 'ipmr', dst: '0.0.0.0/0' })
    expect(of({ rtm_family: constant('RTNL_FAMILY_IP6MR') })).toMatchObject({ family: 'ip6mr', dst: '::/0' })
  })

  test('the table is the header’s, or the attribute’s that can hold more', () => {
    expect(of(v4, dst)).toMatchObject({ table: 'MAIN', table_id: 254 })
    expect(of({ ...v4, rtm_table: 252 }, dst, a('RTA_TABLE', b.u32(4_000_000_000)))).toMatchObject({
      table: 'TABLE_4000000000',
      table_id: 4_000_000_000,
    })
  })

  test('an MPLS route that swaps labels', () => {
    const swapped = of(
      { rtm_family: constant('AF_MPLS'), rtm_dst_len: 20 },
      a('RTA_DST', stack(b, 1_048_575)),
      a('RTA_NEWDST', stack(b, 200, 300)),
      a('RTA_VIA', b.u16(constant('AF_INET6')), ip6(5)),
      a('RTA_TTL_PROPAGATE', b.u8(0)),
      a('RTA_OIF', b.u32(7)),
    )
    expect(swapped).toMatchObject({
      family: 'mpls',
      dst: '1048575',
      newdst: [200, 300],
      via: { family: 'ipv6', host: '2001:db8::5' },
      ttl_propagate: false,
      dev_index: 7,
    })
    expect(unknownIn(swapped)).toEqual([])
    const link = of(v4, dst, a('RTA_VIA', b.u16(constant('AF_PACKET')), ip(2, 0, 0, 0, 0, 1)))
    expect(link.via).toEqual({ family: 'packet', host: '02:00:00:00:00:01' })
  })

  test('nexthops: weights 1 and 256, and all that each may have', () => {
    const { multipath, ...rest } = of(
      v4,
      dst,
      a(
        'RTA_MULTIPATH',
        nexthopBytes(
          { index: 3, hops: 0, flags: constant('RTNH_F_DEAD') | constant('RTNH_F_LINKDOWN') | 0x80 },
          a('RTA_GATEWAY', ip(10, 0, 0, 2)),
          a('RTA_FLOW', b.u32(3 * 65_536 + 4)),
        ),
        nexthopBytes(
          { index: 4, hops: 255, flags: constant('RTNH_F_ONLINK') },
          a('RTA_VIA', b.u16(constant('AF_INET')), ip(10, 0, 0, 3)),
          a('RTA_NEWDST', stack(b, 16)),
          b.nested('RTA_ENCAP', a('MPLS_IPTUNNEL_DST', stack(b, 17, 18)), a('MPLS_IPTUNNEL_TTL', b.u8(9))),
          a('RTA_ENCAP_TYPE', b.u16(constant('LWTUNNEL_ENCAP_MPLS'))),
        ),
        nexthopBytes({ index: 5 }),
      ),
    )
    expect(multipath).toEqual([
      {
        dev_index: 3,
        weight: 1,
        flags: 0x91,
        flag_names: ['DEAD', 'LINKDOWN', '0x80'],
        gateway: '10.0.0.2',
        flow_from: 3,
        flow_to: 4,
      },
      {
        dev_index: 4,
        weight: 256,
        flags: 4,
        flag_names: ['ONLINK'],
        via: { family: 'ipv4', host: '10.0.0.3' },
        newdst: [16],
        encap_type: 'MPLS',
        encap: { dst: [17, 18], ttl: 9 },
      },
      { dev_index: 5, weight: 1, flags: 0, flag_names: [] },
    ])
    expect(unknownIn(rest)).toEqual([])
  })

  test.each([
    ['is shorter than its header', 4],
    ['runs past the attribute', 100],
  ])('a nexthop that %s: all are kept among the unknown', (_, length) => {
    const bytes = concat(nexthopBytes({ index: 3 }), nexthopBytes({ index: 4, length }))
    const record = of(v4, dst, a('RTA_MULTIPATH', bytes))
    expect(record.multipath).toBeUndefined()
    expect(record.unknown_rta_attrs_decoded).toEqual([
      expect.objectContaining({ name: 'RTA_MULTIPATH', length: 16, bytes: Buffer.from(bytes).toString('hex') }),
    ])
  })

  test.each([
    ['LWTUNNEL_ENCAP_MPLS', () => [a('MPLS_IPTUNNEL_DST', stack(b, 100, 200))], { dst: [100, 200] }],
    [
      'LWTUNNEL_ENCAP_IP',
      () => [
        a('LWTUNNEL_IP_ID', be(8, 100)),
        a('LWTUNNEL_IP_DST', ip(1, 2, 3, 4)),
        // Flags in network order: csum and key.
        a('LWTUNNEL_IP_FLAGS', be(2, 0x0005)),
        b.nested(
          'LWTUNNEL_IP_OPTS',
          b.nested(
            'LWTUNNEL_IP_OPTS_GENEVE',
            a('LWTUNNEL_IP_OPT_GENEVE_CLASS', be(2, 0x0102)),
            a('LWTUNNEL_IP_OPT_GENEVE_TYPE', b.u8(3)),
            a('LWTUNNEL_IP_OPT_GENEVE_DATA', ip(1, 2, 3, 4)),
            a('LWTUNNEL_IP_OPT_GENEVE_CLASS', be(2, 5)),
            a('LWTUNNEL_IP_OPT_GENEVE_TYPE', b.u8(6)),
            a('LWTUNNEL_IP_OPT_GENEVE_DATA', ip(5, 6, 7, 8)),
          ),
        ),
      ],
      {
        id: 100,
        dst: '1.2.3.4',
        flags: 5,
        // The names' numbers are this host's.
        flag_names: little === hostLittle ? ['CSUM', 'KEY'] : ['0x5'],
        opts: {
          geneve: { class: [258, 5], type: [3, 6], data: ['01020304', '05060708'] },
        },
      },
    ],
    [
      'LWTUNNEL_ENCAP_IP6',
      () => [
        a('LWTUNNEL_IP6_ID', be(8, 2 ** 40)),
        a('LWTUNNEL_IP6_DST', ip6(1)),
        a('LWTUNNEL_IP6_HOPLIMIT', b.u8(64)),
        b.nested('LWTUNNEL_IP6_OPTS', b.nested('LWTUNNEL_IP_OPTS_VXLAN', a('LWTUNNEL_IP_OPT_VXLAN_GBP', b.u32(77)))),
      ],
      { id: 2 ** 40, dst: '2001:db8::1', hoplimit: 64, opts: { vxlan: { gbp: 77 } } },
    ],
    [
      'LWTUNNEL_ENCAP_IP',
      () => [
        b.nested(
          'LWTUNNEL_IP_OPTS',
          b.nested(
            'LWTUNNEL_IP_OPTS_ERSPAN',
            a('LWTUNNEL_IP_OPT_ERSPAN_VER', b.u8(1)),
            // In network order, unlike the group policy of VXLAN.
            a('LWTUNNEL_IP_OPT_ERSPAN_INDEX', be(4, 123)),
          ),
        ),
      ],
      { opts: { erspan: { version: 1, index: 123 } } },
    ],
    [
      'LWTUNNEL_ENCAP_ILA',
      () => [
        a('ILA_ATTR_LOCATOR', be(8, 0x0005_0006_0007_0008n)),
        a('ILA_ATTR_CSUM_MODE', b.u8(constant('ILA_CSUM_NEUTRAL_MAP'))),
        a('ILA_ATTR_IDENT_TYPE', b.u8(constant('ILA_ATYPE_LUID'))),
        a('ILA_ATTR_HOOK_TYPE', b.u8(constant('ILA_HOOK_ROUTE_INPUT'))),
      ],
      { locator: '5:6:7:8', csum_mode: 'NEUTRAL_MAP', ident_type: 'LUID', hook_type: 'INPUT' },
    ],
    [
      'LWTUNNEL_ENCAP_RPL',
      () => [
        a('RPL_IPTUNNEL_SRH', b.struct('ipv6_rpl_sr_hdr', { hdrlen: 4, type: 3, segments_left: 2 }), ip6(1), ip6(2)),
      ],
      { segs: ['2001:db8::1', '2001:db8::2'] },
    ],
    [
      'LWTUNNEL_ENCAP_IOAM6',
      () => [
        a('IOAM6_IPTUNNEL_FREQ_K', b.u32(1)),
        a('IOAM6_IPTUNNEL_FREQ_N', b.u32(3)),
        a('IOAM6_IPTUNNEL_MODE', b.u8(constant('IOAM6_IPTUNNEL_MODE_AUTO'))),
        a('IOAM6_IPTUNNEL_SRC', ip6(8)),
        a('IOAM6_IPTUNNEL_DST', ip6(9)),
        a('IOAM6_IPTUNNEL_TRACE', be(2, 123), ip(0x08, 0x03), be(4, 0xc0000000)),
      ],
      {
        freq_k: 1,
        freq_n: 3,
        mode: 'AUTO',
        src: '2001:db8::8',
        dst: '2001:db8::9',
        trace: { ns: 123, type: '0xc00000', size: 12 },
      },
    ],
    ['LWTUNNEL_ENCAP_XFRM', () => [a('LWT_XFRM_IF_ID', b.u32(5)), a('LWT_XFRM_LINK', b.u32(7))], { if_id: 5, link: 7 }],
    [
      'LWTUNNEL_ENCAP_BPF',
      () => [
        b.nested('LWT_BPF_OUT', a('LWT_BPF_PROG_NAME', b.text('x.o:[out]'))),
        a('LWT_BPF_XMIT_HEADROOM', b.u32(14)),
      ],
      { out: { name: 'x.o:[out]' }, headroom: 14 },
    ],
    [
      'LWTUNNEL_ENCAP_SEG6',
      () => [
        a(
          'SEG6_IPTUNNEL_SRH',
          b.integer(4, constant('SEG6_IPTUN_MODE_ENCAP_RED')),
          b.struct('ipv6_sr_hdr', {
            hdrlen: 9,
            type: 4,
            segments_left: 1,
            first_segment: 1,
            tag: little ? 0x3412 : 0x1234,
          }),
          ip6(2),
          ip6(1),
          // An HMAC: type, length, two bytes of flags, key id, and 32 bytes.
          ip(5, 38, 0, 0, 0, 0, 0, 7),
          new Uint8Array(32),
        ),
      ],
      {
        srh: {
          mode: 'ENCAP_RED',
          segs: ['2001:db8::1', '2001:db8::2'],
          segments_left: 1,
          first_segment: 1,
          flags: 0,
          tag: 0x1234,
          tlvs: `0526000000000007${'00'.repeat(32)}`,
        },
      },
    ],
    [
      'LWTUNNEL_ENCAP_SEG6_LOCAL',
      () => [
        a('SEG6_LOCAL_ACTION', b.u32(constant('SEG6_LOCAL_ACTION_END_BPF'))),
        a('SEG6_LOCAL_VRFTABLE', b.u32(77)),
        a('SEG6_LOCAL_NH4', ip(1, 2, 3, 4)),
        a('SEG6_LOCAL_IIF', b.u32(3)),
        b.nested('SEG6_LOCAL_BPF', a('SEG6_LOCAL_BPF_PROG', b.u32(9)), a('SEG6_LOCAL_BPF_PROG_NAME', b.text('f'))),
        b.nested(
          'SEG6_LOCAL_COUNTERS',
          a('SEG6_LOCAL_CNT_PACKETS', b.u64(1)),
          a('SEG6_LOCAL_CNT_BYTES', b.u64(2n ** 40n)),
          a('SEG6_LOCAL_CNT_ERRORS', b.u64(3)),
        ),
        b.nested(
          'SEG6_LOCAL_FLAVORS',
          a('SEG6_LOCAL_FLV_OPERATION', b.u32((1 << constant('SEG6_LOCAL_FLV_OP_PSP')) | (1 << 20))),
        ),
      ],
      {
        action: 'END_BPF',
        vrftable: 77,
        nh4: '1.2.3.4',
        iif_index: 3,
        bpf: { prog: 9, name: 'f' },
        counters: { packets: 1, bytes: 2 ** 40, errors: 3 },
        flavors: {
          operation: (1 << 20) | (1 << constant('SEG6_LOCAL_FLV_OP_PSP')),
          operation_names: ['PSP', '0x100000'],
        },
      },
    ],
  ] as const)('%s', (kind, attributes, expected) => {
    const record = encap(kind, ...attributes())
    expect(record.encap_type).toBe(kind.slice('LWTUNNEL_ENCAP_'.length))
    expect(record.encap).toEqual(expected)
    expect(unknownIn(record)).toEqual([])
  })

  test('an encapsulation that is not known stays with its bytes', () => {
    const record = of(v4, dst, b.nested('RTA_ENCAP', ip(1, 2, 3, 4)), a('RTA_ENCAP_TYPE', b.u16(99)))
    expect(record).toMatchObject({
      encap_type: 'ENCAP_99',
      unknown_rta_attrs_decoded: [{ name: 'RTA_ENCAP', nested: true, bytes: '01020304' }],
    })
  })

  test('a multicast route with its counts', () => {
    const record = of(
      { rtm_family: constant('RTNL_FAMILY_IPMR'), rtm_dst_len: 32, rtm_src_len: 32, rtm_type: 5 },
      a('RTA_TABLE', b.u32(253)),
      a('RTA_SRC', ip(10, 0, 0, 7)),
      a('RTA_DST', ip(239, 1, 1, 1)),
      a('RTA_IIF', b.u32(2)),
      a('RTA_MULTIPATH', nexthopBytes({ index: 3, hops: 1 })),
      a('RTA_MFC_STATS', b.u64(5), b.u64(2n ** 33n), b.u64(1)),
      a('RTA_EXPIRES', b.u64(2n ** 33n)),
    )
    expect(record).toMatchObject({
      family: 'ipmr',
      type: 'MULTICAST',
      table: 'DEFAULT',
      src: '10.0.0.7/32',
      dst: '239.1.1.1/32',
      iif_index: 2,
      multipath: [{ dev_index: 3, ttl: 1 }],
      mfc_stats: { packets: 5, bytes: 2 ** 33, wrong_if: 1 },
      expires: 2 ** 33,
    })
    expect(unknownIn(record)).toEqual([])
    expect(of(v4, dst, a('RTA_EXPIRES', b.u32(7))).expires).toBe(7)
  })

  test('what only answers to one question have', () => {
    expect(
      of(
        { ...v6, rtm_flags: constant('RTM_F_CLONED') },
        a('RTA_DST', ip6(1)),
        a('RTA_IIF', b.u32(2)),
        a('RTA_MARK', b.u32(0xffffffff)),
        a('RTA_UID', b.u32(1000)),
        a('RTA_IP_PROTO', b.u8(17)),
        a('RTA_SPORT', be(2, 1)),
        a('RTA_DPORT', be(2, 53)),
        a('RTA_FLOWLABEL', be(4, 0x12345)),
        a('RTA_PREF', b.u8(constant('ICMPV6_ROUTER_PREF_HIGH'))),
        a('RTA_CACHEINFO', b.struct('rta_cacheinfo', { rta_expires: -250, rta_lastuse: 100, rta_error: 113 })),
      ),
    ).toMatchObject({
      flag_names: ['CLONED'],
      mark: 0xffffffff,
      uid: 1000,
      ip_proto: 'UDP',
      ip_proto_id: 17,
      sport: 1,
      dport: 53,
      flowlabel: 0x12345,
      pref: 'HIGH',
      cacheinfo: { expires: -250, expires_sec: -2.5, last_use: 100, last_use_sec: 1, error: 113 },
    })
  })

  test('every metric', () => {
    const names = [...constants().group('RTAX_').values()].filter((name) => name !== 'RTAX_UNSPEC')
    const record = of(
      v4,
      dst,
      b.nested('RTA_METRICS', ...names.map((name) => a(name, name === 'RTAX_CC_ALGO' ? b.text('cubic') : b.u32(0xf)))),
    )
    expect(unknownIn(record)).toEqual([])
    expect(record.metrics).toMatchObject({
      lock_names: ['mtu', 'window'].map((name) => expect.stringContaining(name) as string).length
        ? expect.any(Array)
        : [],
      rtt: 15,
      rtt_ms: 15 / 8,
      rttvar_ms: 15 / 4,
      features: 15,
      feature_names: expect.arrayContaining(['ECN']),
      cc_algo: 'cubic',
    })
    expect(Object.keys(record.metrics!).length).toBeGreaterThanOrEqual(names.length)
  })

  describe('nexthop objects', () => {
    const object = (...attributes: Uint8Array[]) =>
      decode<Nexthop>(nexthop, concat(b.struct('nhmsg', { nh_family: 2, nh_protocol: 4 }), ...attributes))
    const member = (id: number, weight: number) =>
      concat(b.u32(id), ip((weight - 1) % 256, Math.floor((weight - 1) / 256), 0, 0))

    test('weights of 16 bits', () => {
      expect(object(a('NHA_GROUP', member(1, 1), member(2, 256), member(3, 257), member(4, 65_536))).group).toEqual([
        { id: 1, weight: 1 },
        { id: 2, weight: 256 },
        { id: 3, weight: 257 },
        { id: 4, weight: 65_536 },
      ])
    })

    test('a resilient group with its counts', () => {
      const record = object(
        a('NHA_GROUP_TYPE', b.u16(constant('NEXTHOP_GRP_TYPE_RES'))),
        b.nested(
          'NHA_RES_GROUP',
          a('NHA_RES_GROUP_BUCKETS', b.u16(32)),
          a('NHA_RES_GROUP_IDLE_TIMER', b.u32(12_000)),
          a('NHA_RES_GROUP_UNBALANCED_TIMER', b.u32(0)),
          b.attribute(0),
          a('NHA_RES_GROUP_UNBALANCED_TIME', b.u64(150)),
        ),
        a('NHA_OP_FLAGS', b.u32(1)),
        b.nested(
          'NHA_GROUP_STATS',
          b.nested(
            'NHA_GROUP_STATS_ENTRY',
            a('NHA_GROUP_STATS_ENTRY_ID', b.u32(1)),
            a('NHA_GROUP_STATS_ENTRY_PACKETS', b.u32(5)),
            a('NHA_GROUP_STATS_ENTRY_PACKETS_HW', b.u64(2n ** 40n)),
          ),
        ),
      )
      expect(record).toMatchObject({
        group_type: 'RES',
        resilient: {
          buckets: 32,
          idle_timer: 12_000,
          idle_timer_sec: 120,
          unbalanced_timer: 0,
          unbalanced_time: 150,
        },
        group_stats: [{ id: 1, packets: 5, packets_hw: 2 ** 40 }],
      })
      expect(unknownIn(record)).toEqual([])
    })
  })
})

describe('mistakes are refused before anything is sent', () => {
  const session = () => {
    const transport = fakeTransport(() => [])
    return { transport, session: new Session(transport) }
  }

  test.each([
    [{ family: 'inet' }, /family: "inet" is none of ipv4, ipv6, mpls, ipmr, ip6mr/],
    [{ family: 2 }, /family: 2/],
    [{ family: 'toString' }, /family: "toString"/],
    [{ table: 'no-such-table' }, /table: "no-such-table" is neither/],
    [{ table: 2 ** 32 }, /table: 4294967296/],
    [{ table: -1 }, /table: -1/],
    [{ table: '' }, /table: ""/],
    [{ table: 1.5 }, /table: 1.5/],
    [{ protocol: 256 }, /protocol: 256/],
    [{ protocol: 'nobody' }, /protocol: "nobody"/],
    [{ type: 'teleport' }, /type: "teleport"/],
    [{ type: null }, /type: null/],
    [{ dev: '' }, /dev: ""/],
    [{ dev: -1 }, /dev: -1/],
    [{ dev: Number.NaN }, /dev: /],
    [{ timeout: Number.NaN }, /timeout/],
  ])('%o', async (options, message) => {
    const { transport, session: over } = session()
    const asked = { ...options, session: over } as never
    await expect(getRoutes(asked)).rejects.toThrow(TypeError)
    await expect(getRoutes(asked)).rejects.toThrow(message)
    await expect(streamRoutes(asked).next()).rejects.toThrow(TypeError)
    await expect(new RoutingTableQuery().getRoutes(options as never)).rejects.toThrow(TypeError)
    expect(transport.requests).toEqual([])
  })

  test.each([
    ['', {}],
    ['10.0.0.0/8', {}],
    ['localhost', {}],
    ['fe80::1%eth0', {}],
    [7, {}],
    ['10.0.0.1', { from: '::1' }],
    ['10.0.0.1', { from: 'here' }],
    ['10.0.0.1', { mark: -1 }],
    ['10.0.0.1', { mark: 2 ** 32 }],
    ['10.0.0.1', { uid: 1.5 }],
    ['10.0.0.1', { tos: 256 }],
    ['10.0.0.1', { sport: 65_536 }],
    ['10.0.0.1', { dport: '53' }],
    ['10.0.0.1', { ipProto: 300 }],
    ['10.0.0.1', { iif: -1 }],
    ['10.0.0.1', { iif: 'lo', mark: -1 }],
    ['10.0.0.1', { oif: '' }],
  ])('lookupRoute(%o, %o)', async (destination, options) => {
    const { transport, session: over } = session()
    await expect(lookupRoute(destination as string, { ...options, session: over } as never)).rejects.toThrow(TypeError)
    expect(transport.requests).toEqual([])
  })
})

test('a recording holds three replies: links, nexthop objects, routes', () => {
  for (const { bytes } of recorded) {
    const { offset } = constants().layout('nlmsghdr')!.members.nlmsg_type!
    const types = messagesOf(readFileSync(bytes!)).map((message) =>
      new DataView(message.buffer).getUint16(offset, true),
    )
    expect(types.filter((type) => type === constant('NLMSG_DONE'))).toHaveLength(3)
  }
})
