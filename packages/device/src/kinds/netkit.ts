import { attributeSet, bool, enumOf, mapped, s32, text, u16, u32 } from '@netsnap/core-native/schema'

/** What becomes of a packet where no program says: `pass`, `drop`, ... */
const policy = enumOf('NETKIT_', { scalar: s32, lowerCase: true, except: 'NETKIT_L' })
/** The names are digits and nothing else after `NETKIT_L`, and what else begins with `NETKIT_` are policies. */
const mode = mapped(enumOf('NETKIT_L', { scalar: u32, unnamed: 'mode_' }), text, (name) =>
  /^\d/.test(name) ? `l${name}` : name,
)
const scrub = enumOf('NETKIT_SCRUB_', { scalar: u32, lowerCase: true })

// biome-ignore format: a table
export const netkit = attributeSet('IFLA_NETKIT_', {
  /** It is the end that the pair was made with. */
  primary:     ['IFLA_NETKIT_PRIMARY', bool],
  /** `l2` or `l3`. */
  mode:        ['IFLA_NETKIT_MODE', mode],
  policy:      ['IFLA_NETKIT_POLICY', policy],
  peer_policy: ['IFLA_NETKIT_PEER_POLICY', policy],
  /** Whether packets lose their mark and priority: `none`, `default`. */
  scrub:       ['IFLA_NETKIT_SCRUB', scrub],
  peer_scrub:  ['IFLA_NETKIT_PEER_SCRUB', scrub],
  /** Room that was asked for before and after a packet, in bytes. */
  headroom:    ['IFLA_NETKIT_HEADROOM', u16],
  tailroom:    ['IFLA_NETKIT_TAILROOM', u16],
}, { unknown: 'info_data', skip: ['IFLA_NETKIT_PEER_INFO'] })
