/** Counters of interfaces beyond those of the link: what `ip stats show` and `ip link xstats` show. */
import {
  attributeSet,
  flagsOf,
  header,
  indexed,
  interfaceName,
  macroSet,
  many,
  nest,
  type RecordOf,
  struct,
  table,
  u8,
  u16,
  u32,
  u64,
} from '@netsnap/core-native/schema'
import { truth } from './vlan-codecs.ts'

/** Counted as it comes in (`rx`) and as it goes out (`tx`). */
const both = indexed('BR_MCAST_DIR_', u64, { count: 'BR_MCAST_DIR_SIZE' })

// biome-ignore format: a table
const multicast = struct('br_mcast_stats', {
  igmp_v1queries:    ['igmp_v1queries', both],
  igmp_v2queries:    ['igmp_v2queries', both],
  igmp_v3queries:    ['igmp_v3queries', both],
  igmp_leaves:       ['igmp_leaves', both],
  igmp_v1reports:    ['igmp_v1reports', both],
  igmp_v2reports:    ['igmp_v2reports', both],
  igmp_v3reports:    ['igmp_v3reports', both],
  igmp_parse_errors: ['igmp_parse_errors', u64],
  mld_v1queries:     ['mld_v1queries', both],
  mld_v2queries:     ['mld_v2queries', both],
  mld_leaves:        ['mld_leaves', both],
  mld_v1reports:     ['mld_v1reports', both],
  mld_v2reports:     ['mld_v2reports', both],
  mld_parse_errors:  ['mld_parse_errors', u64],
  mcast_bytes:       ['mcast_bytes', both],
  mcast_packets:     ['mcast_packets', both],
})

// biome-ignore format: a table
const vlan = struct('bridge_vlan_xstats', {
  vid:        ['vid', u16],
  flags:      ['flags', u16],
  flag_names: ['flags', flagsOf('BRIDGE_VLAN_INFO_', { scalar: u16 })],
  rx_bytes:   ['rx_bytes', u64],
  rx_packets: ['rx_packets', u64],
  tx_bytes:   ['tx_bytes', u64],
  tx_packets: ['tx_packets', u64],
})

// biome-ignore format: a table
const bridge = attributeSet('BRIDGE_XSTATS_', {
  /** Of each VLAN. */
  vlans: ['BRIDGE_XSTATS_VLAN', many(vlan)],
  /** Of multicast snooping: messages as they come in (`rx`) and go out (`tx`). */
  mcast: ['BRIDGE_XSTATS_MCAST', multicast],
  /** Of the spanning tree: frames, and how often the port began to block or to forward. */
  stp:   ['BRIDGE_XSTATS_STP', struct('bridge_stp_xstats')],
})

// biome-ignore format: a table
const lacp = attributeSet('BOND_3AD_STAT_', {
  lacpdu_rx:         ['BOND_3AD_STAT_LACPDU_RX', u64],
  lacpdu_tx:         ['BOND_3AD_STAT_LACPDU_TX', u64],
  lacpdu_unknown_rx: ['BOND_3AD_STAT_LACPDU_UNKNOWN_RX', u64],
  lacpdu_illegal_rx: ['BOND_3AD_STAT_LACPDU_ILLEGAL_RX', u64],
  marker_rx:         ['BOND_3AD_STAT_MARKER_RX', u64],
  marker_tx:         ['BOND_3AD_STAT_MARKER_TX', u64],
  marker_resp_rx:    ['BOND_3AD_STAT_MARKER_RESP_RX', u64],
  marker_resp_tx:    ['BOND_3AD_STAT_MARKER_RESP_TX', u64],
  marker_unknown_rx: ['BOND_3AD_STAT_MARKER_UNKNOWN_RX', u64],
})

const bond = attributeSet('BOND_XSTATS_', {
  /** Of 802.3ad. */
  ad: ['BOND_XSTATS_3AD', nest(lacp)],
})

// biome-ignore format: a table
const xstats = attributeSet('LINK_XSTATS_TYPE_', {
  bridge: ['LINK_XSTATS_TYPE_BRIDGE', nest(bridge)],
  bond:   ['LINK_XSTATS_TYPE_BOND', nest(bond)],
})

// biome-ignore format: a table
const hardwareInfo = attributeSet('IFLA_OFFLOAD_XSTATS_HW_S_INFO_', {
  /** Somebody has asked for them. */
  request: ['IFLA_OFFLOAD_XSTATS_HW_S_INFO_REQUEST', truth(u8)],
  /** The hardware counts. */
  used:    ['IFLA_OFFLOAD_XSTATS_HW_S_INFO_USED', truth(u8)],
})

const hardware = attributeSet(
  'IFLA_OFFLOAD_XSTATS_',
  { l3_stats: ['IFLA_OFFLOAD_XSTATS_L3_STATS', nest(hardwareInfo)] },
  { skip: 'others', unknown: 'hw_stats_info' },
)

// biome-ignore format: a table
const offload = attributeSet('IFLA_OFFLOAD_XSTATS_', {
  /** What did not go through the hardware alone. */
  cpu_hit:       ['IFLA_OFFLOAD_XSTATS_CPU_HIT', struct('rtnl_link_stats64')],
  hw_stats_info: ['IFLA_OFFLOAD_XSTATS_HW_S_INFO', nest(hardware)],
  /** What the hardware has routed. */
  l3_stats:      ['IFLA_OFFLOAD_XSTATS_L3_STATS', struct('rtnl_hw_stats64')],
})

const mplsStats = attributeSet('MPLS_STATS_', { link: ['MPLS_STATS_LINK', struct('mpls_link_stats')] })
const byFamily = macroSet('AF_', { mpls: ['AF_MPLS', nest(mplsStats)] }, 'stats_af_spec')

// biome-ignore format: a table
export const statistics = table({
  name: 'statistics',
  request: 'RTM_GETSTATS',
  reply: 'RTM_NEWSTATS',
  header: header('if_stats_msg', {
    index: ['ifindex', u32],
    name:  ['ifindex', interfaceName],
  }),
  group: 'IFLA_STATS_',
  attributes: {
    link:         ['IFLA_STATS_LINK_64', struct('rtnl_link_stats64')],
    /** Of a bridge or bond. */
    xstats:       ['IFLA_STATS_LINK_XSTATS', nest(xstats)],
    /** Of a port of one. */
    xstats_slave: ['IFLA_STATS_LINK_XSTATS_SLAVE', nest(xstats)],
    /** Of what hardware does. */
    offload:      ['IFLA_STATS_LINK_OFFLOAD_XSTATS', nest(offload)],
    /** Of families of protocols. */
    af_spec:      ['IFLA_STATS_AF_SPEC', nest(byFamily)],
  },
})

/** Counters of one interface. A field is absent where the kernel sent no such attribute. */
export interface LinkStatistics extends RecordOf<typeof statistics> {}
/** {@link LinkStatistics} whose 64-bit values are bigints. */
export interface LinkStatisticsBigInt extends RecordOf<typeof statistics, bigint> {}
