import { attributeSet, be16, nest, u16 } from '@netsnap/core-native/schema'

const vlan = attributeSet(
  'IFLA_VLAN_',
  { id: ['IFLA_VLAN_ID', u16], protocol: ['IFLA_VLAN_PROTOCOL', be16] },
  { skip: 'others' },
)

/** What IFLA_INFO_DATA becomes, by IFLA_INFO_KIND: a field of the record, and how it is read. */
export const kinds = { vlan: { vlan: nest(vlan) } } as const
/** The same of IFLA_INFO_SLAVE_DATA, by IFLA_INFO_SLAVE_KIND. */
export const ports = {} as const
