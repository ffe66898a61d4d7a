/** Multicast groups that interfaces have joined, and anycast addresses. A line below is a field of the record. */
import {
  address,
  addressFamily,
  header,
  interfaceName,
  named,
  type RecordOf,
  s32,
  seconds,
  struct,
  table,
  u8,
  u32,
} from '@netsnap/core-native/schema'
import { addressFlags } from './address-codecs.ts'

// biome-ignore format: a table
const cacheInfo = struct('ifa_cacheinfo', {
  /** When it was joined or made, in hundredths of a second since the system started. */
  created_tstamp:     ['cstamp', u32],
  created_tstamp_sec: ['cstamp', seconds(u32)],
  /** When it last changed, in hundredths of a second since the system started. */
  updated_tstamp:     ['tstamp', u32],
  updated_tstamp_sec: ['tstamp', seconds(u32)],
})

// biome-ignore format: a table
const fixed = header('ifaddrmsg', {
  /** Address family: `ipv4`, `ipv6`. */
  family:     ['ifa_family', addressFamily],
  prefixlen:  ['ifa_prefixlen', u8],
  scope:      ['ifa_scope', u8],
  /** How far it is good: `universe` or `site`. */
  scope_name: ['ifa_scope', named('RT_SCOPE_', { file: 'rt_scopes', lowerCase: true, unnamed: 'custom_' })],
  flags:      ['ifa_flags', u8],
  flag_names: ['ifa_flags', addressFlags(u8)],
  dev_index:  ['ifa_index', u32],
  /** The interface. */
  dev:        ['ifa_index', interfaceName],
})

// biome-ignore format: a table
const lines = {
  cacheinfo:      ['IFA_CACHEINFO', cacheInfo],
  /** Number of the namespace that was asked about. */
  target_netnsid: ['IFA_TARGET_NETNSID', s32],
} as const

// biome-ignore format: a table
export const multicastAddress = table({
  name: 'multicast_address',
  request: 'RTM_GETMULTICAST',
  reply: 'RTM_GETMULTICAST',
  header: fixed,
  group: 'IFA_',
  attributes: {
    /** The group. */
    address: ['IFA_MULTICAST', address],
    ...lines,
  },
  skip: 'others',
})

// biome-ignore format: a table
export const anycastAddress = table({
  name: 'anycast_address',
  request: 'RTM_GETANYCAST',
  reply: 'RTM_GETANYCAST',
  header: fixed,
  group: 'IFA_',
  attributes: {
    /** The address. */
    address: ['IFA_ANYCAST', address],
    ...lines,
  },
  skip: 'others',
})

/** A multicast group that an interface has joined. */
export interface MulticastAddress extends RecordOf<typeof multicastAddress> {}
/** An anycast address of an interface. */
export interface AnycastAddress extends RecordOf<typeof anycastAddress> {}
