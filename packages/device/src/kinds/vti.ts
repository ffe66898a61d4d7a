/** Tunnels whose packets IPsec takes: vti and vti6. */
import { attributeSet, be32, u32 } from '@netsnap/core-native/schema'
import { lowerName } from './lower.ts'
import { endpoint, someIndex } from './shared.ts'

// biome-ignore format: a table
export const vti = attributeSet('IFLA_VTI_', {
  link_index: ['IFLA_VTI_LINK', someIndex],
  link:       ['IFLA_VTI_LINK', lowerName],
  local:      ['IFLA_VTI_LOCAL', endpoint],
  remote:     ['IFLA_VTI_REMOTE', endpoint],
  ikey:       ['IFLA_VTI_IKEY', be32],
  okey:       ['IFLA_VTI_OKEY', be32],
  fwmark:     ['IFLA_VTI_FWMARK', u32],
}, { unknown: 'info_data' })
