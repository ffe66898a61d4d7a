/** Routes: what `ip route show table all` shows. A line below is a field of the record. */
import {
  address,
  addressFamily,
  attributeSet,
  be16,
  be32,
  bool,
  chain,
  enumOf,
  header,
  hex,
  interfaceName,
  nest,
  prefix,
  type RecordOf,
  realmFrom,
  realmTo,
  s32,
  seconds,
  struct,
  table,
  u8,
  u32,
  u64,
  uint,
} from '@netsnap/core-native/schema'
import { encapsulation, encapsulationType } from './encapsulation.ts'
import { nexthopFlags, routeFlags } from './flags.ts'
import { defaultDestination, destination, labelStack } from './labels.ts'
import { metrics } from './metrics.ts'
import { share, threshold } from './multicast.ts'
import { ipProtocol, routeProtocol, routeScope, routeType, routingTable, shortRoutingTable } from './names.ts'
import { resolvedNexthops } from './resolve.ts'
import { via } from './via.ts'
import { WATCH } from './watch.ts'

const routerPreference = enumOf('ICMPV6_ROUTER_PREF_', { unnamed: 'PREF_' })

// biome-ignore format: a table
const multipathNexthop = attributeSet('RTA_', {
  gateway:    ['RTA_GATEWAY', address],
  via:        ['RTA_VIA', via],
  newdst:     ['RTA_NEWDST', labelStack],
  flow_from:  ['RTA_FLOW', realmFrom],
  flow_to:    ['RTA_FLOW', realmTo],
  encap_type: ['RTA_ENCAP_TYPE', encapsulationType],
  encap:      ['RTA_ENCAP', encapsulation],
}, {
  header: header('rtnexthop', {
    dev_index:  ['rtnh_ifindex', s32],
    /** Share of the flows, 1 to 256. Of a route by a group of nexthop objects this is what fits into eight bits: `nexthops` has the shares themselves. */
    weight:     ['rtnh_hops', share],
    /** Instead of a share in multicast routing: packets go out there whose TTL is greater than this. */
    ttl:        ['rtnh_hops', threshold],
    flags:      ['rtnh_flags', u8],
    flag_names: ['rtnh_flags', nexthopFlags],
    dev:        ['rtnh_ifindex', interfaceName],
  }),
  skip: 'others',
})

// biome-ignore format: a table
const cacheInfo = struct('rta_cacheinfo', {
  clntref:      ['rta_clntref', u32],
  /** When it was last used, in ticks ago. */
  last_use:     ['rta_lastuse', u32],
  last_use_sec: ['rta_lastuse', seconds(u32)],
  /** When it expires, in ticks from now; 0: never. */
  expires:      ['rta_expires', s32],
  expires_sec:  ['rta_expires', seconds(s32)],
  error:        ['rta_error', u32],
  used:         ['rta_used', u32],
  id:           ['rta_id', u32],
  ts:           ['rta_ts', u32],
  ts_age:       ['rta_tsage', u32],
})

// biome-ignore format: a table
const multicastStatistics = struct('rta_mfc_stats', {
  packets:  ['mfcs_packets', u64],
  bytes:    ['mfcs_bytes', u64],
  /** Packets that came in by the wrong interface. */
  wrong_if: ['mfcs_wrong_if', u64],
})

// biome-ignore format: a table
export const route = table({
  name: 'route',
  request: 'RTM_GETROUTE',
  reply: 'RTM_NEWROUTE',
  header: header('rtmsg', {
    /** Address family: `ipv4`, `ipv6`, `mpls`, and `ipmr` and `ip6mr` for multicast routing. */
    family:      ['rtm_family', addressFamily],
    /** What becomes of a packet: `UNICAST`, `LOCAL`, `BLACKHOLE`, ... */
    type:        ['rtm_type', routeType],
    /** Who installed the route, by the kernel's or the administrator's name. */
    protocol:    ['rtm_protocol', routeProtocol],
    /** Number of who installed the route. */
    protocol_id: ['rtm_protocol', u8],
    /** How far away the destinations are: `UNIVERSE`, `LINK`, `HOST`, ... IPv4 alone tells them apart. */
    scope:       ['rtm_scope', routeScope],
    /** Length of the destination prefix; for MPLS the bits of a label. */
    dst_len:     ['rtm_dst_len', u8],
    src_len:     ['rtm_src_len', u8],
    /** Type-of-service octet of the packets that it is for; 0 for any. IPv4 alone has this. */
    tos:         ['rtm_tos', u8],
    /** State of the route and of its nexthop, as bits. */
    flags:       ['rtm_flags', u32],
    /** State by name: `LINKDOWN`, `DEAD`, `ONLINK`, `OFFLOAD`, ... In the answer to one question `CLONED`, and in IPv4 what becomes of the packet: `LOCAL`, `BROADCAST`, `MULTICAST`, ... */
    flag_names:  ['rtm_flags', routeFlags],
    /** Destinations in CIDR notation, `0.0.0.0/0` and `::/0` for the default route; for MPLS the incoming label. Absent where what the kernel sent cannot be read. */
    dst:         ['rtm_family', defaultDestination],
    /** Routing table, by the kernel's or the administrator's name. */
    table:       ['rtm_table', shortRoutingTable],
    table_id:    ['rtm_table', u8],
  }),
  group: 'RTA_',
  watch: [...new Set(Object.values(WATCH).flat())],
  attributes: {
    /** The whole number, where the kernel sends it. */
    table:         ['RTA_TABLE', routingTable],
    table_id:      ['RTA_TABLE', u32],
    /** As above: the kernel leaves the default destination out. */
    dst:           ['RTA_DST', destination],
    /** Sources that the route is for, in CIDR notation. */
    src:           ['RTA_SRC', prefix('rtm_src_len')],
    gateway:       ['RTA_GATEWAY', address],
    /** Gateway of another family. */
    via:           ['RTA_VIA', via],
    /** Source address that packets get. */
    prefsrc:       ['RTA_PREFSRC', address],
    dev_index:     ['RTA_OIF', u32],
    /** Outgoing interface; absent where it has gone since, or has no name here. */
    dev:           ['RTA_OIF', interfaceName],
    /** Preference among routes to the same destinations, lowest first. */
    metric:        ['RTA_PRIORITY', u32],
    metrics:       ['RTA_METRICS', nest(metrics)],
    multipath:     ['RTA_MULTIPATH', chain(multipathNexthop, 'rtnh_len', 'RTNH_ALIGNTO')],
    cacheinfo:     ['RTA_CACHEINFO', cacheInfo],
    /** Preference of the router that announced it (RFC 4191): `LOW`, `MEDIUM`, `HIGH`. */
    pref:          ['RTA_PREF', routerPreference],
    /** Id of the nexthop object that the route goes by. */
    nhid:          ['RTA_NH_ID', u32],
    /** What that object stands for: the nexthops, or the one, with their shares. */
    nexthops:      ['RTA_NH_ID', resolvedNexthops],
    flow_from:     ['RTA_FLOW', realmFrom],
    flow_to:       ['RTA_FLOW', realmTo],
    /** Interface that packets come in by: of a multicast route, or as it was asked for. */
    iif_index:     ['RTA_IIF', u32],
    iif:           ['RTA_IIF', interfaceName],
    mark:          ['RTA_MARK', u32],
    uid:           ['RTA_UID', u32],
    ip_proto:      ['RTA_IP_PROTO', ipProtocol],
    ip_proto_id:   ['RTA_IP_PROTO', u8],
    sport:         ['RTA_SPORT', be16],
    dport:         ['RTA_DPORT', be16],
    flowlabel:     ['RTA_FLOWLABEL', be32],
    /** Labels that replace the incoming one, outermost first. */
    newdst:        ['RTA_NEWDST', labelStack],
    ttl_propagate: ['RTA_TTL_PROPAGATE', bool],
    encap_type:    ['RTA_ENCAP_TYPE', encapsulationType],
    encap:         ['RTA_ENCAP', encapsulation],
    /** Ticks since a multicast route was last used, whatever the kernel calls it. */
    expires:       ['RTA_EXPIRES', uint],
    mfc_stats:     ['RTA_MFC_STATS', multicastStatistics],
    /** Kernels before 2.6 sent these. */
    protoinfo:     ['RTA_PROTOINFO', hex],
    session:       ['RTA_SESSION', hex],
    mp_algo:       ['RTA_MP_ALGO', hex],
  },
})

/** One route. A field is absent where the kernel sent no such attribute. */
export interface Route extends RecordOf<typeof route> {}
/** A {@link Route} whose 64-bit values are bigints. */
export interface RouteBigInt extends RecordOf<typeof route, bigint> {}
