/** VLANs of bridges and their ports, and what a bridge does in each: what `bridge -d -s vlan` shows. */
import {
  attributeSet,
  bool,
  flagsOf,
  header,
  interfaceName,
  list,
  many,
  member,
  nest,
  only,
  type RecordOf,
  seconds,
  table,
  u8,
  u16,
  u32,
  u64,
} from '@netsnap/core-native/schema'
import { querierState } from './kinds/bridge.ts'
import { multicastRouterMode, portState, routerPorts, setBit } from './vlan-codecs.ts'

// biome-ignore format: a table
const stats = attributeSet('BRIDGE_VLANDB_STATS_', {
  rx_bytes:   ['BRIDGE_VLANDB_STATS_RX_BYTES', u64],
  rx_packets: ['BRIDGE_VLANDB_STATS_RX_PACKETS', u64],
  tx_bytes:   ['BRIDGE_VLANDB_STATS_TX_BYTES', u64],
  tx_packets: ['BRIDGE_VLANDB_STATS_TX_PACKETS', u64],
})

const tunnel = attributeSet(
  'BRIDGE_VLANDB_TINFO_',
  { tunnel_id: ['BRIDGE_VLANDB_TINFO_ID', u32] },
  { skip: ['BRIDGE_VLANDB_TINFO_CMD'] },
)

// biome-ignore format: a table
const entry = attributeSet('BRIDGE_VLANDB_ENTRY_', {
  /** Number of the VLAN, or the first of a range of them that are alike. */
  vid:               ['BRIDGE_VLANDB_ENTRY_INFO', member('bridge_vlan_info', 'vid')],
  /** The last one of a range. */
  vid_end:           ['BRIDGE_VLANDB_ENTRY_RANGE', u16],
  /** Frames that come in without a tag belong to it; else absent. */
  pvid:              ['BRIDGE_VLANDB_ENTRY_INFO', member('bridge_vlan_info', 'flags', setBit(u16, 'BRIDGE_VLAN_INFO_PVID'))],
  /** Its frames leave without a tag; else absent. */
  untagged:          ['BRIDGE_VLANDB_ENTRY_INFO', member('bridge_vlan_info', 'flags', setBit(u16, 'BRIDGE_VLAN_INFO_UNTAGGED'))],
  flags:             ['BRIDGE_VLANDB_ENTRY_INFO', member('bridge_vlan_info', 'flags')],
  flag_names:        ['BRIDGE_VLANDB_ENTRY_INFO', member('bridge_vlan_info', 'flags', flagsOf('BRIDGE_VLAN_INFO_', { scalar: u16 }))],
  /** What the VLAN is in a tunnel (a VNI); in a range that of the first, and those of the others go on from there. */
  tunnel_id:         ['BRIDGE_VLANDB_ENTRY_TUNNEL_INFO', only(tunnel, 'tunnel_id')],
  /** State by the spanning tree: `forwarding`, `learning`, `listening`, `blocking`, `disabled`. */
  state:             ['BRIDGE_VLANDB_ENTRY_STATE', portState],
  mcast_router:      ['BRIDGE_VLANDB_ENTRY_MCAST_ROUTER', u8],
  /** Whether multicast is sent there as to a router: `disabled`, `auto` (where one was heard of), `enabled`, `temp`. */
  mcast_router_mode: ['BRIDGE_VLANDB_ENTRY_MCAST_ROUTER', multicastRouterMode],
  /** Multicast groups that were joined there. */
  mcast_n_groups:    ['BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS', u32],
  /** How many may be; 0 for any number. */
  mcast_max_groups:  ['BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS', u32],
  /** The bridge answers for neighbours that it knows. */
  neigh_suppress:    ['BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS', bool],
  /** Counters; only where they were asked for. */
  stats:             ['BRIDGE_VLANDB_ENTRY_STATS', nest(stats)],
})

// biome-ignore format: a table
const options = attributeSet('BRIDGE_VLANDB_GOPTS_', {
  /** Number of the VLAN, or the first of a range of them that are alike. */
  vid:                            ['BRIDGE_VLANDB_GOPTS_ID', u16],
  /** The last one of a range. */
  vid_end:                        ['BRIDGE_VLANDB_GOPTS_RANGE', u16],
  mcast_snooping:                 ['BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING', bool],
  mcast_querier:                  ['BRIDGE_VLANDB_GOPTS_MCAST_QUERIER', bool],
  mcast_igmp_version:             ['BRIDGE_VLANDB_GOPTS_MCAST_IGMP_VERSION', u8],
  mcast_mld_version:              ['BRIDGE_VLANDB_GOPTS_MCAST_MLD_VERSION', u8],
  mcast_last_member_cnt:          ['BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT', u32],
  mcast_startup_query_cnt:        ['BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_CNT', u32],
  /** Intervals are in ticks, and in seconds beside. */
  mcast_last_member_intvl:        ['BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_INTVL', u64],
  mcast_last_member_intvl_sec:    ['BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_INTVL', seconds(u64)],
  mcast_membership_intvl:         ['BRIDGE_VLANDB_GOPTS_MCAST_MEMBERSHIP_INTVL', u64],
  mcast_membership_intvl_sec:     ['BRIDGE_VLANDB_GOPTS_MCAST_MEMBERSHIP_INTVL', seconds(u64)],
  mcast_querier_intvl:            ['BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_INTVL', u64],
  mcast_querier_intvl_sec:        ['BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_INTVL', seconds(u64)],
  mcast_query_intvl:              ['BRIDGE_VLANDB_GOPTS_MCAST_QUERY_INTVL', u64],
  mcast_query_intvl_sec:          ['BRIDGE_VLANDB_GOPTS_MCAST_QUERY_INTVL', seconds(u64)],
  mcast_query_response_intvl:     ['BRIDGE_VLANDB_GOPTS_MCAST_QUERY_RESPONSE_INTVL', u64],
  mcast_query_response_intvl_sec: ['BRIDGE_VLANDB_GOPTS_MCAST_QUERY_RESPONSE_INTVL', seconds(u64)],
  mcast_startup_query_intvl:      ['BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL', u64],
  mcast_startup_query_intvl_sec:  ['BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL', seconds(u64)],
  /** Who asks for multicast listeners in it. */
  mcast_querier_state:            ['BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_STATE', nest(querierState)],
  /** Ports behind which there is a multicast router. */
  mcast_router_ports:             ['BRIDGE_VLANDB_GOPTS_MCAST_ROUTER_PORTS', list(routerPorts)],
  /** Instance of the spanning tree that it belongs to. */
  msti:                           ['BRIDGE_VLANDB_GOPTS_MSTI', u16],
})

// biome-ignore format: a table
export const bridgeVlan = table({
  name: 'bridge_vlan',
  request: 'RTM_GETVLAN',
  reply: 'RTM_NEWVLAN',
  header: header('br_vlan_msg', {
    /** Number of the bridge or port. */
    index: ['ifindex', u32],
    name:  ['ifindex', interfaceName],
  }),
  group: 'BRIDGE_VLANDB_',
  // The kernel goes on by counts: of interfaces, and of VLANs within one (br_vlan_rtm_dump). An interface that goes takes
  // the place of those after it.
  watch: ['RTNLGRP_BRVLAN', 'RTNLGRP_LINK'],
  attributes: {
    /** Its VLANs. */
    vlans:   ['BRIDGE_VLANDB_ENTRY', many(nest(entry))],
    /** What a bridge does in each. */
    options: ['BRIDGE_VLANDB_GLOBAL_OPTIONS', many(nest(options))],
  },
})

export type VlanMessage = RecordOf<typeof bridgeVlan>
/** A VLAN of a bridge or of a port of one, or a range of them that are alike. */
export interface BridgeVlan extends RecordOf<typeof entry> {}
/** What a bridge does in a VLAN, or in each of a range. */
export interface BridgeVlanOptions extends RecordOf<typeof options> {}
