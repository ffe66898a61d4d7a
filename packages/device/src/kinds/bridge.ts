/** A bridge: what `ip -d link` shows of it, and what is in /sys/class/net/DEV/bridge. */
import {
  address,
  attributeSet,
  be16,
  bool,
  type Codec,
  enumOf,
  hardwareAddress,
  interfaceName,
  mapped,
  nest,
  seconds,
  text,
  u8,
  u16,
  u32,
  u64,
} from '@netsnap/core-native/schema'
import { boolOptions } from './boolopt.ts'
import { bridgeId, etherTypeHex } from './shared.ts'

/** Whether the bridge sends multicast to routers: `disabled`, `auto` (where it has heard of one), `enabled`. */
const routerMode: Codec<string> = enumOf('MDB_RTR_TYPE_', { scalar: u8, lowerCase: true })
const MODES: Readonly<Record<string, string>> = { temp_query: 'auto', perm: 'enabled' }
const multicastRouter = mapped(routerMode, text, (name) => MODES[name] ?? name)

const PROTOCOLS: Readonly<Record<string, string>> = { '8021Q': '802.1Q', '8021AD': '802.1ad' }
const vlanProtocolName = mapped(enumOf('ETH_P_', { scalar: be16 }), text, (name) => PROTOCOLS[name] ?? name)

/** Who asks for multicast listeners on the link. */
// biome-ignore format: a table
export const querierState = attributeSet('BRIDGE_QUERIER_', {
  ip_address:           ['BRIDGE_QUERIER_IP_ADDRESS', address],
  ip_port_index:        ['BRIDGE_QUERIER_IP_PORT', u32],
  ip_port:              ['BRIDGE_QUERIER_IP_PORT', interfaceName],
  /** Until it is taken for gone, in ticks. */
  ip_other_timer:       ['BRIDGE_QUERIER_IP_OTHER_TIMER', u64],
  ip_other_timer_sec:   ['BRIDGE_QUERIER_IP_OTHER_TIMER', seconds(u64)],
  ipv6_address:         ['BRIDGE_QUERIER_IPV6_ADDRESS', address],
  ipv6_port_index:      ['BRIDGE_QUERIER_IPV6_PORT', u32],
  ipv6_port:            ['BRIDGE_QUERIER_IPV6_PORT', interfaceName],
  ipv6_other_timer:     ['BRIDGE_QUERIER_IPV6_OTHER_TIMER', u64],
  ipv6_other_timer_sec: ['BRIDGE_QUERIER_IPV6_OTHER_TIMER', seconds(u64)],
})

// biome-ignore format: a table
export const bridge = attributeSet('IFLA_BR_', {
  /** Delays and timers are in ticks, and in seconds beside. */
  forward_delay:                 ['IFLA_BR_FORWARD_DELAY', u32],
  forward_delay_sec:             ['IFLA_BR_FORWARD_DELAY', seconds(u32)],
  hello_time:                    ['IFLA_BR_HELLO_TIME', u32],
  hello_time_sec:                ['IFLA_BR_HELLO_TIME', seconds(u32)],
  max_age:                       ['IFLA_BR_MAX_AGE', u32],
  max_age_sec:                   ['IFLA_BR_MAX_AGE', seconds(u32)],
  ageing_time:                   ['IFLA_BR_AGEING_TIME', u32],
  ageing_time_sec:               ['IFLA_BR_AGEING_TIME', seconds(u32)],
  stp_enabled:                   ['IFLA_BR_STP_STATE', mapped(u32, bool, (state) => state !== 0)],
  /** Spanning tree: 0 off, 1 the kernel's, 2 a program's. */
  stp_state:                     ['IFLA_BR_STP_STATE', u32],
  priority:                      ['IFLA_BR_PRIORITY', u16],
  vlan_filtering:                ['IFLA_BR_VLAN_FILTERING', bool],
  vlan_protocol:                 ['IFLA_BR_VLAN_PROTOCOL', be16],
  vlan_protocol_hex:             ['IFLA_BR_VLAN_PROTOCOL', etherTypeHex(be16)],
  vlan_protocol_name:            ['IFLA_BR_VLAN_PROTOCOL', vlanProtocolName],
  /** Link-local groups that are forwarded all the same, as bits of the last octet. */
  group_fwd_mask:                ['IFLA_BR_GROUP_FWD_MASK', u16],
  group_fwd_mask_hex:            ['IFLA_BR_GROUP_FWD_MASK', etherTypeHex(u16)],
  /** The root of the spanning tree. */
  root_id:                       ['IFLA_BR_ROOT_ID', bridgeId],
  bridge_id:                     ['IFLA_BR_BRIDGE_ID', bridgeId],
  root_port:                     ['IFLA_BR_ROOT_PORT', u16],
  root_path_cost:                ['IFLA_BR_ROOT_PATH_COST', u32],
  topology_change:               ['IFLA_BR_TOPOLOGY_CHANGE', bool],
  topology_change_detected:      ['IFLA_BR_TOPOLOGY_CHANGE_DETECTED', bool],
  hello_timer:                   ['IFLA_BR_HELLO_TIMER', u64],
  hello_timer_sec:               ['IFLA_BR_HELLO_TIMER', seconds(u64)],
  tcn_timer:                     ['IFLA_BR_TCN_TIMER', u64],
  tcn_timer_sec:                 ['IFLA_BR_TCN_TIMER', seconds(u64)],
  topology_change_timer:         ['IFLA_BR_TOPOLOGY_CHANGE_TIMER', u64],
  topology_change_timer_sec:     ['IFLA_BR_TOPOLOGY_CHANGE_TIMER', seconds(u64)],
  gc_timer:                      ['IFLA_BR_GC_TIMER', u64],
  gc_timer_sec:                  ['IFLA_BR_GC_TIMER', seconds(u64)],
  group_addr:                    ['IFLA_BR_GROUP_ADDR', hardwareAddress],
  mcast_snooping:                ['IFLA_BR_MCAST_SNOOPING', bool],
  mcast_router:                  ['IFLA_BR_MCAST_ROUTER', u8],
  mcast_router_mode:             ['IFLA_BR_MCAST_ROUTER', multicastRouter],
  mcast_query_use_ifaddr:        ['IFLA_BR_MCAST_QUERY_USE_IFADDR', bool],
  mcast_querier:                 ['IFLA_BR_MCAST_QUERIER', bool],
  mcast_hash_elasticity:         ['IFLA_BR_MCAST_HASH_ELASTICITY', u32],
  mcast_hash_max:                ['IFLA_BR_MCAST_HASH_MAX', u32],
  mcast_last_member_cnt:         ['IFLA_BR_MCAST_LAST_MEMBER_CNT', u32],
  mcast_startup_query_cnt:       ['IFLA_BR_MCAST_STARTUP_QUERY_CNT', u32],
  mcast_last_member_intvl:       ['IFLA_BR_MCAST_LAST_MEMBER_INTVL', u64],
  mcast_last_member_intvl_sec:   ['IFLA_BR_MCAST_LAST_MEMBER_INTVL', seconds(u64)],
  mcast_membership_intvl:        ['IFLA_BR_MCAST_MEMBERSHIP_INTVL', u64],
  mcast_membership_intvl_sec:    ['IFLA_BR_MCAST_MEMBERSHIP_INTVL', seconds(u64)],
  mcast_querier_intvl:           ['IFLA_BR_MCAST_QUERIER_INTVL', u64],
  mcast_querier_intvl_sec:       ['IFLA_BR_MCAST_QUERIER_INTVL', seconds(u64)],
  mcast_query_intvl:             ['IFLA_BR_MCAST_QUERY_INTVL', u64],
  mcast_query_intvl_sec:         ['IFLA_BR_MCAST_QUERY_INTVL', seconds(u64)],
  mcast_query_response_intvl:    ['IFLA_BR_MCAST_QUERY_RESPONSE_INTVL', u64],
  mcast_query_response_intvl_sec: ['IFLA_BR_MCAST_QUERY_RESPONSE_INTVL', seconds(u64)],
  mcast_startup_query_intvl:     ['IFLA_BR_MCAST_STARTUP_QUERY_INTVL', u64],
  mcast_startup_query_intvl_sec: ['IFLA_BR_MCAST_STARTUP_QUERY_INTVL', seconds(u64)],
  nf_call_iptables:              ['IFLA_BR_NF_CALL_IPTABLES', bool],
  nf_call_ip6tables:             ['IFLA_BR_NF_CALL_IP6TABLES', bool],
  nf_call_arptables:             ['IFLA_BR_NF_CALL_ARPTABLES', bool],
  vlan_default_pvid:             ['IFLA_BR_VLAN_DEFAULT_PVID', u16],
  vlan_stats_enabled:            ['IFLA_BR_VLAN_STATS_ENABLED', bool],
  mcast_stats_enabled:           ['IFLA_BR_MCAST_STATS_ENABLED', bool],
  mcast_igmp_version:            ['IFLA_BR_MCAST_IGMP_VERSION', u8],
  mcast_mld_version:             ['IFLA_BR_MCAST_MLD_VERSION', u8],
  vlan_stats_per_port:           ['IFLA_BR_VLAN_STATS_PER_PORT', bool],
  /** Options that are on and off, by name. */
  multi_boolopt:                 ['IFLA_BR_MULTI_BOOLOPT', boolOptions],
  mcast_querier_state:           ['IFLA_BR_MCAST_QUERIER_STATE', nest(querierState)],
  /** Entries of the forwarding database that it has learned. */
  fdb_n_learned:                 ['IFLA_BR_FDB_N_LEARNED', u32],
  /** How many it may learn; 0 for any number. */
  fdb_max_learned:               ['IFLA_BR_FDB_MAX_LEARNED', u32],
}, { unknown: 'info_data', skip: ['IFLA_BR_FDB_FLUSH'] })

/** STP's state of a port: `disabled`, `listening`, `learning`, `forwarding`, `blocking`. */
const portState = enumOf('BR_STATE_', { scalar: u8, lowerCase: true })

// biome-ignore format: a table
export const bridgePort = attributeSet('IFLA_BRPORT_', {
  stp_state:               ['IFLA_BRPORT_STATE', portState],
  stp_state_value:         ['IFLA_BRPORT_STATE', u8],
  priority:                ['IFLA_BRPORT_PRIORITY', u16],
  cost:                    ['IFLA_BRPORT_COST', u32],
  /** Packets may go out by the port that they came in by (hairpin). */
  mode:                    ['IFLA_BRPORT_MODE', bool],
  /** STP messages that come in are dropped, and the port with them. */
  guard:                   ['IFLA_BRPORT_GUARD', bool],
  /** It does not become the way to the root. */
  protect:                 ['IFLA_BRPORT_PROTECT', bool],
  fast_leave:              ['IFLA_BRPORT_FAST_LEAVE', bool],
  learning:                ['IFLA_BRPORT_LEARNING', bool],
  unicast_flood:           ['IFLA_BRPORT_UNICAST_FLOOD', bool],
  proxyarp:                ['IFLA_BRPORT_PROXYARP', bool],
  learning_sync:           ['IFLA_BRPORT_LEARNING_SYNC', bool],
  proxyarp_wifi:           ['IFLA_BRPORT_PROXYARP_WIFI', bool],
  root_id:                 ['IFLA_BRPORT_ROOT_ID', bridgeId],
  bridge_id:               ['IFLA_BRPORT_BRIDGE_ID', bridgeId],
  designated_port:         ['IFLA_BRPORT_DESIGNATED_PORT', u16],
  designated_cost:         ['IFLA_BRPORT_DESIGNATED_COST', u16],
  id:                      ['IFLA_BRPORT_ID', u16],
  no:                      ['IFLA_BRPORT_NO', u16],
  topology_change_ack:     ['IFLA_BRPORT_TOPOLOGY_CHANGE_ACK', bool],
  config_pending:          ['IFLA_BRPORT_CONFIG_PENDING', bool],
  /** Timers are in ticks, and in seconds beside. */
  message_age_timer:       ['IFLA_BRPORT_MESSAGE_AGE_TIMER', u64],
  message_age_timer_sec:   ['IFLA_BRPORT_MESSAGE_AGE_TIMER', seconds(u64)],
  forward_delay_timer:     ['IFLA_BRPORT_FORWARD_DELAY_TIMER', u64],
  forward_delay_timer_sec: ['IFLA_BRPORT_FORWARD_DELAY_TIMER', seconds(u64)],
  hold_timer:              ['IFLA_BRPORT_HOLD_TIMER', u64],
  hold_timer_sec:          ['IFLA_BRPORT_HOLD_TIMER', seconds(u64)],
  multicast_router:        ['IFLA_BRPORT_MULTICAST_ROUTER', u8],
  multicast_router_mode:   ['IFLA_BRPORT_MULTICAST_ROUTER', multicastRouter],
  mcast_flood:             ['IFLA_BRPORT_MCAST_FLOOD', bool],
  mcast_to_unicast:        ['IFLA_BRPORT_MCAST_TO_UCAST', bool],
  vlan_tunnel:             ['IFLA_BRPORT_VLAN_TUNNEL', bool],
  bcast_flood:             ['IFLA_BRPORT_BCAST_FLOOD', bool],
  group_fwd_mask:          ['IFLA_BRPORT_GROUP_FWD_MASK', u16],
  neigh_suppress:          ['IFLA_BRPORT_NEIGH_SUPPRESS', bool],
  /** It does not exchange packets with other isolated ports. */
  isolated:                ['IFLA_BRPORT_ISOLATED', bool],
  backup_port_index:       ['IFLA_BRPORT_BACKUP_PORT', u32],
  /** Where packets go while it has no carrier. */
  backup_port:             ['IFLA_BRPORT_BACKUP_PORT', interfaceName],
  mrp_ring_open:           ['IFLA_BRPORT_MRP_RING_OPEN', bool],
  mrp_in_open:             ['IFLA_BRPORT_MRP_IN_OPEN', bool],
  mcast_eht_hosts_limit:   ['IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT', u32],
  mcast_eht_hosts_cnt:     ['IFLA_BRPORT_MCAST_EHT_HOSTS_CNT', u32],
  /** Only stations that the forwarding database has for it may send. */
  locked:                  ['IFLA_BRPORT_LOCKED', bool],
  mab:                     ['IFLA_BRPORT_MAB', bool],
  mcast_n_groups:          ['IFLA_BRPORT_MCAST_N_GROUPS', u32],
  mcast_max_groups:        ['IFLA_BRPORT_MCAST_MAX_GROUPS', u32],
  neigh_vlan_suppress:     ['IFLA_BRPORT_NEIGH_VLAN_SUPPRESS', bool],
  /** Nexthop object by which packets go while it has no carrier. */
  backup_nhid:             ['IFLA_BRPORT_BACKUP_NHID', u32],
}, { unknown: 'info_slave_data', skip: ['IFLA_BRPORT_FLUSH'] })
