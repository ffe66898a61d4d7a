import { release } from 'node:os'
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
import { attachEmitted } from '@netsnap/core-native/compile'
import { constant } from '@netsnap/core-native/constants'
import { checkFilter, indexOf } from './filter.ts'
import * as anycastEmitted from './generated/anycast_address.decoders.ts'
import * as multicastEmitted from './generated/multicast_address.decoders.ts'
import {
  type AnycastAddress,
  anycastAddress,
  type MulticastAddress,
  multicastAddress,
} from './multicast-address-table.ts'

export {
  type AnycastAddress,
  anycastAddress,
  type MulticastAddress,
  multicastAddress,
} from './multicast-address-table.ts'

attachEmitted(multicastAddress, multicastEmitted)
attachEmitted(anycastAddress, anycastEmitted)

/** Which multicast or anycast addresses to read, and how. */
export interface MulticastOptions extends Omit<ReadOptions, 'lookups' | 'bigint'> {
  readonly family?: 'ipv4' | 'ipv6' | undefined
  /** Those of one interface, by its name, an alternative name or its number. */
  readonly dev?: string | number | undefined
}
export interface GetMulticastAddressesOptions extends MulticastOptions, SourceOptions {}

const OPTIONS = ['family', 'dev'] as const
const MULTICAST: Asked = { protocol: 'NETLINK_ROUTE', table: 'multicast_address', options: OPTIONS }
const ANYCAST: Asked = { protocol: 'NETLINK_ROUTE', table: 'anycast_address', options: OPTIONS }

/** A family that has such addresses, and the group that tells of their changes in newer kernels. */
const MULTICAST_OF = [
  ['ipv4', 'AF_INET', 'RTNLGRP_IPV4_MCADDR'],
  ['ipv6', 'AF_INET6', 'RTNLGRP_IPV6_MCADDR'],
] as const
const ANYCAST_OF = [['ipv6', 'AF_INET6', 'RTNLGRP_IPV6_ACADDR']] as const

type Families = typeof MULTICAST_OF | typeof ANYCAST_OF
type AnyAddress = MulticastAddress | AnycastAddress

const TELLS = [6, 15] as const // not a kernel number: the release of Linux from which on all of these groups are there

/** Whether the kernel has these groups: one that does not refuses the whole request. */
function tells(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  return major > TELLS[0] || (major === TELLS[0] && minor >= TELLS[1])
}

/** One family's; none where the kernel does not list them. */
async function ofFamily(
  session: Session,
  table: typeof multicastAddress | typeof anycastAddress,
  [, family, group]: Families[number],
  reading: ReadOptions,
): Promise<Dump<AnyAddress>> {
  const request = { header: { ifa_family: constant(family) }, watch: tells() ? [group] : [] }
  try {
    return (await session.dump(table, request, reading)) as Dump<AnyAddress>
  } catch (error) {
    const none = error instanceof NetlinkError && ['EOPNOTSUPP', 'EAFNOSUPPORT'].includes(error.code)
    if (none) return dumpOf<AnyAddress>([])
    throw error
  }
}

async function ofFamilies(
  session: Session,
  table: typeof multicastAddress | typeof anycastAddress,
  families: Families,
  { family, ...reading }: ReadOptions & { readonly family?: string | undefined },
): Promise<Dump<AnyAddress>> {
  const found: Dump<AnyAddress>[] = []
  for (const one of families) {
    if (family === undefined || one[0] === family) found.push(await ofFamily(session, table, one, reading))
  }
  return dumpOf(found.flat(), ...found)
}

async function read(
  asked: Asked,
  table: typeof multicastAddress | typeof anycastAddress,
  families: Families,
  options: GetMulticastAddressesOptions,
): Promise<Dump<AnyAddress>> {
  return withSession(asked, options, async (session, reading) => {
    const { family, dev } = options
    checkFilter({ family, dev })
    const index = await indexOf(session, dev, asked.table, reading)
    const interfaces = await namesForRecords(session, reading)
    const found = await ofFamilies(session, table, families, { ...reading, family, lookups: { interfaces } })
    const wanted = index === undefined ? found : found.filter(({ dev_index }) => dev_index === index)
    return dumpOf([...wanted], interfaces, found)
  })
}

/**
 * The multicast groups that the interfaces of a network namespace have joined, family by family. Older kernels (6.12) do
 * not list those of IPv4: there are those of IPv6 alone then.
 *
 * The kernel does not mark a list that was interrupted. Newer ones (6.18) tell of changes, and a list during which one was
 * told is started again. With older ones groups of one interface can be missed, or come twice, where it leaves some while they are
 * listed and has more than fit into one message, which is about 400.
 *
 * Rejects with `NetlinkError`: `DUMP_INTERRUPTED` where the groups changed each time they were listed, `ENODEV` where there
 * is no such interface, `ENOENT` where there is no such namespace, `EPERM` where it may not be entered, `ABORTED` and
 * `TIMEOUT` as asked for.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export async function getMulticastAddresses(
  options: GetMulticastAddressesOptions = {},
): Promise<Dump<MulticastAddress>> {
  return (await read(MULTICAST, multicastAddress, MULTICAST_OF, options)) as Dump<MulticastAddress>
}

/** The anycast addresses of IPv6. Rejects as {@link getMulticastAddresses} does, and misses what that may miss. */
export async function getAnycastAddresses(options: GetMulticastAddressesOptions = {}): Promise<Dump<AnycastAddress>> {
  return (await read(ANYCAST, anycastAddress, ANYCAST_OF, options)) as Dump<AnycastAddress>
}

/** Multicast and anycast addresses by the index of their interface. */
export interface AddressesByIndex extends Consistency {
  readonly multicast: ReadonlyMap<number, MulticastAddress[]>
  readonly anycast: ReadonlyMap<number, AnycastAddress[]>
}

function byIndex<T extends AnyAddress>(found: readonly AnyAddress[]): Map<number, T[]> {
  const byIndex = new Map<number, T[]>()
  for (const one of found as readonly T[]) {
    const before = byIndex.get(one.dev_index)
    if (before) before.push(one)
    else byIndex.set(one.dev_index, [one])
  }
  return byIndex
}

/** Both of a namespace, for the records of its interfaces. The names of these are those of `reading.lookups`. */
export async function multicastAddressesOf(session: Session, reading: ReadOptions): Promise<AddressesByIndex> {
  const multicast = await ofFamilies(session, multicastAddress, MULTICAST_OF, reading)
  const anycast = await ofFamilies(session, anycastAddress, ANYCAST_OF, reading)
  return marked(
    { multicast: byIndex<MulticastAddress>(multicast), anycast: byIndex<AnycastAddress>(anycast) },
    multicast,
    anycast,
  )
}
