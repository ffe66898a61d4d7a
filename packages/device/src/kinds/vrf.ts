import { attributeSet, named, u32 } from '@netsnap/core-native/schema'

const table = named('RT_TABLE_', { file: 'rt_tables', scalar: u32, unnamed: 'TABLE_' })

// biome-ignore format: a table
export const vrf = attributeSet('IFLA_VRF_', {
  /** Routing table, by the kernel's or the administrator's name. */
  table:    ['IFLA_VRF_TABLE', table],
  table_id: ['IFLA_VRF_TABLE', u32],
}, { unknown: 'info_data' })

// biome-ignore format: a table
export const vrfPort = attributeSet('IFLA_VRF_PORT_', {
  table:    ['IFLA_VRF_PORT_TABLE', table],
  table_id: ['IFLA_VRF_PORT_TABLE', u32],
}, { unknown: 'info_slave_data' })
