/** ipvlan and ipvtap. */
import { attributeSet, enumOf, flagsOf, u16 } from '@netsnap/core-native/schema'

// biome-ignore format: a table
export const ipvlan = attributeSet('IFLA_IPVLAN_', {
  /** `l2`, `l3`, `l3s`. */
  mode:       ['IFLA_IPVLAN_MODE', enumOf('IPVLAN_MODE_', { scalar: u16, lowerCase: true })],
  flags:      ['IFLA_IPVLAN_FLAGS', u16],
  /** Who may reach whom: `private`, `vepa`; neither: all each other (`bridge`). */
  flag_names: ['IFLA_IPVLAN_FLAGS', flagsOf('IPVLAN_F_', { scalar: u16, lowerCase: true })],
}, { unknown: 'info_data' })
