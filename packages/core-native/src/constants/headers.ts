import type { HeaderRequest } from './reader/index.ts'

/** Headers of which everything is read. */
const whole = [
  'netlink genetlink rtnetlink net_namespace',
  'if if_arp if_ether if_link if_vlan if_tunnel if_tun if_bridge if_bonding if_macsec if_team',
  'ip6_tunnel gtp veth can/netlink can/vxcan cfm_bridge mrp_bridge amt wwan hsr_netlink',
  'if_addr if_addrlabel neighbour netconf fib_rules',
  'lwtunnel mpls mpls_iptunnel seg6 seg6_local seg6_iptunnel seg6_hmac rpl rpl_iptunnel ioam6 ioam6_iptunnel ila',
  'nexthop in_route ipv6_route mroute mroute6 wireguard dpll btf',
]

/** Large headers of which a few names are needed. */
const parts: Readonly<Record<string, readonly string[]>> = {
  auxvec: ['AT_CLKTCK'],
  batman_adv: ['IFLA_BATADV_'],
  devlink: ['DEVLINK_ATTR_BUS_NAME', 'DEVLINK_ATTR_DEV_NAME', 'DEVLINK_ATTR_PORT_', 'DEVLINK_PORT_'],
  icmpv6: ['ICMPV6_ROUTER_PREF_'],
  in: ['IPPROTO_', 'INADDR_'],
  in6: ['IN6_ADDR_GEN_MODE_', 'IPV6_ADDR_'],
  ip: ['IPTOS_', 'IPV4_DEVCONF_'],
  ipv6: ['DEVCONF_'],
  netdevice: ['IF_PORT_', 'MAX_ADDR_LEN', 'NET_NAME_'],
  snmp: ['IPSTATS_MIB_', 'ICMP6_MIB_'],
  time_types: [],
}

/** Structs of such headers. */
const partStructs: Readonly<Record<string, readonly string[]>> = {
  in: ['sockaddr_in'],
  time_types: ['__kernel_timespec'],
}

/** The kernel's own header of address families, which is not UAPI; only a kernel source package has it. */
export const kernelSocketHeader = 'include/linux/socket.h'

export const headers: readonly HeaderRequest[] = [
  ...whole.flatMap((line) => line.split(' ')).map((name) => ({ header: `linux/${name}.h` })),
  ...Object.entries(parts).map(([name, only]) => {
    const structs = partStructs[name]
    return { header: `linux/${name}.h`, only, ...(structs ? { structs } : {}) }
  }),
  // Address families have no UAPI header: the kernel's own has them, and the C library's.
  { header: kernelSocketHeader, only: ['AF_', 'PF_'] },
  { header: 'bits/socket.h', only: ['AF_', 'PF_'] },
]

/** Beginnings of attribute names: an enum of a newer kernel that starts with `..._UNSPEC` below one of these is kept too. */
export const attributeFamilies: readonly string[] =
  'IFLA_ IFA_ RTA_ NHA_ NDA_ MDBA_ MDBE_ FRA_ BRIDGE_ LWTUNNEL_ MPLS_ WG DPLL_ NETNSA_'.split(' ')
