/** Rings of HSR and pairs of networks of PRP: the kind is `hsr` in both. */
import { attributeSet, enumOf, hardwareAddress, interfaceName, u8, u16, u32 } from '@netsnap/core-native/schema'

// biome-ignore format: a table
export const hsr = attributeSet('IFLA_HSR_', {
  slave1_index:     ['IFLA_HSR_SLAVE1', u32],
  slave1:           ['IFLA_HSR_SLAVE1', interfaceName],
  slave2_index:     ['IFLA_HSR_SLAVE2', u32],
  slave2:           ['IFLA_HSR_SLAVE2', interfaceName],
  interlink_index:  ['IFLA_HSR_INTERLINK', u32],
  interlink:        ['IFLA_HSR_INTERLINK', interfaceName],
  multicast_spec:   ['IFLA_HSR_MULTICAST_SPEC', u8],
  supervision_addr: ['IFLA_HSR_SUPERVISION_ADDR', hardwareAddress],
  seq_nr:           ['IFLA_HSR_SEQ_NR', u16],
  version:          ['IFLA_HSR_VERSION', u8],
  /** `hsr` or `prp`. */
  protocol:         ['IFLA_HSR_PROTOCOL', enumOf('HSR_PROTOCOL_', { lowerCase: true })],
}, { unknown: 'info_data' })
