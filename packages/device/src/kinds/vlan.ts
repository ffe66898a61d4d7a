import { attributeSet, be16, enumOf, flagsOf, list, mapped, struct, text, u16, u32 } from '@netsnap/core-native/schema'
import { asTrue, etherTypeHex, together } from './shared.ts'

const PROTOCOLS: Readonly<Record<string, string>> = { '8021Q': '802.1Q', '8021AD': '802.1ad (QinQ)' }

const protocol = together({
  value: etherTypeHex(be16),
  name: mapped(enumOf('ETH_P_', { scalar: be16 }), text, (name) => PROTOCOLS[name] ?? name),
})

const mapping = struct('ifla_vlan_qos_mapping', { from: ['from', u32], to: ['to', u32] })

// biome-ignore format: a table
const flags = struct('ifla_vlan_flags', {
  value:   ['flags', u32],
  mask:    ['mask', u32],
  /** `reorder_hdr`, `gvrp`, `loose_binding`, `mvrp`, `bridge_binding`: `true` for each that is set. */
  decoded: ['flags', asTrue(flagsOf('VLAN_FLAG_', { scalar: u32, lowerCase: true }))],
})

// biome-ignore format: a table
export const vlan = attributeSet('IFLA_VLAN_', {
  id:            ['IFLA_VLAN_ID', u16],
  /** Its number, and its name: `802.1Q` or `802.1ad (QinQ)`. */
  protocol:      ['IFLA_VLAN_PROTOCOL', protocol],
  flags:         ['IFLA_VLAN_FLAGS', flags],
  /** From the priority of a packet's tag to its own. */
  ingress_qos:   ['IFLA_VLAN_INGRESS_QOS', list(mapping)],
  /** From a packet's priority to that of its tag. */
  egress_qos:    ['IFLA_VLAN_EGRESS_QOS', list(mapping)],
}, { unknown: 'info_data' })
