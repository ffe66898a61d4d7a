import { attributeSet, flag, u32 } from '@netsnap/core-native/schema'
import { lowerName } from './lower.ts'
import { someIndex } from './shared.ts'

// biome-ignore format: a table
export const xfrm = attributeSet('IFLA_XFRM_', {
  link_index:       ['IFLA_XFRM_LINK', someIndex],
  link:             ['IFLA_XFRM_LINK', lowerName],
  /** What states and policies of IPsec say to mean this interface. */
  if_id:            ['IFLA_XFRM_IF_ID', u32],
  /** Where packets go is said for each of them (`external`). */
  collect_metadata: ['IFLA_XFRM_COLLECT_METADATA', flag],
}, { unknown: 'info_data' })
