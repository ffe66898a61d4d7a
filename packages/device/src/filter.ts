import {
  interfaceIndexOf,
  NetlinkError,
  nestedAttributes,
  type ReadOptions,
  type RequestParts,
  type Session,
  shown,
} from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import { encodeText, familyNumber, uint32 } from '@netsnap/core-native/schema'
import type { Link } from './link.ts'

/** Which links to read. The kernel leaves the others out where it can. */
export interface LinkFilter {
  /** One interface, by its name or an alternative name. One message is sent for it. */
  readonly name?: string | undefined
  /** One interface, by its number. */
  readonly index?: number | undefined
  /** Links of one kind: `bridge`, `vlan`, ... */
  readonly kind?: string | undefined
  /** The ports of a bridge, bond, vrf, ..., by its name, an alternative name or its number. */
  readonly master?: string | number | undefined
  /** Links that are (or are not) up administratively. */
  readonly up?: boolean | undefined
  /** With `false` without counters: the kernel leaves out those of IPv6, which are most of them. Default: `true`. */
  readonly statistics?: boolean | undefined
  /** Virtual functions too, of hardware that has such. Default: `false`. */
  readonly vf?: boolean | undefined
}

export const LINK_FILTERS = [
  'name',
  'index',
  'kind',
  'master',
  'up',
  'statistics',
  'vf',
] as const satisfies (keyof LinkFilter)[]

const FAMILIES = ['ipv4', 'ipv6'] as const

/** Which addresses to read. */
export interface AddressFilter {
  readonly family?: (typeof FAMILIES)[number] | undefined
  /** Those of one interface, by its name, an alternative name or its number. */
  readonly dev?: string | number | undefined
}

export const ADDRESS_FILTERS = ['family', 'dev'] as const satisfies (keyof AddressFilter)[]

const HIGHEST_INDEX = 2 ** 31 - 1 // not a kernel number: an index is an int

const isIndex = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) > 0 && (value as number) <= HIGHEST_INDEX
const isName = (value: unknown): value is string => typeof value === 'string' && value !== '' && !value.includes('\0')
const isDevice = (value: unknown) => isName(value) || isIndex(value)
const isBoolean = (value: unknown) => typeof value === 'boolean'

type Check = readonly [good: (value: unknown) => boolean, what: string]

const CHECKS: Readonly<Record<Exclude<keyof (LinkFilter & AddressFilter), 'family'>, Check>> = {
  name: [isName, 'the name of an interface'],
  index: [isIndex, 'the number of an interface'],
  kind: [isName, 'a kind of link'],
  master: [isDevice, 'neither a name nor a number of an interface'],
  dev: [isDevice, 'neither a name nor a number of an interface'],
  up: [isBoolean, 'true or false'],
  statistics: [isBoolean, 'true or false'],
  vf: [isBoolean, 'true or false'],
}

/** @throws TypeError for a filter that makes no sense. */
export function checkFilter(filter: LinkFilter & AddressFilter): void {
  for (const [option, [good, what]] of Object.entries(CHECKS)) {
    const value = filter[option as keyof typeof filter]
    if (value === undefined || good(value)) continue
    throw new TypeError(`${option}: ${shown(value)} is ${what.startsWith('neither') ? what : `not ${what}`}`)
  }
  familyNumber(FAMILIES, filter.family)
  if (filter.name !== undefined && filter.index !== undefined)
    throw new TypeError('name and index: give one of the two')
}

const absent = (name: string, table: string) =>
  new NetlinkError(`${table}: there is no interface named ${JSON.stringify(name)} (ENODEV)`, {
    code: 'ENODEV',
    table,
    operation: 'send',
  })

/** The number of an interface that an option names. */
export async function indexOf(
  session: Session,
  device: string | number | undefined,
  table: string,
  reading: ReadOptions,
): Promise<number | undefined> {
  if (typeof device !== 'string') return device
  const found = await interfaceIndexOf(session, device, reading)
  if (found !== undefined) return found
  if (/^\d+$/.test(device) && isIndex(Number(device))) return Number(device)
  throw absent(device, table)
}

const extendedMask = ({ statistics = true }: LinkFilter): number =>
  statistics ? 0 : constant('RTEXT_FILTER_SKIP_STATS')

const textBytes = (text: string) => Uint8Array.of(...encodeText(text), 0)

/** The request for the links of a filter; of one interface that is asked for by name or number, one message. */
export function linkRequest(filter: LinkFilter, master?: number): RequestParts {
  const { name, index, kind } = filter
  const mask = ['IFLA_EXT_MASK', uint32(extendedMask(filter))] as const
  if (index !== undefined) return { single: true, header: { ifi_index: index }, attributes: [mask] }
  if (name !== undefined) return { single: true, attributes: [['IFLA_ALT_IFNAME', textBytes(name)], mask] }
  return {
    attributes: [
      mask,
      ...(master === undefined ? [] : [['IFLA_MASTER', uint32(master)] as const]),
      ...(kind === undefined
        ? []
        : [['IFLA_LINKINFO', nestedAttributes([['IFLA_INFO_KIND', textBytes(kind)]])] as const]),
    ],
  }
}

/** Whether a link is one of those that were asked for: an older kernel does not filter, and of one interface it never does. */
export function isWanted(
  link: Pick<Link, 'kind' | 'master_index' | 'flags'>,
  { kind, up }: LinkFilter,
  master?: number,
): boolean {
  if (kind !== undefined && link.kind !== kind) return false
  if (master !== undefined && link.master_index !== master) return false
  return up === undefined || ((link.flags & constant('IFF_UP')) !== 0) === up
}

/** Takes away what was not asked for and the kernel sends all the same. */
export function trim<T extends readonly object[]>(links: T, { statistics = true }: LinkFilter): T {
  if (!statistics) for (const link of links) Reflect.deleteProperty(link, 'stats')
  return links
}

/** The request for the addresses of a filter. */
export function addressRequest({ family }: AddressFilter, dev?: number): RequestParts {
  const ifa_family = familyNumber(FAMILIES, family) ?? constant('AF_UNSPEC')
  return { header: { ifa_family, ...(dev === undefined ? {} : { ifa_index: dev }) } }
}
