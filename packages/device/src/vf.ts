/** Virtual functions of hardware that has such (`IFLA_VFINFO_LIST`): what `ip -d link` shows after a physical one. */
import {
  attributeSet,
  be16,
  bool,
  type Codec,
  enumOf,
  hardwareAddress,
  id64,
  list,
  mapped,
  member,
  nest,
  struct,
  text,
  u32,
  u64,
  unless,
  unlessAllOnes,
} from '@netsnap/core-native/schema'
import { ownAddress } from './vf-address.ts'

/** A member of a struct that may say that there is nothing to tell. */
const perhaps: typeof member = ((name: 'ifla_vf_rate', part: 'vf', codec: Codec<unknown>) => ({
  ...member(name, part, codec),
  sparse: true,
})) as never

/** A setting that is on or off; absent where the driver does not tell. */
const setting: Codec<boolean | undefined> = {
  ...mapped(unlessAllOnes(u32), bool as Codec<boolean | undefined>, (value) =>
    value === undefined ? value : value !== 0,
  ),
  schema: bool.schema,
}

const some = unless(u32, 0)
const protocol: Codec<string> = mapped(enumOf('ETH_P_', { scalar: be16 }), text, (name) => name.toLowerCase())
const linkState = enumOf('IFLA_VF_LINK_STATE_', { scalar: u32, lowerCase: true })

// biome-ignore format: a table
const tag = struct('ifla_vf_vlan_info', {
  vlan:     ['vlan', u32],
  qos:      ['qos', u32],
  protocol: ['vlan_proto', protocol],
})

const allTags = list(tag)

/** Those that tag anything. */
const tags: typeof allTags = {
  ...allTags,
  bind(binding) {
    const { read, ...bound } = allTags.bind(binding)
    return {
      ...bound,
      read(frame, at, length, record) {
        const found = read(frame, at, length, record)
        if (!Array.isArray(found)) return found
        const some = found.filter(({ vlan, qos }) => vlan !== 0 || qos !== 0)
        return (some.length > 0 ? some : undefined) as typeof found
      },
    }
  },
}

// biome-ignore format: a table
const statistics = attributeSet('IFLA_VF_STATS_', {
  rx_packets: ['IFLA_VF_STATS_RX_PACKETS', u64],
  tx_packets: ['IFLA_VF_STATS_TX_PACKETS', u64],
  rx_bytes:   ['IFLA_VF_STATS_RX_BYTES', u64],
  tx_bytes:   ['IFLA_VF_STATS_TX_BYTES', u64],
  rx_dropped: ['IFLA_VF_STATS_RX_DROPPED', u64],
  tx_dropped: ['IFLA_VF_STATS_TX_DROPPED', u64],
  broadcast:  ['IFLA_VF_STATS_BROADCAST', u64],
  multicast:  ['IFLA_VF_STATS_MULTICAST', u64],
})

// biome-ignore format: a table
const virtualFunction = attributeSet('IFLA_VF_', {
  /** Number of the virtual function, from 0. */
  vf:            ['IFLA_VF_MAC', member('ifla_vf_mac', 'vf')],
  /** Hardware address that it was given; all zeros where it was given none. */
  mac:           ['IFLA_VF_MAC', member('ifla_vf_mac', 'mac', ownAddress(hardwareAddress))],
  broadcast:     ['IFLA_VF_BROADCAST', member('ifla_vf_broadcast', 'broadcast', ownAddress(hardwareAddress))],
  /** VLAN that all its packets are tagged with; absent for none. */
  vlan:          ['IFLA_VF_VLAN', perhaps('ifla_vf_vlan', 'vlan', some)],
  /** Priority in that tag; absent for 0. */
  qos:           ['IFLA_VF_VLAN', perhaps('ifla_vf_vlan', 'qos', some)],
  /** The tags, with the protocol of each (`8021q`, `8021ad`); absent for none. */
  vlan_list:     ['IFLA_VF_VLAN_LIST', tags],
  /** Highest rate of sending in Mbit/s, as older drivers have it; absent for no limit. */
  tx_rate:       ['IFLA_VF_TX_RATE', perhaps('ifla_vf_tx_rate', 'rate', some)],
  /** Lowest rate of sending that it is assured of, in Mbit/s; absent for none. */
  min_tx_rate:   ['IFLA_VF_RATE', perhaps('ifla_vf_rate', 'min_tx_rate', some)],
  /** Highest rate of sending, in Mbit/s; absent for no limit. */
  max_tx_rate:   ['IFLA_VF_RATE', perhaps('ifla_vf_rate', 'max_tx_rate', some)],
  /** It may only send from its own address. */
  spoofchk:      ['IFLA_VF_SPOOFCHK', perhaps('ifla_vf_spoofchk', 'setting', setting)],
  /** Whether it has a link: `auto` (as the physical one has), `enable`, `disable`. */
  link_state:    ['IFLA_VF_LINK_STATE', member('ifla_vf_link_state', 'link_state', linkState)],
  /** It may read the hash key and the indirection table of receive side scaling. */
  rss_query_en:  ['IFLA_VF_RSS_QUERY_EN', perhaps('ifla_vf_rss_query_en', 'setting', setting)],
  /** It is trusted with settings that concern others. */
  trust:         ['IFLA_VF_TRUST', perhaps('ifla_vf_trust', 'setting', setting)],
  /** InfiniBand's identity of the node. */
  ib_node_guid:  ['IFLA_VF_IB_NODE_GUID', member('ifla_vf_guid', 'guid', id64)],
  /** InfiniBand's identity of the port. */
  ib_port_guid:  ['IFLA_VF_IB_PORT_GUID', member('ifla_vf_guid', 'guid', id64)],
  /** Its counters, where they were asked for. */
  stats:         ['IFLA_VF_STATS', nest(statistics)],
}, { unknown: 'vf' })

/** A line's codec: every virtual function of a link. */
export const virtualFunctions = list(nest(virtualFunction))
