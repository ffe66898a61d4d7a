import {
  address,
  attributeSet,
  be16,
  be32,
  bool,
  enumOf,
  flag,
  hex,
  struct,
  u8,
  u32,
} from '@netsnap/core-native/schema'
import { lowerName } from './lower.ts'
import { dontFragment, endpoint, someIndex } from './shared.ts'

const portRange = struct('ifla_vxlan_port_range', { low: ['low', be16], high: ['high', be16] })

// biome-ignore format: a table
export const vxlan = attributeSet('IFLA_VXLAN_', {
  /** Number of the segment (VNI). */
  id:                 ['IFLA_VXLAN_ID', u32],
  /** Group or remote that packets go to whose station is not known. */
  group:              ['IFLA_VXLAN_GROUP', address],
  group6:             ['IFLA_VXLAN_GROUP6', address],
  link_index:         ['IFLA_VXLAN_LINK', someIndex],
  /** The interface that packets go out of. */
  link:               ['IFLA_VXLAN_LINK', lowerName],
  local:              ['IFLA_VXLAN_LOCAL', endpoint],
  local6:             ['IFLA_VXLAN_LOCAL6', endpoint],
  ttl:                ['IFLA_VXLAN_TTL', u8],
  /** The TTL is that of the packet within. */
  ttl_inherit:        ['IFLA_VXLAN_TTL_INHERIT', bool],
  /** Type of service; 1 for that of the packet within. */
  tos:                ['IFLA_VXLAN_TOS', u8],
  df:                 ['IFLA_VXLAN_DF', dontFragment('VXLAN_DF_')],
  label:              ['IFLA_VXLAN_LABEL', be32],
  label_policy:       ['IFLA_VXLAN_LABEL_POLICY', enumOf('VXLAN_LABEL_', { scalar: u32, lowerCase: true })],
  learning:           ['IFLA_VXLAN_LEARNING', bool],
  /** How long stations are remembered, in seconds. */
  ageing:             ['IFLA_VXLAN_AGEING', u32],
  /** Stations that are remembered at most; 0 for any number. */
  limit:              ['IFLA_VXLAN_LIMIT', u32],
  /** UDP port of the other ends. */
  port:               ['IFLA_VXLAN_PORT', be16],
  /** UDP ports that packets come from. */
  port_range:         ['IFLA_VXLAN_PORT_RANGE', portRange],
  proxy:              ['IFLA_VXLAN_PROXY', bool],
  rsc:                ['IFLA_VXLAN_RSC', bool],
  l2miss:             ['IFLA_VXLAN_L2MISS', bool],
  l3miss:             ['IFLA_VXLAN_L3MISS', bool],
  udp_csum:           ['IFLA_VXLAN_UDP_CSUM', bool],
  udp_zero_csum6_tx:  ['IFLA_VXLAN_UDP_ZERO_CSUM6_TX', bool],
  udp_zero_csum6_rx:  ['IFLA_VXLAN_UDP_ZERO_CSUM6_RX', bool],
  remcsum_tx:         ['IFLA_VXLAN_REMCSUM_TX', bool],
  remcsum_rx:         ['IFLA_VXLAN_REMCSUM_RX', bool],
  gbp:                ['IFLA_VXLAN_GBP', flag],
  gpe:                ['IFLA_VXLAN_GPE', flag],
  remcsum_nopartial:  ['IFLA_VXLAN_REMCSUM_NOPARTIAL', flag],
  /** Where packets go is said for each of them (`external`). */
  collect_metadata:   ['IFLA_VXLAN_COLLECT_METADATA', bool],
  vnifilter:          ['IFLA_VXLAN_VNIFILTER', bool],
  localbypass:        ['IFLA_VXLAN_LOCALBYPASS', bool],
  /** Bits of the header that must be zero, as it stands in packets. */
  reserved_bits:      ['IFLA_VXLAN_RESERVED_BITS', hex],
  mc_route:           ['IFLA_VXLAN_MC_ROUTE', bool],
}, { unknown: 'info_data' })
