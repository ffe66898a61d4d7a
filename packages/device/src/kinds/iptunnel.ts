/** Tunnels of IP in IP: ipip, sit and ip6tnl. */
import {
  address,
  attributeSet,
  be16,
  be32,
  bool,
  enumOf,
  flag,
  flagsOf,
  u8,
  u16,
  u32,
} from '@netsnap/core-native/schema'
import { lowerName } from './lower.ts'
import { encapFlags, encapType, endpoint, flowLabel, someIndex, trafficClass } from './shared.ts'

/** What both families have in common. */
// biome-ignore format: a table
const common = {
  link_index:       ['IFLA_IPTUN_LINK', someIndex],
  /** The interface that packets go out of. */
  link:             ['IFLA_IPTUN_LINK', lowerName],
  local:            ['IFLA_IPTUN_LOCAL', endpoint],
  remote:           ['IFLA_IPTUN_REMOTE', endpoint],
  /** 0: that of the packet within. */
  ttl:              ['IFLA_IPTUN_TTL', u8],
  tos:              ['IFLA_IPTUN_TOS', u8],
  proto:            ['IFLA_IPTUN_PROTO', u8],
  /** What it carries, by the protocol's name: `ipip`, `ipv6`, `mpls`; `ip` for any. */
  proto_name:       ['IFLA_IPTUN_PROTO', enumOf('IPPROTO_', { lowerCase: true })],
  encap_type:       ['IFLA_IPTUN_ENCAP_TYPE', encapType],
  encap_flags:      ['IFLA_IPTUN_ENCAP_FLAGS', u16],
  encap_flag_names: ['IFLA_IPTUN_ENCAP_FLAGS', encapFlags],
  encap_sport:      ['IFLA_IPTUN_ENCAP_SPORT', be16],
  encap_dport:      ['IFLA_IPTUN_ENCAP_DPORT', be16],
  /** Where packets go is said for each of them (`external`). */
  collect_metadata: ['IFLA_IPTUN_COLLECT_METADATA', flag],
  fwmark:           ['IFLA_IPTUN_FWMARK', u32],
} as const

// biome-ignore format: a table
export const iptunnel = attributeSet('IFLA_IPTUN_', {
  ...common,
  pmtudisc:               ['IFLA_IPTUN_PMTUDISC', bool],
  /** Of sit: 1 where it is one of ISATAP's. */
  flags:                  ['IFLA_IPTUN_FLAGS', u16],
  flag_names:             ['IFLA_IPTUN_FLAGS', flagsOf('SIT_', { scalar: u16, lowerCase: true })],
  /** Of sit: what 6rd makes IPv4 addresses of. */
  '6rd_prefix':           ['IFLA_IPTUN_6RD_PREFIX', address],
  '6rd_prefixlen':        ['IFLA_IPTUN_6RD_PREFIXLEN', u16],
  '6rd_relay_prefix':     ['IFLA_IPTUN_6RD_RELAY_PREFIX', endpoint],
  '6rd_relay_prefixlen':  ['IFLA_IPTUN_6RD_RELAY_PREFIXLEN', u16],
}, { unknown: 'info_data', skip: ['IFLA_IPTUN_ENCAP_LIMIT', 'IFLA_IPTUN_FLOWINFO'] })

// biome-ignore format: a table
export const ip6tnl = attributeSet('IFLA_IPTUN_', {
  ...common,
  encap_limit: ['IFLA_IPTUN_ENCAP_LIMIT', u8],
  flowinfo:    ['IFLA_IPTUN_FLOWINFO', be32],
  tclass:      ['IFLA_IPTUN_FLOWINFO', trafficClass],
  flowlabel:   ['IFLA_IPTUN_FLOWINFO', flowLabel],
  flags:       ['IFLA_IPTUN_FLAGS', u32],
  flag_names:  ['IFLA_IPTUN_FLAGS', flagsOf('IP6_TNL_F_', { scalar: u32, lowerCase: true })],
}, {
  unknown: 'info_data',
  skip: ['IFLA_IPTUN_PMTUDISC', 'IFLA_IPTUN_6RD_PREFIX', 'IFLA_IPTUN_6RD_RELAY_PREFIX', 'IFLA_IPTUN_6RD_PREFIXLEN', 'IFLA_IPTUN_6RD_RELAY_PREFIXLEN'],
})
