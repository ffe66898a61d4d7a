/** What a route wraps packets in (`RTA_ENCAP`, `NHA_ENCAP`): a set of attributes for each kind. */
import {
  address,
  attributeSet,
  be16,
  be32,
  be64,
  type Codec,
  enumOf,
  flagsOf,
  hex,
  interfaceName,
  many,
  nest,
  s32,
  select,
  text,
  u8,
  u16,
  u32,
  u64,
} from '@netsnap/core-native/schema'
import { labelStack } from './labels.ts'
import { ioam6Trace, rplSegments, seg6Encapsulation, segmentRoutingHeader } from './segments.ts'

// biome-ignore format: a table
const mpls = attributeSet('MPLS_IPTUNNEL_', {
  /** Labels to push, outermost first. */
  dst: ['MPLS_IPTUNNEL_DST', labelStack],
  /** Time to live of the labels. */
  ttl: ['MPLS_IPTUNNEL_TTL', u8],
})

/** The kernel writes the options one after the other into one set: the n-th of each belong together. */
// biome-ignore format: a table
const geneve = attributeSet('LWTUNNEL_IP_OPT_GENEVE_', {
  class: ['LWTUNNEL_IP_OPT_GENEVE_CLASS', many(be16)],
  type:  ['LWTUNNEL_IP_OPT_GENEVE_TYPE', many(u8)],
  data:  ['LWTUNNEL_IP_OPT_GENEVE_DATA', many(hex)],
})

const vxlan = attributeSet('LWTUNNEL_IP_OPT_VXLAN_', { gbp: ['LWTUNNEL_IP_OPT_VXLAN_GBP', u32] })

// biome-ignore format: a table
const erspan = attributeSet('LWTUNNEL_IP_OPT_ERSPAN_', {
  version: ['LWTUNNEL_IP_OPT_ERSPAN_VER', u8],
  index:   ['LWTUNNEL_IP_OPT_ERSPAN_INDEX', be32],
  dir:     ['LWTUNNEL_IP_OPT_ERSPAN_DIR', u8],
  hwid:    ['LWTUNNEL_IP_OPT_ERSPAN_HWID', u8],
})

// biome-ignore format: a table
const tunnelOptions = attributeSet('LWTUNNEL_IP_OPTS_', {
  geneve: ['LWTUNNEL_IP_OPTS_GENEVE', nest(geneve)],
  vxlan:  ['LWTUNNEL_IP_OPTS_VXLAN', nest(vxlan)],
  erspan: ['LWTUNNEL_IP_OPTS_ERSPAN', nest(erspan)],
})

/** The kernel's constants are in network order; a load in the host's order sees them as it has resolved them. */
const tunnelFlags = flagsOf('TUNNEL_', { scalar: u16, except: 'TUNNEL_ENCAP_' })

// biome-ignore format: a table
const ip = attributeSet('LWTUNNEL_IP_', {
  /** Tunnel key. */
  id:         ['LWTUNNEL_IP_ID', be64],
  dst:        ['LWTUNNEL_IP_DST', address],
  src:        ['LWTUNNEL_IP_SRC', address],
  ttl:        ['LWTUNNEL_IP_TTL', u8],
  tos:        ['LWTUNNEL_IP_TOS', u8],
  flags:      ['LWTUNNEL_IP_FLAGS', be16],
  flag_names: ['LWTUNNEL_IP_FLAGS', tunnelFlags],
  opts:       ['LWTUNNEL_IP_OPTS', nest(tunnelOptions)],
})

// biome-ignore format: a table
const ip6 = attributeSet('LWTUNNEL_IP6_', {
  /** Tunnel key. */
  id:         ['LWTUNNEL_IP6_ID', be64],
  dst:        ['LWTUNNEL_IP6_DST', address],
  src:        ['LWTUNNEL_IP6_SRC', address],
  hoplimit:   ['LWTUNNEL_IP6_HOPLIMIT', u8],
  tc:         ['LWTUNNEL_IP6_TC', u8],
  flags:      ['LWTUNNEL_IP6_FLAGS', be16],
  flag_names: ['LWTUNNEL_IP6_FLAGS', tunnelFlags],
  opts:       ['LWTUNNEL_IP6_OPTS', nest(tunnelOptions)],
})

const GROUP_BYTES = 2
const GROUPS_AT = [0, 1, 2, 3].map((group) => group * GROUP_BYTES)
const HEX = 16

/** Half of an IPv6 address, as groups of hexadecimal digits: `2001:db8:0:1`. */
const halfAddress: Codec<string> = {
  bind: () => ({
    fits: { exactly: GROUPS_AT.length * GROUP_BYTES },
    read: (frame, at) => GROUPS_AT.map((group) => frame.view.getUint16(at + group).toString(HEX)).join(':'),
  }),
  schema: () => ({ type: 'string' }),
}

// biome-ignore format: a table
const ila = attributeSet('ILA_ATTR_', {
  locator:       ['ILA_ATTR_LOCATOR', halfAddress],
  identifier:    ['ILA_ATTR_IDENTIFIER', halfAddress],
  locator_match: ['ILA_ATTR_LOCATOR_MATCH', halfAddress],
  ifindex:       ['ILA_ATTR_IFINDEX', s32],
  dir:           ['ILA_ATTR_DIR', u32],
  csum_mode:     ['ILA_ATTR_CSUM_MODE', enumOf('ILA_CSUM_')],
  ident_type:    ['ILA_ATTR_IDENT_TYPE', enumOf('ILA_ATYPE_')],
  hook_type:     ['ILA_ATTR_HOOK_TYPE', enumOf('ILA_HOOK_ROUTE_')],
})

/** How the routing header is put on, and the header. */
const seg6 = attributeSet('SEG6_IPTUNNEL_', { srh: ['SEG6_IPTUNNEL_SRH', seg6Encapsulation] })

// biome-ignore format: a table
const seg6Program = attributeSet('SEG6_LOCAL_BPF_PROG_', {
  prog: ['SEG6_LOCAL_BPF_PROG', u32],
  name: ['SEG6_LOCAL_BPF_PROG_NAME', text],
})

// biome-ignore format: a table
const seg6Counters = attributeSet('SEG6_LOCAL_CNT_', {
  packets: ['SEG6_LOCAL_CNT_PACKETS', u64],
  bytes:   ['SEG6_LOCAL_CNT_BYTES', u64],
  errors:  ['SEG6_LOCAL_CNT_ERRORS', u64],
})

// biome-ignore format: a table
const seg6Flavors = attributeSet('SEG6_LOCAL_FLV_', {
  operation:       ['SEG6_LOCAL_FLV_OPERATION', u32],
  operation_names: ['SEG6_LOCAL_FLV_OPERATION', flagsOf('SEG6_LOCAL_FLV_OP_', { scalar: u32, numbered: true })],
  lblen:           ['SEG6_LOCAL_FLV_LCBLOCK_BITS', u8],
  nflen:           ['SEG6_LOCAL_FLV_LCNODE_FN_BITS', u8],
})

// biome-ignore format: a table
const seg6Local = attributeSet('SEG6_LOCAL_', {
  /** What becomes of a packet for the segment: `END_X`, `END_DT6`, ... */
  action:    ['SEG6_LOCAL_ACTION', enumOf('SEG6_LOCAL_ACTION_', { scalar: u32 })],
  srh:       ['SEG6_LOCAL_SRH', segmentRoutingHeader],
  table:     ['SEG6_LOCAL_TABLE', u32],
  nh4:       ['SEG6_LOCAL_NH4', address],
  nh6:       ['SEG6_LOCAL_NH6', address],
  iif_index: ['SEG6_LOCAL_IIF', u32],
  iif:       ['SEG6_LOCAL_IIF', interfaceName],
  oif_index: ['SEG6_LOCAL_OIF', u32],
  oif:       ['SEG6_LOCAL_OIF', interfaceName],
  bpf:       ['SEG6_LOCAL_BPF', nest(seg6Program)],
  vrftable:  ['SEG6_LOCAL_VRFTABLE', u32],
  counters:  ['SEG6_LOCAL_COUNTERS', nest(seg6Counters)],
  flavors:   ['SEG6_LOCAL_FLAVORS', nest(seg6Flavors)],
})

// biome-ignore format: a table
const program = attributeSet('LWT_BPF_PROG_', {
  fd:   ['LWT_BPF_PROG_FD', u32],
  name: ['LWT_BPF_PROG_NAME', text],
})

// biome-ignore format: a table
const bpf = attributeSet('LWT_BPF_', {
  in:       ['LWT_BPF_IN', nest(program)],
  out:      ['LWT_BPF_OUT', nest(program)],
  xmit:     ['LWT_BPF_XMIT', nest(program)],
  headroom: ['LWT_BPF_XMIT_HEADROOM', u32],
})

const rpl = attributeSet('RPL_IPTUNNEL_', { segs: ['RPL_IPTUNNEL_SRH', rplSegments] })

// biome-ignore format: a table
const ioam6 = attributeSet('IOAM6_IPTUNNEL_', {
  mode:   ['IOAM6_IPTUNNEL_MODE', enumOf('IOAM6_IPTUNNEL_MODE_')],
  dst:    ['IOAM6_IPTUNNEL_DST', address],
  src:    ['IOAM6_IPTUNNEL_SRC', address],
  trace:  ['IOAM6_IPTUNNEL_TRACE', ioam6Trace],
  /** The trace is put into `freq_k` of `freq_n` packets. */
  freq_k: ['IOAM6_IPTUNNEL_FREQ_K', u32],
  freq_n: ['IOAM6_IPTUNNEL_FREQ_N', u32],
})

// biome-ignore format: a table
const xfrm = attributeSet('LWT_XFRM_', {
  if_id:    ['LWT_XFRM_IF_ID', u32],
  link:     ['LWT_XFRM_LINK', u32],
  link_dev: ['LWT_XFRM_LINK', interfaceName],
})

/** The kind of an encapsulation: `MPLS`, `IP`, `SEG6`, ... */
export const encapsulationType = enumOf('LWTUNNEL_ENCAP_', { scalar: u16, unnamed: 'ENCAP_' })

/** An encapsulation, as the sibling field `encap_type` says. */
export const encapsulation = select('encap_type', {
  MPLS: nest(mpls),
  IP: nest(ip),
  ILA: nest(ila),
  IP6: nest(ip6),
  SEG6: nest(seg6),
  BPF: nest(bpf),
  SEG6_LOCAL: nest(seg6Local),
  RPL: nest(rpl),
  IOAM6: nest(ioam6),
  XFRM: nest(xfrm),
})
