/** Kinds with a handful of attributes. */
import {
  address,
  attributeSet,
  be16,
  bool,
  enumOf,
  flag,
  flagsOf,
  interfaceName,
  mapped,
  struct,
  text,
  u8,
  u16,
  u32,
} from '@netsnap/core-native/schema'
import { lowerName } from './lower.ts'
import { etherTypeHex, someIndex } from './shared.ts'

// biome-ignore format: a table
export const bareudp = attributeSet('IFLA_BAREUDP_', {
  port:            ['IFLA_BAREUDP_PORT', be16],
  /** What it carries, by Ethernet's number and name. */
  ethertype:       ['IFLA_BAREUDP_ETHERTYPE', etherTypeHex(be16)],
  ethertype_name:  ['IFLA_BAREUDP_ETHERTYPE', enumOf('ETH_P_', { scalar: be16, lowerCase: true })],
  srcport_min:     ['IFLA_BAREUDP_SRCPORT_MIN', u16],
  multiproto_mode: ['IFLA_BAREUDP_MULTIPROTO_MODE', flag],
}, { unknown: 'info_data' })

// biome-ignore format: a table
export const gtp = attributeSet('IFLA_GTP_', {
  pdp_hashsize:   ['IFLA_GTP_PDP_HASHSIZE', u32],
  /** `ggsn` or `sgsn`. */
  role:           ['IFLA_GTP_ROLE', enumOf('GTP_ROLE_', { scalar: u32, lowerCase: true })],
  create_sockets: ['IFLA_GTP_CREATE_SOCKETS', u8],
  restart_count:  ['IFLA_GTP_RESTART_COUNT', u8],
  local:          ['IFLA_GTP_LOCAL', address],
  local6:         ['IFLA_GTP_LOCAL6', address],
}, { unknown: 'info_data', skip: ['IFLA_GTP_FD0', 'IFLA_GTP_FD1'] })

// biome-ignore format: a table
export const amt = attributeSet('IFLA_AMT_', {
  /** `gateway` or `relay`. */
  mode:         ['IFLA_AMT_MODE', enumOf('AMT_MODE_', { scalar: u32, lowerCase: true })],
  relay_port:   ['IFLA_AMT_RELAY_PORT', be16],
  gateway_port: ['IFLA_AMT_GATEWAY_PORT', be16],
  link_index:   ['IFLA_AMT_LINK', someIndex],
  link:         ['IFLA_AMT_LINK', lowerName],
  local:        ['IFLA_AMT_LOCAL_IP', address],
  remote:       ['IFLA_AMT_REMOTE_IP', address],
  discovery:    ['IFLA_AMT_DISCOVERY_IP', address],
  max_tunnels:  ['IFLA_AMT_MAX_TUNNELS', u32],
}, { unknown: 'info_data' })

// biome-ignore format: a table
const rmnetFlags = struct('ifla_rmnet_flags', {
  flags:      ['flags', u32],
  /** `ingress_deaggregation`, `ingress_map_commands`, `ingress_map_cksumv4`, ... */
  flag_names: ['flags', flagsOf('RMNET_FLAGS_', { scalar: u32, lowerCase: true })],
  mask:       ['mask', u32],
})
// biome-ignore format: a table
export const rmnet = attributeSet('IFLA_RMNET_', {
  mux_id: ['IFLA_RMNET_MUX_ID', u16],
  flags:  ['IFLA_RMNET_FLAGS', rmnetFlags],
}, { unknown: 'info_data' })

const HEX = 16
const DIGITS = 4
// biome-ignore format: a table
export const ipoib = attributeSet('IFLA_IPOIB_', {
  /** Partition, as `0x8001`. */
  pkey:   ['IFLA_IPOIB_PKEY', mapped(u16, text, (key) => `0x${key.toString(HEX).padStart(DIGITS, '0')}`)],
  /** `datagram` or `connected`. */
  mode:   ['IFLA_IPOIB_MODE', enumOf('IPOIB_MODE_', { scalar: u16, lowerCase: true })],
  umcast: ['IFLA_IPOIB_UMCAST', mapped(u16, bool, (on) => on !== 0)],
}, { unknown: 'info_data' })

export const batadv = attributeSet(
  'IFLA_BATADV_',
  { algo_name: ['IFLA_BATADV_ALGO_NAME', text] },
  { unknown: 'info_data' },
)

export const wwan = attributeSet('IFLA_WWAN_', { link_id: ['IFLA_WWAN_LINK_ID', u32] }, { unknown: 'info_data' })

// biome-ignore format: a table
export const ovpn = attributeSet('IFLA_OVPN_', {
  /** Whether there is one peer (`p2p`) or many (`mp`). */
  mode: ['IFLA_OVPN_MODE', enumOf('OVPN_MODE_', { lowerCase: true })],
}, { unknown: 'info_data' })

// biome-ignore format: a table
export const dsa = attributeSet('IFLA_DSA_', {
  conduit_index: ['IFLA_DSA_CONDUIT', u32],
  /** The interface of the host that the switch hangs on. */
  conduit:       ['IFLA_DSA_CONDUIT', interfaceName],
}, { unknown: 'info_data', skip: ['IFLA_DSA_MASTER'] })
