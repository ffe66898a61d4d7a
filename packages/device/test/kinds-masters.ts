/** Of bridges, bonds and their ports. */
import { as, hex, type IpKind, number, same, shortId, upper, type Values } from './kinds-words.ts'

const BRIDGE_TIMES = 'forward_delay hello_time max_age ageing_time'.split(' ')
const BRIDGE_TIMERS = 'hello_timer tcn_timer topology_change_timer gc_timer'.split(' ')
const BRIDGE_INTERVALS = 'last_member membership querier query query_response startup_query'
  .split(' ')
  .map((name) => `mcast_${name}_intvl`)

export const bridge: IpKind = {
  field: 'bridge_config',
  running: BRIDGE_TIMERS,
  keys: {
    ...same(...BRIDGE_TIMES, ...BRIDGE_INTERVALS, 'stp_state', 'priority', 'root_port', 'root_path_cost', 'group_addr'),
    ...same('mcast_router', 'mcast_hash_elasticity', 'mcast_hash_max', 'mcast_last_member_cnt'),
    ...same('mcast_startup_query_cnt', 'mcast_igmp_version', 'mcast_mld_version', 'vlan_default_pvid'),
    ...as(number, 'vlan_filtering', 'topology_change', 'topology_change_detected', 'mcast_snooping'),
    ...as(number, 'mcast_query_use_ifaddr', 'mcast_querier', 'mcast_stats_enabled', 'vlan_stats_enabled'),
    ...as(number, 'vlan_stats_per_port', 'nf_call_iptables', 'nf_call_ip6tables', 'nf_call_arptables'),
    ...Object.fromEntries(BRIDGE_TIMERS.map((name) => [name, `${name}_sec`])),
    ...as(shortId, 'bridge_id'),
    // `ip` shows the bridge's own.
    root_id: ['bridge_id', shortId],
    group_fwd_mask: ['group_fwd_mask', hex],
    vlan_protocol: 'vlan_protocol_name',
    no_linklocal_learn: ['multi_boolopt', ({ no_ll_learn }: Values) => Number(no_ll_learn)],
    mcast_vlan_snooping: ['multi_boolopt', ({ mcast_vlan_snooping }: Values) => Number(mcast_vlan_snooping)],
  },
  ours: [
    ...[...BRIDGE_TIMES, ...BRIDGE_INTERVALS].map((name) => `${name}_sec`),
    ...BRIDGE_TIMERS,
    ...['stp_enabled', 'group_fwd_mask_hex', 'root_id', 'mcast_router_mode', 'mcast_querier_state'],
    ...['fdb_n_learned', 'fdb_max_learned', 'vlan_protocol', 'vlan_protocol_hex'],
  ],
}

const PORT_TIMERS = ['hold_timer', 'message_age_timer', 'forward_delay_timer']
export const bridgePort: IpKind = {
  field: 'bridge_port',
  keys: {
    ...same('priority', 'cost', 'guard', 'learning', 'designated_port', 'designated_cost', 'mcast_flood'),
    ...same('bcast_flood', 'neigh_suppress', 'vlan_tunnel', 'isolated', 'locked', 'backup_port'),
    ...as(hex, 'id', 'no', 'group_fwd_mask'),
    ...as(shortId, 'bridge_id', 'root_id'),
    ...as(number, 'topology_change_ack', 'config_pending'),
    ...Object.fromEntries(PORT_TIMERS.map((name) => [name, `${name}_sec`])),
    group_fwd_mask_str: ['group_fwd_mask', hex],
    state: 'stp_state',
    hairpin: 'mode',
    root_block: 'protect',
    fastleave: 'fast_leave',
    flood: 'unicast_flood',
    proxy_arp: 'proxyarp',
    proxy_arp_wifi: 'proxyarp_wifi',
    multicast_router: 'multicast_router',
    mcast_to_unicast: 'mcast_to_unicast',
  },
  ours: [
    ...[...PORT_TIMERS, 'stp_state_value', 'multicast_router_mode', 'mrp_ring_open', 'mrp_in_open', 'mab'],
    ...['neigh_vlan_suppress', 'mcast_eht_hosts_limit', 'mcast_eht_hosts_cnt', 'mcast_n_groups', 'mcast_max_groups'],
  ],
}

const BOND = 'mode active_slave miimon updelay downdelay peer_notify_delay arp_interval arp_missed_max primary'
const BOND_TOO =
  'arp_ip_target ns_ip6_target arp_all_targets primary_reselect fail_over_mac xmit_hash_policy resend_igmp'
const BOND_NUMBERS = 'num_peer_notif min_links lp_interval packets_per_slave ad_lacp_active ad_lacp_rate ad_select'
export const bond: IpKind = {
  field: 'bond',
  keys: {
    arp_validate: ['arp_validate', (name: string) => (name === 'none' ? null : name)],
    ...same(...BOND.split(' '), ...BOND_TOO.split(' '), ...BOND_NUMBERS.split(' ')),
    ...same('ad_info', 'ad_actor_sys_prio', 'ad_user_port_key', 'ad_actor_system'),
    ...as(number, 'use_carrier', 'all_slaves_active', 'tlb_dynamic_lb'),
  },
  ours: ['active_slave_index', 'primary_index', 'coupled_control', 'broadcast_neigh'],
}

const MII: Readonly<Record<string, string>> = { fail: 'GOING_DOWN', back: 'GOING_BACK' }
const LACP: Readonly<Record<string, string>> = {
  lacp_activity: 'active',
  lacp_timeout: 'short_timeout',
  aggregation: 'aggregating',
  synchronization: 'in_sync',
}
const lacp = (names: readonly string[]) => names.map((name) => LACP[name] ?? name)
export const bondPort: IpKind = {
  field: 'bond_port',
  keys: {
    ...same('link_failure_count', 'perm_hwaddr', 'queue_id', 'prio', 'ad_aggregator_id'),
    ...same('ad_actor_oper_port_state', 'ad_partner_oper_port_state'),
    state: ['state', upper],
    mii_status: ['mii_status', (name: string) => MII[name] ?? name.toUpperCase()],
    ad_actor_oper_port_state_str: ['ad_actor_oper_port_state_names', lacp],
    ad_partner_oper_port_state_str: ['ad_partner_oper_port_state_names', lacp],
  },
  ours: ['actor_port_prio', 'ad_churn_actor_state', 'ad_churn_partner_state'],
}
