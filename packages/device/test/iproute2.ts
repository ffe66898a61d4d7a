/** Our records in the form of `ip -j -d -s -s link` and `ip -j -d addr`: which key of theirs is which of ours. */
import { ipv6 } from '@netsnap/core-native/schema'
import type { Address, Interface, Link } from '../src/index.ts'

export type IpObject = Record<string, unknown>

/** Without the keys that have no value. */
const present = (record: IpObject): IpObject =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))

/** Types of hardware that iproute2 has other words for. */
const TYPES: Readonly<Record<string, string>> = { ip6gre: 'gre6', rawip: '[519]', netlink: 'netlink' }

const isTunnel = ({ type_name }: Link) => ['ipip', 'sit', 'gre'].includes(type_name)
const isTunnel6 = ({ type_name }: Link) => ['tunnel6', 'ip6gre'].includes(type_name)

/** Of tunnels iproute2 shows the hardware address as the IP address that it is. */
function hardware(link: Link, address: string | null | undefined): unknown {
  if (address === null || address === undefined) return undefined
  const octets = address.split(':').map((octet) => Number.parseInt(octet, 16)) // not a kernel number: the radix
  if (isTunnel(link)) return octets.join('.')
  return isTunnel6(link) ? ipv6(Uint8Array.from(octets), 0) : address
}

/** iproute2 shows no RUNNING, and NO-CARRIER where it is missing; the order is its own. */
function flags({ flag_names }: Pick<Link, 'flag_names'>): string[] {
  const names = flag_names.filter((name) => name !== 'RUNNING') as string[]
  if (flag_names.includes('UP') && !flag_names.includes('RUNNING')) names.push('NO-CARRIER')
  return names.sort()
}

const groupName = (name: string) => (name.startsWith('GROUP_') ? name.slice('GROUP_'.length) : name)

function counters({ stats }: Link, { carrier_changes }: Link): IpObject | undefined {
  if (stats === undefined) return undefined
  const any = (value: number) => (value === 0 ? undefined : value)
  return {
    rx: present({
      bytes: stats.rx_bytes,
      packets: stats.rx_packets,
      errors: stats.rx_errors,
      dropped: stats.rx_dropped,
      over_errors: stats.rx_over_errors,
      multicast: stats.multicast,
      compressed: any(stats.rx_compressed),
      length_errors: stats.rx_length_errors,
      crc_errors: stats.rx_crc_errors,
      frame_errors: stats.rx_frame_errors,
      fifo_errors: stats.rx_fifo_errors,
      missed_errors: stats.rx_missed_errors,
      nohandler: any(stats.rx_nohandler),
      otherhost_dropped: any(stats.rx_otherhost_dropped ?? 0),
    }),
    tx: present({
      bytes: stats.tx_bytes,
      packets: stats.tx_packets,
      errors: stats.tx_errors,
      dropped: stats.tx_dropped,
      carrier_errors: stats.tx_carrier_errors,
      collisions: stats.collisions,
      compressed: any(stats.tx_compressed),
      aborted_errors: stats.tx_aborted_errors,
      fifo_errors: stats.tx_fifo_errors,
      window_errors: stats.tx_window_errors,
      heartbeat_errors: stats.tx_heartbeat_errors,
      carrier_changes,
    }),
  }
}

/** Python and Node read bytes that are no UTF-8 as this, of what iproute2 prints as it is. */
export const legible = (name: string | undefined) => name?.replaceAll(/[\ud800-\udfff]/g, '\ufffd')

/** What has no name of the administrator's is a number of iproute2's. */
const bitNumbers = (bits: number) =>
  bits
    .toString(2)
    .split('')
    .reverse()
    .flatMap((bit, i) => (bit === '1' ? [String(i)] : [])) // not a kernel number: the radix

/** What iproute2 says of a link, but for what its kind has: that is of the tests of the kinds. */
export function asIpLink(link: Link): IpObject {
  const { link: lower, link_netnsid, offload = {} } = link
  const far = link_netnsid !== undefined
  const pointToPoint = link.flag_names.includes('POINTOPOINT')
  return present({
    ifindex: link.index,
    link: far ? undefined : legible(link.link_name),
    link_index: far ? lower : undefined,
    ifname: legible(link.name),
    flags: flags(link),
    mtu: link.mtu,
    qdisc: link.qdisc,
    master: link.master,
    operstate: link.operstate_name?.toUpperCase(),
    linkmode: link.linkmode_name?.toUpperCase(),
    group: link.group_name === undefined ? undefined : groupName(link.group_name),
    txqlen: link.txqlen === 0 ? undefined : link.txqlen,
    ifalias: link.ifalias,
    link_type: TYPES[link.type_name] ?? link.type_name,
    address: hardware(link, link.mac),
    link_pointtopoint: (pointToPoint && link.broadcast !== undefined) || undefined,
    broadcast: hardware(link, link.broadcast),
    permaddr: link.perm_address === link.mac ? undefined : hardware(link, link.perm_address),
    link_netnsid,
    promiscuity: link.promiscuity,
    allmulti: link.allmulti,
    min_mtu: link.min_mtu,
    max_mtu: link.max_mtu ?? 0,
    info_kind: link.kind,
    info_slave_kind: link.slave_kind,
    inet6_addr_gen_mode: link.inet6?.addr_gen_mode?.replace('stable_privacy', 'stable_secret'),
    num_tx_queues: link.num_tx_queues,
    num_rx_queues: link.num_rx_queues,
    gso_max_size: offload.gso_max_size,
    gso_max_segs: offload.gso_max_segs,
    tso_max_size: offload.tso_max_size,
    tso_max_segs: offload.tso_max_segs,
    gro_max_size: offload.gro_max_size,
    phys_port_name: link.phys_port_name,
    phys_port_id: link.phys_port_id,
    parentbus: link.parent_dev_bus_name,
    parentdev: link.parent_dev_name,
    proto_down: link.proto_down || undefined,
    proto_down_reason: link.proto_down_reason ? bitNumbers(link.proto_down_reason) : undefined,
    altnames: link.altnames,
    stats64: counters(link, link),
  })
}

/**
 * What iproute2 says of it, in the same form: its flags sorted, without M-DOWN (that the lower link is down, which it looks
 * up), and without what a link's kind has.
 */
export function fromIp({ linkinfo, flags, link, addr_info: _, xdp: __, ...rest }: IpObject): IpObject {
  const { info_kind, info_slave_kind } = (linkinfo ?? {}) as IpObject
  // A link 0 is none.
  return present({
    ...rest,
    link: link ?? undefined,
    flags: (flags as string[]).filter((flag) => flag !== 'M-DOWN').sort(),
    info_kind,
    info_slave_kind,
  })
}

const FLAGS: readonly (readonly [ip: string, ours: string])[] = [
  ['secondary', 'SECONDARY'],
  ['temporary', 'TEMPORARY'],
  ['nodad', 'NODAD'],
  ['optimistic', 'OPTIMISTIC'],
  ['dadfailed', 'DADFAILED'],
  ['home', 'HOMEADDRESS'],
  ['deprecated', 'DEPRECATED'],
  ['tentative', 'TENTATIVE'],
  ['mngtmpaddr', 'MANAGETEMPADDR'],
  ['noprefixroute', 'NOPREFIXROUTE'],
  ['autojoin', 'MCAUTOJOIN'],
  ['stable-privacy', 'STABLE_PRIVACY'],
]

const SCOPES: Readonly<Record<string, string>> = { universe: 'global' }

/** What iproute2 says of an address. */
export function asIpAddress(address: Address): IpObject {
  const names: readonly string[] = address.flag_names
  return present({
    family: address.family === 'ipv4' ? 'inet' : 'inet6',
    local: address.address,
    address: address.peer,
    prefixlen: address.prefixlen,
    metric: address.metric,
    broadcast: address.broadcast,
    scope: SCOPES[address.scope_name] ?? address.scope_name,
    dynamic: names.includes('PERMANENT') ? undefined : true,
    ...Object.fromEntries(FLAGS.flatMap(([ip, ours]) => (names.includes(ours) ? [[ip, true]] : []))),
    label: address.label,
    valid_life_time: address.cacheinfo?.valid_lft,
    preferred_life_time: address.cacheinfo?.preferred_lft,
  })
}

/** The addresses of an interface in the form of iproute2. */
export const asIpAddresses = ({ addresses }: Interface): IpObject[] => addresses.map(asIpAddress)
