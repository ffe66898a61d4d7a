import type { Nexthop, Route } from '../src/index.ts'

/** What `ip -j -d` prints of one object. */
export type IpObject = Record<string, unknown>

type Encapsulated = Pick<Route, 'encap_type' | 'encap'>
type Flow = Pick<Route, 'flow_from' | 'flow_to'>
type Hop = NonNullable<Route['multipath']>[number]

const given = (key: string, value: unknown) => (value === undefined ? {} : { [key]: value })
const mapped = <T>(key: string, value: T | undefined, change: (value: T) => unknown) =>
  value === undefined ? {} : { [key]: change(value) }

/** iproute2 names tables and protocols in lower case, and gives the number where it has no name. */
const nameOf = (name: string, id: number | undefined) => (/^[A-Z]+_\d+$/.test(name) ? String(id) : name.toLowerCase())

const scopeOf = (scope: string) =>
  scope === 'UNIVERSE' ? 'global' : nameOf(scope, Number(/\d+$/.exec(scope)?.[0] ?? Number.NaN))

const ADDRESS_BITS: Record<string, string> = { ipv4: '/32', ipv6: '/128' }

/** iproute2 leaves the length of a whole address out. */
function prefixOf(family: string, text: string): string {
  const whole = ADDRESS_BITS[family]
  return whole !== undefined && text.endsWith(whole) ? text.slice(0, -whole.length) : text
}

const destinationOf = ({ family, dst, dst_len }: Route) => (dst_len === 0 ? 'default' : prefixOf(family, dst!))

/** Flags of routes and nexthops, in iproute2's order; it does not print the others. */
const FLAGS = {
  DEAD: 'dead',
  ONLINK: 'onlink',
  PERVASIVE: 'pervasive',
  OFFLOAD: 'offload',
  TRAP: 'trap',
  NOTIFY: 'notify',
  LINKDOWN: 'linkdown',
  UNRESOLVED: 'unresolved',
  RTM_F_OFFLOAD: 'rt_offload',
  RTM_F_TRAP: 'rt_trap',
  OFFLOAD_FAILED: 'rt_offload_failed',
} as const

const flagsOf = (names: readonly string[]) =>
  Object.entries(FLAGS).flatMap(([name, word]) => (names.includes(name) ? [word] : []))

const FAMILIES: Record<string, string> = { ipv4: 'inet', ipv6: 'inet6', packet: 'link' }

const viaOf = (via: { family: string; host: string }) => ({
  family: FAMILIES[via.family] ?? via.family,
  host: via.host,
})

/** The realm of the destination is there even where it is none, if the source has one. */
function flowOf({ flow_from, flow_to }: Flow): IpObject {
  if (flow_from === undefined && flow_to === undefined) return {}
  return { flow: { ...mapped('from', flow_from, String), to: String(flow_to ?? 0) } }
}

const TUNNEL_FLAGS = { KEY: 'key', CSUM: 'csum', SEQ: 'seq' } as const

const tunnelFlags = (names: readonly string[] = []) =>
  Object.fromEntries(Object.entries(TUNNEL_FLAGS).flatMap(([name, key]) => (names.includes(name) ? [[key, true]] : [])))

/** A stack of one label is a number in our record's list, and text in iproute2's. */
const labels = (stack: readonly number[]) => stack.join('/')

const actionOf = (action: string) =>
  action
    .replace(/^END/, 'End')
    .replaceAll('_', '.')
    .replace(/^End\.B6\.ENCAP$/, 'End.B6.Encaps')

// biome-ignore lint/suspicious/noExplicitAny: one of ten shapes, chosen by a field beside it.
type Any = any

const wordOf = (name: string) => name.toLowerCase().replaceAll('_', '-')

/** What iproute2 prints of each kind. It puts all of it flat into the route, where a later key of the same name wins. */
const ENCAPSULATIONS: Record<string, (encap: Any) => IpObject> = {
  MPLS: ({ dst, ttl }) => ({ dst: labels(dst), ...given('ttl', ttl) }),
  IP: ({ id, src, dst, ttl, tos, flag_names }) => ({ id, src, dst, ttl, tos, ...tunnelFlags(flag_names) }),
  IP6: ({ id, src, dst, hoplimit, tc, flag_names }) => ({ id, src, dst, hoplimit, tc, ...tunnelFlags(flag_names) }),
  SEG6: ({ srh: { mode, segs, tlvs } }) => ({
    mode: mode.toLowerCase().replaceAll('_', '.'),
    segs,
    // The key id of an HMAC stands after the TLV's type, its length and two bytes of flags.
    ...mapped('hmac', tlvs as string | undefined, (text) => `0x${Number(`0x${text.slice(8, 16)}`).toString(16)}`),
  }),
  // Counters are printed with -s only.
  SEG6_LOCAL: ({ action, srh, table, vrftable, nh4, nh6, iif, oif, bpf, flavors }) => ({
    action: actionOf(action),
    ...mapped('srh', srh as { segs: string[] } | undefined, ({ segs }) => ({ segs })),
    ...mapped('table', table as number | undefined, String),
    ...mapped('vrftable', vrftable as number | undefined, String),
    ...given('nh4', nh4),
    ...given('nh6', nh6),
    ...given('iif', iif),
    ...given('oif', oif),
    ...given('endpoint', bpf?.name),
    ...mapped('flavors', flavors?.operation_names as string[] | undefined, (names) =>
      names.map((name) => name.toLowerCase().replaceAll('_', '-')),
    ),
    ...given('lblen', flavors?.lblen),
    ...given('nflen', flavors?.nflen),
  }),
  ILA: ({ locator, csum_mode, ident_type, hook_type }) => ({
    locator,
    csum_mode: wordOf(csum_mode).replace('adjust', 'adj'),
    ident_type: wordOf(ident_type),
    hook_type: wordOf(hook_type),
  }),
  XFRM: ({ if_id, link_dev }) => ({ if_id, ...given('link_dev', link_dev) }),
  BPF: (programs) =>
    Object.fromEntries(['in', 'out', 'xmit'].flatMap((when) => (programs[when] ? [[when, programs[when].name]] : []))),
  // iproute2 fills and prints the header from its end; the kernel visits its first entry first.
  RPL: ({ segs }) => ({ segs: segs.toReversed() }),
  IOAM6: ({ freq_k, freq_n, mode, dst, trace }) => ({
    freqk: freq_k,
    freqn: freq_n,
    mode: mode.toLowerCase(),
    ...given('tundst', dst),
    trace: null,
    prealloc: null,
    type: trace.type.slice(2),
    ns: trace.ns,
    size: trace.size,
  }),
}

function encapOf({ encap_type, encap }: Encapsulated): IpObject {
  if (encap_type === undefined) return {}
  const print = ENCAPSULATIONS[encap_type]
  if (!print || encap === undefined) throw new Error(`no mapping for the encapsulation ${encap_type}`)
  return { encap: encap_type.toLowerCase().replaceAll('_', ''), ...print(encap) }
}

/** Locks are not printed as JSON; times are cut to whole milliseconds. */
function metricsOf(metrics: NonNullable<Route['metrics']>): IpObject {
  const names = ['mtu', 'window', 'ssthresh', 'cwnd', 'advmss', 'reordering', 'hoplimit', 'initcwnd'] as const
  return {
    ...Object.fromEntries(names.flatMap((name) => (metrics[name] === undefined ? [] : [[name, metrics[name]]]))),
    ...mapped('rtt', metrics.rtt_ms, Math.trunc),
    ...mapped('rttvar', metrics.rttvar_ms, Math.trunc),
    ...(metrics.feature_names?.includes('ECN') ? { ecn: null } : {}),
    ...given('rto_min', metrics.rto_min_ms),
    ...given('initrwnd', metrics.initrwnd),
    ...given('quickack', metrics.quickack),
    ...given('congestion', metrics.cc_algo),
    ...given('fastopen_no_cookie', metrics.fastopen_no_cookie),
  }
}

function hopOf(family: string, hop: Hop): IpObject {
  return {
    ...encapOf(hop),
    ...mapped('to', hop.newdst, labels),
    ...given('gateway', hop.gateway),
    ...mapped('via', hop.via, viaOf),
    ...flowOf(hop),
    ...given('dev', hop.dev),
    // MPLS spreads its flows evenly.
    ...(family === 'mpls' ? {} : { weight: hop.weight }),
    flags: flagsOf(hop.flag_names),
  }
}

/** The kernel of a nexthop object prints what its other attributes are not: a group, or the object itself. */
export function asIpNexthop(nexthop: Nexthop): IpObject {
  const { resilient, group } = nexthop
  return {
    id: nexthop.id,
    ...mapped('group', group, (members) => members.map(({ id, weight }) => (weight === 1 ? { id } : { id, weight }))),
    ...(nexthop.group_type === 'RES' ? { type: 'resilient' } : {}),
    ...mapped('resilient_args', resilient, (r) => ({
      buckets: r.buckets,
      idle_timer: r.idle_timer_sec,
      unbalanced_timer: r.unbalanced_timer_sec,
      unbalanced_time: r.unbalanced_time,
    })),
    ...encapOf(nexthop),
    ...given('gateway', nexthop.gateway),
    ...given('dev', nexthop.dev),
    scope: scopeOf(nexthop.scope),
    ...(nexthop.blackhole ? { blackhole: null } : {}),
    protocol: nameOf(nexthop.protocol, nexthop.protocol_id),
    flags: flagsOf(nexthop.flag_names),
    ...(nexthop.fdb ? { fdb: null } : {}),
  }
}

/** What stands there for packets that the kernel has been asked about; routes in tables have a protocol and a scope. */
function originOf(route: Route): IpObject {
  if (route.flag_names.includes('CLONED')) return {}
  return { protocol: nameOf(route.protocol, route.protocol_id), scope: scopeOf(route.scope) }
}

/** Seconds without their fraction; routes that do not expire have 0. */
function expiryOf({ cacheinfo }: Route): IpObject {
  const { expires_sec = 0, error = 0 } = cacheinfo ?? {}
  return {
    ...(Math.trunc(expires_sec) === 0 ? {} : { expires: Math.trunc(expires_sec) }),
    ...(error === 0 ? {} : { error }),
  }
}

/**
 * Our record in iproute2's form: all that it holds must come from the record, and what is told of a nexthop object from
 * that object's record.
 */
export function asIpRoute(route: Route, objects: readonly Nexthop[] = []): IpObject {
  const object = route.nhid === undefined ? undefined : objects.find(({ id }) => id === route.nhid)
  return {
    type: route.type.toLowerCase(),
    dst: destinationOf(route),
    ...mapped('from', route.src, (src) => prefixOf(route.family, src)),
    ...mapped('to', route.newdst, labels),
    ...encapOf(route),
    ...(route.tos === 0 ? {} : { tos: `0x${route.tos.toString(16)}` }),
    ...given('nhid', route.nhid),
    ...given('gateway', route.gateway),
    ...mapped('via', route.via, viaOf),
    ...given('dev', route.dev),
    // A lookup that an interface decides has no table.
    ...(route.table_id === 0 ? {} : { table: nameOf(route.table, route.table_id) }),
    ...originOf(route),
    ...given('prefsrc', route.prefsrc),
    ...given('metric', route.metric),
    flags: flagsOf(route.flag_names),
    ...given('mark', route.mark),
    ...flowOf(route),
    ...given('uid', route.uid),
    ...expiryOf(route),
    ...mapped('metrics', route.metrics, (metrics) => [metricsOf(metrics)]),
    ...given('iif', route.iif),
    ...mapped('pref', route.pref, (pref) => pref.toLowerCase()),
    // So it is spelt.
    ...given('ttl-propogate', route.ttl_propagate),
    ...mapped('nh_info', object, asIpNexthop),
    ...mapped('nexthops', route.multipath, (hops) => hops.map((hop) => hopOf(route.family, hop))),
  }
}

/** Time goes on between two readings: where both tell the seconds that are left and are near, ours take the oracle's. */
export function atTheSameTime(mine: IpObject[], oracle: readonly IpObject[], slack = 2): IpObject[] {
  return mine.map((object, i) => {
    const [own, other] = [Number(object.expires), Number(oracle[i]?.expires)]
    return Math.abs(own - other) <= slack ? { ...object, expires: other } : object
  })
}
