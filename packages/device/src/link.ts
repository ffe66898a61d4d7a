/** Links: what `ip -d -s link` shows. A line below is a field of the record. */
import {
  attributeSet,
  bool,
  enumOf,
  flagsNamedIn,
  flagsOf,
  hardwareAddress,
  header,
  hex,
  id64,
  inline,
  interfaceName,
  many,
  named,
  nest,
  only,
  otherwise,
  type RecordOf,
  s32,
  struct,
  table,
  text,
  u8,
  u16,
  u32,
  uint,
  unless,
  within,
} from '@netsnap/core-native/schema'
import { afSpec } from './af-spec.ts'
import { linkInfo } from './link-info.ts'
import { linkName, linkNetns } from './peer.ts'
import { statistics64 } from './statistics64.ts'
import { linkType } from './type-name.ts'
import { virtualFunctions } from './vf.ts'
import { ownPort, virtualPorts } from './vf-port.ts'

const altNames = attributeSet(
  'IFLA_',
  { altnames: ['IFLA_ALT_IFNAME', many(text)] },
  { skip: 'others', unknown: 'prop_list' },
)

// biome-ignore format: a table
const protoDownReason = attributeSet('IFLA_PROTO_DOWN_REASON_', {
  mask:                    ['IFLA_PROTO_DOWN_REASON_MASK', u32],
  /** Why it is held down, as bits that the administrator gives meaning to. */
  proto_down_reason:       ['IFLA_PROTO_DOWN_REASON_VALUE', u32],
  /** The same by the names of /etc/iproute2/protodown_reasons.d. */
  proto_down_reason_names: ['IFLA_PROTO_DOWN_REASON_VALUE', flagsNamedIn('protodown_reasons', u32)],
}, { unknown: 'proto_down_reason' })

// biome-ignore format: a table
const xdp = attributeSet('IFLA_XDP_', {
  /** Where a program is attached: `none`, `drv`, `skb`, `hw`, or `multi`. */
  mode:        ['IFLA_XDP_ATTACHED', enumOf('XDP_ATTACHED_', { lowerCase: true })],
  prog_id:     ['IFLA_XDP_PROG_ID', u32],
  drv_prog_id: ['IFLA_XDP_DRV_PROG_ID', u32],
  skb_prog_id: ['IFLA_XDP_SKB_PROG_ID', u32],
  hw_prog_id:  ['IFLA_XDP_HW_PROG_ID', u32],
}, { skip: ['IFLA_XDP_FD', 'IFLA_XDP_FLAGS', 'IFLA_XDP_EXPECTED_FD'] })

// biome-ignore format: a table
const map = struct('rtnl_link_ifmap', {
  mem_start: ['mem_start', id64],
  mem_end:   ['mem_end', id64],
  base_addr: ['base_addr', id64],
  irq:       ['irq', u16],
  dma:       ['dma', u8],
  port:      ['port', u8],
})

// biome-ignore format: a table
const devlinkPort = attributeSet('DEVLINK_ATTR_', {
  bus_name: ['DEVLINK_ATTR_BUS_NAME', text],
  dev_name: ['DEVLINK_ATTR_DEV_NAME', text],
  port:     ['DEVLINK_ATTR_PORT_INDEX', u32],
}, { skip: 'others', unknown: 'devlink_port' })

const dpllPin = attributeSet('DPLL_A_PIN_', { pin_id: ['DPLL_A_PIN_ID', u32] }, { skip: 'others', unknown: 'dpll_pin' })

// biome-ignore format: a table
export const link = table({
  name: 'link',
  request: 'RTM_GETLINK',
  reply: 'RTM_NEWLINK',
  header: header('ifinfomsg', {
    /** Number of the interface. */
    index:      ['ifi_index', s32],
    /** What hardware it is or passes for, by the number of its ARP type. */
    type:       ['ifi_type', u16],
    /** The same by name: `ether`, `loopback`, `none`, `ppp`, `sit`, ... */
    type_name:  ['ifi_type', linkType],
    /** State, as bits. */
    flags:      ['ifi_flags', u32],
    /** State: `UP` (administratively), `LOWER_UP` (it has a carrier), `RUNNING`, `PROMISC`, ... */
    flag_names: ['ifi_flags', flagsOf('IFF_', { scalar: u32 })],
  }),
  group: 'IFLA_',
  attributes: {
    name:                   ['IFLA_IFNAME', text],
    /** Longest packet, in bytes. */
    mtu:                    ['IFLA_MTU', u32],
    min_mtu:                ['IFLA_MIN_MTU', u32],
    /** Longest MTU that can be set; absent where there is no bound. */
    max_mtu:                ['IFLA_MAX_MTU', unless(u32, 0)],
    /** Hardware address, of whatever length; null where it has none. */
    mac:                    ['IFLA_ADDRESS', otherwise(hardwareAddress, null)],
    broadcast:              ['IFLA_BROADCAST', hardwareAddress],
    /** The hardware's own address. */
    perm_address:           ['IFLA_PERM_ADDRESS', hardwareAddress],
    operstate:              ['IFLA_OPERSTATE', u8],
    /** State by RFC 2863: `up`, `down`, `lowerlayerdown`, `dormant`, ..., `unknown` where the driver does not say. */
    operstate_name:         ['IFLA_OPERSTATE', enumOf('IF_OPER_', { lowerCase: true, unnamed: 'unknown_' })],
    linkmode:               ['IFLA_LINKMODE', u8],
    linkmode_name:          ['IFLA_LINKMODE', enumOf('IF_LINK_MODE_', { lowerCase: true })],
    /** Counters since the link was made; those that a newer kernel has too. */
    stats:                  ['IFLA_STATS64', statistics64],
    master_index:           ['IFLA_MASTER', u32],
    /** The bridge, bond, vrf, ... that it is a port of. */
    master:                 ['IFLA_MASTER', interfaceName],
    /** Index of the interface that it stands on; of veth, vxcan and netkit that of its other end. With `link_netnsid` it is an index over there. */
    link:                   ['IFLA_LINK', unless(u32, 0)],
    /** Name of that interface. In another namespace it is the name over there; absent where that could not be read. */
    link_name:              ['IFLA_LINK', linkName],
    /** This namespace's number for the one that `link` is in; absent where it is the same. */
    link_netnsid:           ['IFLA_LINK_NETNSID', s32],
    /** Name or path of that namespace, where it could be found. */
    link_netns:             ['IFLA_LINK_NETNSID', linkNetns],
    /** Packets that wait to be sent, at most. */
    txqlen:                 ['IFLA_TXQLEN', u32],
    qdisc:                  ['IFLA_QDISC', text],
    ifalias:                ['IFLA_IFALIAS', text],
    /** Other names that it can be called by. */
    altnames:               ['IFLA_PROP_LIST', only(altNames, 'altnames')],
    group:                  ['IFLA_GROUP', u32],
    /** Name of the group, from /etc/iproute2/group. */
    group_name:             ['IFLA_GROUP', named('INIT_NETDEV_GROUP_', { file: 'group', scalar: u32, unnamed: 'GROUP_' })],
    /** How many have asked for every packet. */
    promiscuity:            ['IFLA_PROMISCUITY', u32],
    /** How many have asked for every multicast packet. */
    allmulti:               ['IFLA_ALLMULTI', u32],
    num_tx_queues:          ['IFLA_NUM_TX_QUEUES', u32],
    num_rx_queues:          ['IFLA_NUM_RX_QUEUES', u32],
    carrier:                ['IFLA_CARRIER', bool],
    /** How often the carrier came or went. */
    carrier_changes:        ['IFLA_CARRIER_CHANGES', u32],
    carrier_up_count:       ['IFLA_CARRIER_UP_COUNT', u32],
    carrier_down_count:     ['IFLA_CARRIER_DOWN_COUNT', u32],
    /** It is held down by a protocol. */
    proto_down:             ['IFLA_PROTO_DOWN', bool],
    '...proto_down_reason': ['IFLA_PROTO_DOWN_REASON', inline(protoDownReason)],
    '...gso_max_segs':      ['IFLA_GSO_MAX_SEGS', within('offload', 'gso_max_segs', u32)],
    '...gso_max_size':      ['IFLA_GSO_MAX_SIZE', within('offload', 'gso_max_size', u32)],
    '...gro_max_size':      ['IFLA_GRO_MAX_SIZE', within('offload', 'gro_max_size', u32)],
    '...gso_ipv4_max_size': ['IFLA_GSO_IPV4_MAX_SIZE', within('offload', 'gso_ipv4_max_size', u32)],
    '...gro_ipv4_max_size': ['IFLA_GRO_IPV4_MAX_SIZE', within('offload', 'gro_ipv4_max_size', u32)],
    '...tso_max_size':      ['IFLA_TSO_MAX_SIZE', within('offload', 'tso_max_size', u32)],
    '...tso_max_segs':      ['IFLA_TSO_MAX_SEGS', within('offload', 'tso_max_segs', u32)],
    /** How far ahead packets can be scheduled in hardware, in nanoseconds. */
    max_pacing_offload_horizon: ['IFLA_MAX_PACING_OFFLOAD_HORIZON', uint],
    /** Room that it needs before a packet, in bytes. */
    headroom:               ['IFLA_HEADROOM', u16],
    tailroom:               ['IFLA_TAILROOM', u16],
    /** It cannot be moved to another namespace. */
    netns_immutable:        ['IFLA_NETNS_IMMUTABLE', bool],
    /** Memory and interrupt of old hardware. */
    map:                    ['IFLA_MAP', map],
    xdp:                    ['IFLA_XDP', nest(xdp)],
    phys_port_id:           ['IFLA_PHYS_PORT_ID', hex],
    phys_port_name:         ['IFLA_PHYS_PORT_NAME', text],
    phys_switch_id:         ['IFLA_PHYS_SWITCH_ID', hex],
    parent_dev_name:        ['IFLA_PARENT_DEV_NAME', text],
    parent_dev_bus_name:    ['IFLA_PARENT_DEV_BUS_NAME', text],
    /** Port of a devlink instance that it is; empty where it is none. */
    devlink_port:           ['IFLA_DEVLINK_PORT', nest(devlinkPort)],
    /** Pin of a DPLL that it is clocked by; empty where there is none. */
    dpll_pin:               ['IFLA_DPLL_PIN', nest(dpllPin)],
    '...linkinfo':          ['IFLA_LINKINFO', inline(linkInfo)],
    '...af_spec':           ['IFLA_AF_SPEC', inline(afSpec)],
    /** Number of virtual functions; asked for with them. */
    num_vf:                 ['IFLA_NUM_VF', u32],
    /** Virtual functions; asked for with `vf`. */
    vfs: ['IFLA_VFINFO_LIST', virtualFunctions],
    vf_ports: ['IFLA_VF_PORTS', virtualPorts],
    port_self: ['IFLA_PORT_SELF', ownPort],
    /** Number of the namespace that was asked about. */
    target_netnsid:         ['IFLA_TARGET_NETNSID', s32],
    /** Of a message that tells of a change: what changed, and where the link went. */
    event:                  ['IFLA_EVENT', enumOf('IFLA_EVENT_', { scalar: u32, lowerCase: true })],
    new_netnsid:            ['IFLA_NEW_NETNSID', s32],
    new_ifindex:            ['IFLA_NEW_IFINDEX', s32],
    /** Event of a wireless link (`struct iw_event`). */
    wireless:               ['IFLA_WIRELESS', hex],
    /** What a family tells of the link in a dump of its own. */
    protinfo:               ['IFLA_PROTINFO', hex],
    cost:                   ['IFLA_COST', u32],
    priority:               ['IFLA_PRIORITY', u32],
    weight:                 ['IFLA_WEIGHT', u32],
  },
  skip: [
    // In requests alone.
    'IFLA_NET_NS_PID', 'IFLA_NET_NS_FD', 'IFLA_EXT_MASK', 'IFLA_ALT_IFNAME', 'IFLA_IF_NETNSID',
    // The same counters, cut to 32 bits.
    'IFLA_STATS',
  ],
})

/** One link. A field is absent where the kernel sent no such attribute. */
export interface Link extends RecordOf<typeof link> {}
/** A {@link Link} whose 64-bit values are bigints. */
export interface LinkBigInt extends RecordOf<typeof link, bigint> {}
