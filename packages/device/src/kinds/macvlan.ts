/** macvlan and macvtap. */
import { attributeSet, enumOf, flagsOf, hardwareAddress, list, s32, u16, u32 } from '@netsnap/core-native/schema'

// biome-ignore format: a table
export const macvlan = attributeSet('IFLA_MACVLAN_', {
  /** `private`, `vepa`, `bridge`, `passthru`, `source`. */
  mode:              ['IFLA_MACVLAN_MODE', enumOf('MACVLAN_MODE_', { scalar: u32, lowerCase: true })],
  flags:             ['IFLA_MACVLAN_FLAGS', u16],
  flag_names:        ['IFLA_MACVLAN_FLAGS', flagsOf('MACVLAN_FLAG_', { scalar: u16, lowerCase: true })],
  macaddr_count:     ['IFLA_MACVLAN_MACADDR_COUNT', u32],
  /** Of the mode `source`: whose packets it takes. */
  macaddr_data:      ['IFLA_MACVLAN_MACADDR_DATA', list(hardwareAddress)],
  /** Packets to many that may wait; what was asked for, and the most that any has asked for. */
  bc_queue_len:      ['IFLA_MACVLAN_BC_QUEUE_LEN', u32],
  bc_queue_len_used: ['IFLA_MACVLAN_BC_QUEUE_LEN_USED', u32],
  bc_cutoff:         ['IFLA_MACVLAN_BC_CUTOFF', s32],
}, { unknown: 'info_data', skip: ['IFLA_MACVLAN_MACADDR_MODE', 'IFLA_MACVLAN_MACADDR'] })
