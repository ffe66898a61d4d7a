/** Virtual functions of hardware (SR-IOV): what `ip link show` lists as `vf 0`, `vf 1`, ... */
import {
  attributeSet,
  be16,
  type Codec,
  enumOf,
  hardwareAddress,
  hex,
  id64,
  list,
  mapped,
  member,
  nest,
  struct,
  text,
  u8,
  u16,
  u32,
  u64,
  unlessAllOnes,
} from '@netsnap/core-native/schema'

const ALL_ONES = 2 ** 32 - 1 // not a kernel number: what the kernel sends where the driver says nothing

/** A setting that is on, off, or not told by the driver. */
const setting: Codec<boolean | undefined> = {
  sparse: true,
  json: 'raw',
  bind(binding) {
    const { read, fits } = u32.bind(binding)
    return {
      fits: fits!,
      read(frame, at, length, record) {
        const value = read(frame, at, length, record)
        return value === ALL_ONES ? undefined : value !== 0
      },
    }
  },
  schema: () => ({ type: 'boolean' }),
}

const ETHER_BYTES = 6 // not a kernel number: of an Ethernet address
const LONGEST_BYTES = 32

/**
 * The kernel sends 32 bytes, of which those of an address of the link's count: six, unless what follows them is not zero
 * (20 of InfiniBand).
 */
const INFINIBAND_BYTES = 20 // not a kernel number: of an address of InfiniBand

const address: Codec<string> = {
  json: 'quoted',
  bind(binding) {
    const { read } = hardwareAddress.bind(binding)
    return {
      read(frame, at, length, record) {
        let used = Math.min(length, LONGEST_BYTES)
        while (used > ETHER_BYTES && frame.u8[at + used - 1] === 0) used--
        return read(frame, at, used > ETHER_BYTES ? INFINIBAND_BYTES : Math.min(length, ETHER_BYTES), record)
      },
    }
  },
  schema: hardwareAddress.schema,
}

const protocols: Readonly<Record<string, string>> = { '8021Q': '802.1Q', '8021AD': '802.1ad' }
const protocol = mapped(enumOf('ETH_P_', { scalar: be16 }), text, (name) => protocols[name] ?? name)

// biome-ignore format: a table
const vlanInfo = struct('ifla_vf_vlan_info', {
  vlan:     ['vlan', u32],
  qos:      ['qos', u32],
  protocol: ['vlan_proto', protocol],
})

// biome-ignore format: a table
const statistics = attributeSet('IFLA_VF_STATS_', {
  rx_packets: ['IFLA_VF_STATS_RX_PACKETS', u64],
  tx_packets: ['IFLA_VF_STATS_TX_PACKETS', u64],
  rx_bytes:   ['IFLA_VF_STATS_RX_BYTES', u64],
  tx_bytes:   ['IFLA_VF_STATS_TX_BYTES', u64],
  broadcast:  ['IFLA_VF_STATS_BROADCAST', u64],
  multicast:  ['IFLA_VF_STATS_MULTICAST', u64],
  rx_dropped: ['IFLA_VF_STATS_RX_DROPPED', u64],
  tx_dropped: ['IFLA_VF_STATS_TX_DROPPED', u64],
}, { unknown: 'vf_stats' })

// biome-ignore format: a table
const virtualFunction = attributeSet('IFLA_VF_', {
  vf:           ['IFLA_VF_MAC', member('ifla_vf_mac', 'vf')],
  mac:          ['IFLA_VF_MAC', member('ifla_vf_mac', 'mac', address)],
  broadcast:    ['IFLA_VF_BROADCAST', address],
  vlan:         ['IFLA_VF_VLAN', member('ifla_vf_vlan', 'vlan')],
  qos:          ['IFLA_VF_VLAN', member('ifla_vf_vlan', 'qos')],
  /** Its VLANs with their protocols. */
  vlan_list:    ['IFLA_VF_VLAN_LIST', list(vlanInfo)],
  /** Rates are in megabits a second; 0 for no bound. */
  tx_rate:      ['IFLA_VF_TX_RATE', member('ifla_vf_tx_rate', 'rate')],
  min_tx_rate:  ['IFLA_VF_RATE', member('ifla_vf_rate', 'min_tx_rate')],
  max_tx_rate:  ['IFLA_VF_RATE', member('ifla_vf_rate', 'max_tx_rate')],
  /** It may send by no other address than its own. */
  spoofchk:     ['IFLA_VF_SPOOFCHK', member('ifla_vf_spoofchk', 'setting', setting)],
  /** `auto`, `enable`, `disable`. */
  link_state:   ['IFLA_VF_LINK_STATE', member('ifla_vf_link_state', 'link_state', enumOf('IFLA_VF_LINK_STATE_', { scalar: u32, lowerCase: true }))],
  /** It may be asked how packets are spread over its queues. */
  query_rss:    ['IFLA_VF_RSS_QUERY_EN', member('ifla_vf_rss_query_en', 'setting', setting)],
  trust:        ['IFLA_VF_TRUST', member('ifla_vf_trust', 'setting', setting)],
  node_guid:    ['IFLA_VF_IB_NODE_GUID', member('ifla_vf_guid', 'guid', id64)],
  port_guid:    ['IFLA_VF_IB_PORT_GUID', member('ifla_vf_guid', 'guid', id64)],
  stats:        ['IFLA_VF_STATS', nest(statistics)],
}, { unknown: 'vf' })

/** What 802.1Qbg (VDP) says of a port. */
// biome-ignore format: a table
const port = attributeSet('IFLA_PORT_', {
  vf:            ['IFLA_PORT_VF', unlessAllOnes(u32)],
  profile:       ['IFLA_PORT_PROFILE', text],
  vsi_type:      ['IFLA_PORT_VSI_TYPE', hex],
  instance_uuid: ['IFLA_PORT_INSTANCE_UUID', hex],
  host_uuid:     ['IFLA_PORT_HOST_UUID', hex],
  request:       ['IFLA_PORT_REQUEST', u8],
  response:      ['IFLA_PORT_RESPONSE', u16],
}, { unknown: 'port' })

export const virtualFunctions = list(nest(virtualFunction))
export const virtualPorts = list(nest(port))
export const ownPort = nest(port)
