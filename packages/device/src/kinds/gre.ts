/** Tunnels by GRE, over IPv4 and IPv6: packets (gre, ip6gre), frames (gretap, ip6gretap), ERSPAN (erspan, ip6erspan). */
import { attributeSet, be16, be32, bool, flag, flagsOf, mapped, text, u8, u16, u32 } from '@netsnap/core-native/schema'
import { lowerName } from './lower.ts'
import { encapFlags, encapType, endpoint, flowLabel, someIndex, trafficClass } from './shared.ts'

/** The constants are of network byte order too: they have the numbers that the host reads. */
const keyFlags = flagsOf('GRE_', { scalar: u16, lowerCase: true, except: 'GRE_VERSION' })

// biome-ignore format: a table
export const gre = attributeSet('IFLA_GRE_', {
  link_index:       ['IFLA_GRE_LINK', someIndex],
  /** The interface that packets go out of. */
  link:             ['IFLA_GRE_LINK', lowerName],
  local:            ['IFLA_GRE_LOCAL', endpoint],
  remote:           ['IFLA_GRE_REMOTE', endpoint],
  /** What packets that come in have: a key, a checksum, a number. */
  iflags:           ['IFLA_GRE_IFLAGS', be16],
  iflag_names:      ['IFLA_GRE_IFLAGS', keyFlags],
  oflags:           ['IFLA_GRE_OFLAGS', be16],
  oflag_names:      ['IFLA_GRE_OFLAGS', keyFlags],
  ikey:             ['IFLA_GRE_IKEY', be32],
  okey:             ['IFLA_GRE_OKEY', be32],
  /** 0: that of the packet within. */
  ttl:              ['IFLA_GRE_TTL', u8],
  /** Type of service; 1 for that of the packet within. */
  tos:              ['IFLA_GRE_TOS', u8],
  pmtudisc:         ['IFLA_GRE_PMTUDISC', bool],
  ignore_df:        ['IFLA_GRE_IGNORE_DF', bool],
  /** Of IPv6. */
  encap_limit:      ['IFLA_GRE_ENCAP_LIMIT', u8],
  flowinfo:         ['IFLA_GRE_FLOWINFO', be32],
  tclass:           ['IFLA_GRE_FLOWINFO', trafficClass],
  flowlabel:        ['IFLA_GRE_FLOWINFO', flowLabel],
  flags:            ['IFLA_GRE_FLAGS', u32],
  flag_names:       ['IFLA_GRE_FLAGS', flagsOf('IP6_TNL_F_', { scalar: u32, lowerCase: true })],
  encap_type:       ['IFLA_GRE_ENCAP_TYPE', encapType],
  encap_flags:      ['IFLA_GRE_ENCAP_FLAGS', u16],
  encap_flag_names: ['IFLA_GRE_ENCAP_FLAGS', encapFlags],
  encap_sport:      ['IFLA_GRE_ENCAP_SPORT', be16],
  encap_dport:      ['IFLA_GRE_ENCAP_DPORT', be16],
  /** Where packets go is said for each of them (`external`). */
  collect_metadata: ['IFLA_GRE_COLLECT_METADATA', flag],
  fwmark:           ['IFLA_GRE_FWMARK', u32],
  erspan_ver:       ['IFLA_GRE_ERSPAN_VER', u8],
  erspan_index:     ['IFLA_GRE_ERSPAN_INDEX', u32],
  /** Which way the mirrored packets went: `ingress` or `egress`. */
  erspan_dir:       ['IFLA_GRE_ERSPAN_DIR', mapped(u8, text, (direction) => (direction === 0 ? 'ingress' : 'egress'))],
  erspan_hwid:      ['IFLA_GRE_ERSPAN_HWID', u16],
}, { unknown: 'info_data' })
