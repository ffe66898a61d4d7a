/** What a link holds for each family of addresses (`IFLA_AF_SPEC`). */
import {
  address,
  attributeSet,
  enumOf,
  hex,
  indexed,
  macroSet,
  nest,
  s32,
  seconds,
  struct,
  u8,
  u32,
  u64,
  unlessZeros,
} from '@netsnap/core-native/schema'

const inet = attributeSet('IFLA_INET_', {
  /** Configuration by name: what /proc/sys/net/ipv4/conf/DEV holds, times in milliseconds. */
  conf: ['IFLA_INET_CONF', indexed('IPV4_DEVCONF_', s32, { first: 'IPV4_DEVCONF_FORWARDING' })],
})

// biome-ignore format: a table
const cacheInfo = struct('ifla_cacheinfo', {
  /** Longest packet that is put together again, in bytes. */
  max_reasm_len:      ['max_reasm_len', u32],
  /** When the configuration last changed, in hundredths of a second since the system started. */
  tstamp:             ['tstamp', u32],
  tstamp_sec:         ['tstamp', seconds(u32)],
  /** How long a neighbour counts as reachable, in milliseconds. */
  reachable_time:     ['reachable_time', u32],
  /** Time between solicitations, in milliseconds. */
  retrans_time:       ['retrans_time', u32],
})

// biome-ignore format: a table
const inet6 = attributeSet('IFLA_INET6_', {
  /** State of the interface, as bits that only the kernel's own headers name. */
  flags:         ['IFLA_INET6_FLAGS', u32],
  /** Configuration by name: what /proc/sys/net/ipv6/conf/DEV holds, times in milliseconds. */
  conf:          ['IFLA_INET6_CONF', indexed('DEVCONF_', s32)],
  cacheinfo:     ['IFLA_INET6_CACHEINFO', cacheInfo],
  /** Counters of IPv6. */
  stats:         ['IFLA_INET6_STATS', indexed('IPSTATS_MIB_', u64, { count: 'IPSTATS_MIB_NUM' })],
  /** Counters of ICMPv6. */
  icmp6_stats:   ['IFLA_INET6_ICMP6STATS', indexed('ICMP6_MIB_', u64, { count: 'ICMP6_MIB_NUM' })],
  /** The host's part of addresses that it makes of announced prefixes. */
  token:         ['IFLA_INET6_TOKEN', unlessZeros(address)],
  /** How link-local addresses are made: `eui64`, `none`, `stable_privacy`, `random`. */
  addr_gen_mode: ['IFLA_INET6_ADDR_GEN_MODE', enumOf('IN6_ADDR_GEN_MODE_', { lowerCase: true })],
  /** MTU that a router has announced. */
  ra_mtu:        ['IFLA_INET6_RA_MTU', u32],
  mcast:         ['IFLA_INET6_MCAST', hex],
})

// biome-ignore format: a table
const mctp = attributeSet('IFLA_MCTP_', {
  net:          ['IFLA_MCTP_NET', u32],
  /** What it runs over, by DMTF's number (DSP0239). */
  phys_binding: ['IFLA_MCTP_PHYS_BINDING', u8],
})

/** By family, whose numbers are macros. */
// biome-ignore format: a table
export const afSpec = macroSet('AF_', {
  /** Of IPv4. */
  inet:  ['AF_INET', nest(inet)],
  /** Of IPv6. */
  inet6: ['AF_INET6', nest(inet6)],
  /** Of the Management Component Transport Protocol. */
  mctp:  ['AF_MCTP', nest(mctp)],
}, 'af_spec')
