/** Multicast groups that interfaces have joined, and anycast addresses that they have: what `ip maddr` shows of them. */
import {
  type Asked,
  type Consistency,
  type Dump,
  dumpOf,
  marked,
  NetlinkError,
  namesForRecords,
  type ReadOptions,
  type Session,
  type SourceOptions,
  withSession,
} from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import {
  addressFamily,
  header,
  interfaceName,
  address as ipAddress,
  named,
  type RecordOf,
  seconds,
  struct,
  table,
  u8,
  u32,
} from '@netsnap/core-native/schema'
import { addressFlags } from './address-codecs.ts'
import { checkFilter, indexOf } from './filter.ts'

// biome-ignore format: a table
const common = header('ifaddrmsg', {
  /** Address family: `ipv4`, `ipv6`. */
  family:     ['ifa_family', addressFamily],
  /** Length of the prefix: that of the whole address. */
  prefixlen:  ['ifa_prefixlen', u8],
  scope:      ['ifa_scope', u8],
  /** How far the address is good: `universe`, `site`, `link`, ... */
  scope_name: ['ifa_scope', named('RT_SCOPE_', { file: 'rt_scopes', lowerCase: true, unnamed: 'custom_' })],
  flags:      ['ifa_flags', u8],
  flag_names: ['ifa_flags', addressFlags(u8)],
  dev_index:  ['ifa_index', u32],
  dev:        ['ifa_index', interfaceName],
})

// biome-ignore format: a table
const cacheInfo = struct('ifa_cacheinfo', {
  /** When it was joined, in hundredths of a second since the system started. */
  created_tstamp:     ['cstamp', u32],
  created_tstamp_sec: ['cstamp', seconds(u32)],
  updated_tstamp:     ['tstamp', u32],
  updated_tstamp_sec: ['tstamp', seconds(u32)],
})

// The kernel goes on from the interface, but by count within one, unmarked (in6_dump_addrs). Kernels before 6.14 tell of
// no change.
// biome-ignore format: a table
export const multicastAddress = table({
  name: 'multicast_address',
  request: 'RTM_GETMULTICAST',
  reply: 'RTM_GETMULTICAST',
  header: common,
  group: 'IFA_',
  watch: ['RTNLGRP_IPV4_MCADDR', 'RTNLGRP_IPV6_MCADDR'],
  attributes: {
    address:   ['IFA_MULTICAST', ipAddress],
    cacheinfo: ['IFA_CACHEINFO', cacheInfo],
  },
  skip: 'others',
})

// biome-ignore format: a table
export const anycastAddress = table({
  name: 'anycast_address',
  request: 'RTM_GETANYCAST',
  reply: 'RTM_GETANYCAST',
  header: common,
  group: 'IFA_',
  watch: ['RTNLGRP_IPV6_ACADDR'],
  attributes: {
    address:   ['IFA_ANYCAST', ipAddress],
    cacheinfo: ['IFA_CACHEINFO', cacheInfo],
  },
  skip: 'others',
})

/** A multicast group that an interface has joined. */
export interface MulticastAddress extends RecordOf<typeof multicastAddress> {}
/** An anycast address of an interface. */
export interface AnycastAddress extends RecordOf<typeof anycastAddress> {}

export interface GetMulticastAddressesOptions extends Omit<ReadOptions, 'lookups' | 'bigint'>, SourceOptions {
  /** Those of one interface, by its name, an alternative name or its number. */
  readonly dev?: string | number | undefined
}

const ASKED: Asked = { protocol: 'NETLINK_ROUTE', table: 'multicast_address', options: ['dev'] }

/** Both families, one by one: the kernel does not list them together. IPv4 has neither in kernels that refuse. */
async function dumpBoth<T>(
  session: Session,
  reading: ReadOptions,
  table: typeof multicastAddress | typeof anycastAddress,
): Promise<Dump<T>> {
  const dumps: Dump<T>[] = []
  for (const family of ['AF_INET', 'AF_INET6'] as const) {
    try {
      dumps.push((await session.dump(table, { header: { ifa_family: constant(family) } }, reading)) as Dump<T>)
    } catch (error) {
      if (!(error instanceof NetlinkError && error.code === 'EOPNOTSUPP')) throw error
    }
  }
  // A kernel that lacks a family's list may give that of all families it has.
  const seen = new Set<string>()
  const unlike = dumps.flat().filter((one) => {
    const key = JSON.stringify(one)
    return seen.has(key) ? false : seen.add(key)
  })
  return dumpOf(unlike, ...dumps)
}

/** Records by the numbers of their interfaces. */
function byInterface<T extends { readonly dev_index: number }>(
  records: Dump<T>,
): ReadonlyMap<number, T[]> & Consistency {
  const found = new Map<number, T[]>()
  for (const one of records) {
    const known = found.get(one.dev_index)
    if (known) known.push(one)
    else found.set(one.dev_index, [one])
  }
  return marked(found, records)
}

/** The multicast groups and anycast addresses of all interfaces, by the numbers of those. */
export async function multicastAddressesOf(session: Session, reading: ReadOptions) {
  return {
    multicast: byInterface(await dumpBoth<MulticastAddress>(session, reading, multicastAddress)),
    anycast: byInterface(await dumpBoth<AnycastAddress>(session, reading, anycastAddress)),
  }
}

async function read<T extends { readonly dev_index: number }>(
  options: GetMulticastAddressesOptions,
  table: typeof multicastAddress | typeof anycastAddress,
): Promise<Dump<T>> {
  checkFilter({ dev: options.dev })
  return withSession({ ...ASKED, table: table.name }, options, async (session, reading) => {
    const dev = await indexOf(session, options.dev, table.name, reading)
    const interfaces = await namesForRecords(session, reading)
    const found = await dumpBoth<T>(session, { ...reading, lookups: { interfaces } }, table)
    const wanted = found.filter(({ dev_index }) => dev === undefined || dev_index === dev)
    return dumpOf(wanted, found, interfaces)
  })
}

/**
 * The multicast groups that interfaces have joined. Kernels before 6.14 do not list those of IPv4, nor tell of groups that
 * are left while they are listed: on these one can be missing of an interface that has too many for one message.
 *
 * Rejects with `NetlinkError`: `ENODEV` where there is no interface of that name, `DUMP_INTERRUPTED` where groups changed
 * each time they were listed, `ENOENT` where there is no such namespace, `EPERM` where it may not be entered, `ABORTED`
 * and `TIMEOUT` as asked for.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export const getMulticastAddresses = async (options: GetMulticastAddressesOptions = {}) =>
  read<MulticastAddress>(options, multicastAddress)

/** The anycast addresses of interfaces, which only IPv6 has; as {@link getMulticastAddresses}. */
export const getAnycastAddresses = async (options: GetMulticastAddressesOptions = {}) =>
  read<AnycastAddress>(options, anycastAddress)
