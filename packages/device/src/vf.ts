/** Virtual functions of hardware (`IFLA_VFINFO_LIST`): what `ip -d link` shows of them. */
import { attributeSet, be16, enumOf, id64, list, member, nest, struct, u32, u64 } from '@netsnap/core-native/schema'
import { vfAddress, vfSetting } from './vf-codecs.ts'

// biome-ignore format: a table
const stats = attributeSet('IFLA_VF_STATS_', {
  rx_packets: ['IFLA_VF_STATS_RX_PACKETS', u64],
  tx_packets: ['IFLA_VF_STATS_TX_PACKETS', u64],
  rx_bytes:   ['IFLA_VF_STATS_RX_BYTES', u64],
  tx_bytes:   ['IFLA_VF_STATS_TX_BYTES', u64],
  broadcast:  ['IFLA_VF_STATS_BROADCAST', u64],
  multicast:  ['IFLA_VF_STATS_MULTICAST', u64],
  rx_dropped: ['IFLA_VF_STATS_RX_DROPPED', u64],
  tx_dropped: ['IFLA_VF_STATS_TX_DROPPED', u64],
})

// biome-ignore format: a table
const vlanInfo = struct('ifla_vf_vlan_info', {
  vlan:     ['vlan', u32],
  qos:      ['qos', u32],
  /** What kind of tag: `8021Q`, `8021AD`. */
  protocol: ['vlan_proto', enumOf('ETH_P_', { scalar: be16 })],
})

// biome-ignore format: a table
const virtualFunction = attributeSet('IFLA_VF_', {
  /** Number of the function. */
  vf:           ['IFLA_VF_MAC', member('ifla_vf_mac', 'vf')],
  mac:          ['IFLA_VF_MAC', member('ifla_vf_mac', 'mac', vfAddress)],
  broadcast:    ['IFLA_VF_BROADCAST', member('ifla_vf_broadcast', 'broadcast', vfAddress)],
  /** VLAN that its frames are put in; 0 for none. */
  vlan:         ['IFLA_VF_VLAN', member('ifla_vf_vlan', 'vlan')],
  qos:          ['IFLA_VF_VLAN', member('ifla_vf_vlan', 'qos')],
  /** The same with the kind of tag, outermost first. */
  vlan_list:    ['IFLA_VF_VLAN_LIST', list(vlanInfo)],
  /** Megabits a second that it may send at most; 0 for any. */
  tx_rate:      ['IFLA_VF_TX_RATE', member('ifla_vf_tx_rate', 'rate')],
  min_tx_rate:  ['IFLA_VF_RATE', member('ifla_vf_rate', 'min_tx_rate')],
  max_tx_rate:  ['IFLA_VF_RATE', member('ifla_vf_rate', 'max_tx_rate')],
  /** Frames from an address that is not its own are dropped. */
  spoofchk:     ['IFLA_VF_SPOOFCHK', member('ifla_vf_spoofchk', 'setting', vfSetting)],
  /** `auto` (that of the hardware), `enable`, `disable`. */
  link_state:   ['IFLA_VF_LINK_STATE', member('ifla_vf_link_state', 'link_state', enumOf('IFLA_VF_LINK_STATE_', { scalar: u32, lowerCase: true }))],
  /** It may ask how its packets are spread over queues. */
  query_rss_en: ['IFLA_VF_RSS_QUERY_EN', member('ifla_vf_rss_query_en', 'setting', vfSetting)],
  trust:        ['IFLA_VF_TRUST', member('ifla_vf_trust', 'setting', vfSetting)],
  node_guid:    ['IFLA_VF_IB_NODE_GUID', member('ifla_vf_guid', 'guid', id64)],
  port_guid:    ['IFLA_VF_IB_PORT_GUID', member('ifla_vf_guid', 'guid', id64)],
  stats:        ['IFLA_VF_STATS', nest(stats)],
})

/** `vfs: ['IFLA_VFINFO_LIST', virtualFunctions]` */
export const virtualFunctions = list(nest(virtualFunction))
