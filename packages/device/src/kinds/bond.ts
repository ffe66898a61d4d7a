/** A bond and its ports: what /proc/net/bonding shows. */
import {
  address,
  attributeSet,
  bool,
  type Codec,
  enumOf,
  flagsOf,
  hardwareAddress,
  interfaceName,
  list,
  nest,
  s32,
  text,
  u8,
  u16,
  u32,
} from '@netsnap/core-native/schema'

/**
 * A choice of a bond's, whose words no header has: they are those of its options in sysfs
 * (drivers/net/bonding/bond_options.c), by their numbers there.
 */
function option(words: readonly string[], scalar: typeof u8 | typeof u32 = u8): Codec<string> {
  return {
    json: 'quoted',
    bind(binding) {
      const { read, fits } = scalar.bind(binding)
      return {
        fits: fits!,
        read(frame, at, length, record) {
          const value = read(frame, at, length, record)
          return words[value] ?? `unknown_${value}`
        },
      }
    },
    schema: text.schema,
  }
}

const MODES = ['balance-rr', 'active-backup', 'balance-xor', 'broadcast', '802.3ad', 'balance-tlb', 'balance-alb']
const HASHES = ['layer2', 'layer3+4', 'layer2+3', 'encap2+3', 'encap3+4', 'vlan+srcmac']
const VALIDATIONS = ['none', 'active', 'backup', 'all', 'filter', 'filter_active', 'filter_backup']

// biome-ignore format: a table
const aggregator = attributeSet('IFLA_BOND_AD_INFO_', {
  aggregator:  ['IFLA_BOND_AD_INFO_AGGREGATOR', u16],
  num_ports:   ['IFLA_BOND_AD_INFO_NUM_PORTS', u16],
  actor_key:   ['IFLA_BOND_AD_INFO_ACTOR_KEY', u16],
  partner_key: ['IFLA_BOND_AD_INFO_PARTNER_KEY', u16],
  partner_mac: ['IFLA_BOND_AD_INFO_PARTNER_MAC', hardwareAddress],
}, { unknown: 'bond_ad_info' })

// biome-ignore format: a table
export const bond = attributeSet('IFLA_BOND_', {
  /** `balance-rr`, `active-backup`, `balance-xor`, `broadcast`, `802.3ad`, `balance-tlb`, `balance-alb`. */
  mode:               ['IFLA_BOND_MODE', option(MODES)],
  active_slave_index: ['IFLA_BOND_ACTIVE_SLAVE', u32],
  /** The port that packets go by. */
  active_slave:       ['IFLA_BOND_ACTIVE_SLAVE', interfaceName],
  /** How often ports are looked at, in milliseconds; 0 for never. */
  miimon:             ['IFLA_BOND_MIIMON', u32],
  /** How long a port must have been up before it is used, in milliseconds. */
  updelay:            ['IFLA_BOND_UPDELAY', u32],
  downdelay:          ['IFLA_BOND_DOWNDELAY', u32],
  peer_notify_delay:  ['IFLA_BOND_PEER_NOTIF_DELAY', u32],
  use_carrier:        ['IFLA_BOND_USE_CARRIER', bool],
  /** How often ARP asks, in milliseconds; 0 for never. */
  arp_interval:       ['IFLA_BOND_ARP_INTERVAL', u32],
  arp_missed_max:     ['IFLA_BOND_MISSED_MAX', u8],
  /** Whom it asks, in their places. */
  arp_ip_target:      ['IFLA_BOND_ARP_IP_TARGET', list(address)],
  ns_ip6_target:      ['IFLA_BOND_NS_IP6_TARGET', list(address)],
  arp_validate:       ['IFLA_BOND_ARP_VALIDATE', option(VALIDATIONS, u32)],
  arp_all_targets:    ['IFLA_BOND_ARP_ALL_TARGETS', option(['any', 'all'], u32)],
  primary_index:      ['IFLA_BOND_PRIMARY', u32],
  /** The port that is preferred. */
  primary:            ['IFLA_BOND_PRIMARY', interfaceName],
  primary_reselect:   ['IFLA_BOND_PRIMARY_RESELECT', option(['always', 'better', 'failure'])],
  fail_over_mac:      ['IFLA_BOND_FAIL_OVER_MAC', option(['none', 'active', 'follow'])],
  /** What of a packet decides on its port. */
  xmit_hash_policy:   ['IFLA_BOND_XMIT_HASH_POLICY', option(HASHES)],
  resend_igmp:        ['IFLA_BOND_RESEND_IGMP', u32],
  num_peer_notif:     ['IFLA_BOND_NUM_PEER_NOTIF', u8],
  all_slaves_active:  ['IFLA_BOND_ALL_SLAVES_ACTIVE', bool],
  min_links:          ['IFLA_BOND_MIN_LINKS', u32],
  /** How often switches are taught where addresses are, in seconds. */
  lp_interval:        ['IFLA_BOND_LP_INTERVAL', u32],
  packets_per_slave:  ['IFLA_BOND_PACKETS_PER_SLAVE', u32],
  ad_lacp_active:     ['IFLA_BOND_AD_LACP_ACTIVE', option(['off', 'on'])],
  ad_lacp_rate:       ['IFLA_BOND_AD_LACP_RATE', option(['slow', 'fast'])],
  ad_select:          ['IFLA_BOND_AD_SELECT', option(['stable', 'bandwidth', 'count', 'actor_port_prio'])],
  /** The aggregator in use, of 802.3ad. */
  ad_info:            ['IFLA_BOND_AD_INFO', nest(aggregator)],
  /** These three are sent to the administrator (CAP_NET_ADMIN) alone. */
  ad_actor_sys_prio:  ['IFLA_BOND_AD_ACTOR_SYS_PRIO', u16],
  ad_user_port_key:   ['IFLA_BOND_AD_USER_PORT_KEY', u16],
  ad_actor_system:    ['IFLA_BOND_AD_ACTOR_SYSTEM', hardwareAddress],
  tlb_dynamic_lb:     ['IFLA_BOND_TLB_DYNAMIC_LB', bool],
  coupled_control:    ['IFLA_BOND_COUPLED_CONTROL', bool],
  /** ARP and neighbour messages go out by all ports. */
  broadcast_neigh:    ['IFLA_BOND_BROADCAST_NEIGH', bool],
}, { unknown: 'info_data' })

const churn = option(['monitor', 'churned', 'none'])

// biome-ignore format: a table
export const bondPort = attributeSet('IFLA_BOND_SLAVE_', {
  /** `active` or `backup`. */
  state:                            ['IFLA_BOND_SLAVE_STATE', enumOf('BOND_STATE_', { lowerCase: true })],
  /** `up`, `fail` (going down), `down`, `back` (coming up). */
  mii_status:                       ['IFLA_BOND_SLAVE_MII_STATUS', enumOf('BOND_LINK_', { lowerCase: true })],
  link_failure_count:               ['IFLA_BOND_SLAVE_LINK_FAILURE_COUNT', u32],
  perm_hwaddr:                      ['IFLA_BOND_SLAVE_PERM_HWADDR', hardwareAddress],
  queue_id:                         ['IFLA_BOND_SLAVE_QUEUE_ID', u16],
  /** Priority among the ports, highest first; may be negative. */
  prio:                             ['IFLA_BOND_SLAVE_PRIO', s32],
  ad_aggregator_id:                 ['IFLA_BOND_SLAVE_AD_AGGREGATOR_ID', u16],
  ad_actor_oper_port_state:         ['IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE', u8],
  ad_actor_oper_port_state_names:   ['IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE', flagsOf('LACP_STATE_', { lowerCase: true })],
  ad_partner_oper_port_state:       ['IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE', u16],
  ad_partner_oper_port_state_names: ['IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE', flagsOf('LACP_STATE_', { scalar: u16, lowerCase: true })],
  ad_churn_actor_state:             ['IFLA_BOND_SLAVE_AD_CHURN_ACTOR_STATE', churn],
  ad_churn_partner_state:           ['IFLA_BOND_SLAVE_AD_CHURN_PARTNER_STATE', churn],
  actor_port_prio:                  ['IFLA_BOND_SLAVE_ACTOR_PORT_PRIO', u16],
}, { unknown: 'info_slave_data' })
