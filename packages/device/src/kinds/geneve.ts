import {
  address,
  attributeSet,
  be16,
  be32,
  bool,
  type Codec,
  flag,
  mapped,
  struct,
  text,
  u8,
  u32,
} from '@netsnap/core-native/schema'
import { dontFragment } from './shared.ts'

const HEX = 16
const DIGITS = 5 // not a kernel number: hexadecimal digits of 20 bits
const labelHex: Codec<string> = mapped(be32, text, (label) => `0x${label.toString(HEX).padStart(DIGITS, '0')}`)

/** The struct is newer than the headers of 6.12, and as VXLAN's: two numbers in network byte order. */
const portRange = struct('ifla_vxlan_port_range', { low: ['low', be16], high: ['high', be16] })

// biome-ignore format: a table
export const geneve = attributeSet('IFLA_GENEVE_', {
  vni:                 ['IFLA_GENEVE_ID', u32],
  remote:              ['IFLA_GENEVE_REMOTE', address],
  remote6:             ['IFLA_GENEVE_REMOTE6', address],
  ttl:                 ['IFLA_GENEVE_TTL', u8],
  /** The TTL is that of the packet within. */
  ttl_inherit:         ['IFLA_GENEVE_TTL_INHERIT', bool],
  tos:                 ['IFLA_GENEVE_TOS', u8],
  df:                  ['IFLA_GENEVE_DF', dontFragment('GENEVE_DF_')],
  label:               ['IFLA_GENEVE_LABEL', be32],
  label_hex:           ['IFLA_GENEVE_LABEL', labelHex],
  /** UDP port of the other end. */
  port:                ['IFLA_GENEVE_PORT', be16],
  /** UDP ports that packets come from. */
  port_range:          ['IFLA_GENEVE_PORT_RANGE', portRange],
  /** Where packets go is said for each of them (`external`). */
  collect_metadata:    ['IFLA_GENEVE_COLLECT_METADATA', flag],
  udp_csum:            ['IFLA_GENEVE_UDP_CSUM', bool],
  udp_zero_csum6_tx:   ['IFLA_GENEVE_UDP_ZERO_CSUM6_TX', bool],
  udp_zero_csum6_rx:   ['IFLA_GENEVE_UDP_ZERO_CSUM6_RX', bool],
  inner_proto_inherit: ['IFLA_GENEVE_INNER_PROTO_INHERIT', flag],
}, { unknown: 'info_data' })
