/** What an 802.1Qbg switch was told of a port (`IFLA_PORT_SELF`, `IFLA_VF_PORTS`). */
import { attributeSet, enumOf, hex, list, nest, text, u8, u16, u32 } from '@netsnap/core-native/schema'

// biome-ignore format: a table
const port = attributeSet('IFLA_PORT_', {
  /** Number of the virtual function; all bits set for the link itself. */
  vf:            ['IFLA_PORT_VF', u32],
  profile:       ['IFLA_PORT_PROFILE', text],
  vsi_type:      ['IFLA_PORT_VSI_TYPE', hex],
  instance_uuid: ['IFLA_PORT_INSTANCE_UUID', hex],
  host_uuid:     ['IFLA_PORT_HOST_UUID', hex],
  /** What was asked for: `associate`, `preassociate`, ... */
  request:       ['IFLA_PORT_REQUEST', enumOf('PORT_REQUEST_', { scalar: u8, lowerCase: true })],
  /** What came of it, by number. */
  response:      ['IFLA_PORT_RESPONSE', u16],
})

/** `port_self: ['IFLA_PORT_SELF', ownPort]` */
export const ownPort = nest(port)
/** `vf_ports: ['IFLA_VF_PORTS', functionPorts]` */
export const functionPorts = list(nest(port))
