/** Addresses: what `ip -d address` shows. A line below is a field of the record. */
import {
  addressFamily,
  header,
  interfaceName,
  address as ipAddress,
  named,
  type RecordOf,
  s32,
  seconds,
  struct,
  table,
  text,
  u8,
  u32,
} from '@netsnap/core-native/schema'
import { addressFlags, farEnd, flagOf, lifetime, nearEnd, readiness } from './address-codecs.ts'

// biome-ignore format: a table
const cacheInfo = struct('ifa_cacheinfo', {
  /** How long it is still preferred, in seconds; 4294967295: for ever. */
  preferred_lft:      ['ifa_prefered', u32],
  /** The same for people: `forever`, `123s`. */
  preferred_lft_str:  ['ifa_prefered', lifetime],
  /** How long it is still valid, in seconds; 4294967295: for ever. */
  valid_lft:          ['ifa_valid', u32],
  valid_lft_str:      ['ifa_valid', lifetime],
  /** When it was made, in hundredths of a second since the system started. */
  created_tstamp:     ['cstamp', u32],
  created_tstamp_sec: ['cstamp', seconds(u32)],
  /** When it last changed, in hundredths of a second since the system started. */
  updated_tstamp:     ['tstamp', u32],
  updated_tstamp_sec: ['tstamp', seconds(u32)],
})

// biome-ignore format: a table
export const address = table({
  name: 'address',
  request: 'RTM_GETADDR',
  reply: 'RTM_NEWADDR',
  header: header('ifaddrmsg', {
    /** Address family: `ipv4`, `ipv6`. */
    family:       ['ifa_family', addressFamily],
    /** Length of the prefix; on a link between two, of the one that the other end is in. */
    prefixlen:    ['ifa_prefixlen', u8],
    scope:        ['ifa_scope', u8],
    /** How far the address is good: `universe`, `site`, `link`, `host`, or the administrator's name. */
    scope_name:   ['ifa_scope', named('RT_SCOPE_', { file: 'rt_scopes', lowerCase: true, unnamed: 'custom_' })],
    /** State, the lowest 8 bits of `extended_flags`. */
    flags:        ['ifa_flags', u8],
    /** State: `PERMANENT`, `TENTATIVE`, `DEPRECATED`, ... */
    flag_names:   ['ifa_flags', addressFlags(u8)],
    dev_index:    ['ifa_index', u32],
    /** The interface. */
    dev:          ['ifa_index', interfaceName],
    /** Of IPv4: it is not the first of its prefix. */
    is_secondary: ['ifa_flags', flagOf('AF_INET', 'IFA_F_SECONDARY')],
    /** Of IPv6: one that is made for privacy, and changes. */
    is_temporary: ['ifa_flags', flagOf('AF_INET6', 'IFA_F_TEMPORARY')],
  }),
  group: 'IFA_',
  attributes: {
    '...address':   ['IFA_ADDRESS', farEnd],
    '...local':     ['IFA_LOCAL', nearEnd],
    broadcast:      ['IFA_BROADCAST', ipAddress],
    /** Of an anycast address. */
    anycast:        ['IFA_ANYCAST', ipAddress],
    /** Of a multicast group. */
    multicast:      ['IFA_MULTICAST', ipAddress],
    /** Name of an IPv4 address: that of the interface, and what was added to it. */
    label:          ['IFA_LABEL', text],
    cacheinfo:      ['IFA_CACHEINFO', cacheInfo],
    /** State, all bits. */
    extended_flags: ['IFA_FLAGS', u32],
    flag_names:     ['IFA_FLAGS', addressFlags(u32)],
    /** Whether it can be used: `ready`, `pending` (not known to be free yet), `failed` (somebody else has it), or `down`. */
    readiness:      ['IFA_FLAGS', readiness],
    protocol:       ['IFA_PROTO', u8],
    /** Who made it: `kernel_lo`, `kernel_ra` (of a router's announcement), `kernel_ll`, or the administrator's name. */
    protocol_name:  ['IFA_PROTO', named('IFAPROT_', { file: 'rt_addrprotos', lowerCase: true, unnamed: 'unknown_' })],
    /** Metric of the route to its prefix. */
    metric:         ['IFA_RT_PRIORITY', u32],
    /** Number of the namespace that was asked about. */
    target_netnsid: ['IFA_TARGET_NETNSID', s32],
  },
})

/** One address. A field is absent where the kernel sent no such attribute. */
export interface Address extends RecordOf<typeof address> {}
