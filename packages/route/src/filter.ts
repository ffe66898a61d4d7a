import type { RequestParts } from '@netsnap/core-native'
import { shown } from '@netsnap/core-native'
import { decoderOf } from '@netsnap/core-native/compile'
import { constant, constants } from '@netsnap/core-native/constants'
import { type Frame, familyNumber, type NameSource, numberNamed, uint32 } from '@netsnap/core-native/schema'
import { checkDevice } from './device.ts'
import { PROTOCOLS, TABLES, TYPES } from './names.ts'
import { type Route, route } from './route.ts'
import { WATCH } from './watch.ts'

const FAMILIES = ['ipv4', 'ipv6', 'mpls', 'ipmr', 'ip6mr'] as const

/** A family that has routes. */
export type RouteFamily = (typeof FAMILIES)[number]

/** Which routes to read. The kernel leaves the others out where it can; what an older one sends all the same is dropped. */
export interface RouteFilter {
  readonly family?: RouteFamily | undefined
  /** A routing table by its name (`MAIN` in any case, `TABLE_600`, or the administrator's) or number. */
  readonly table?: string | number | undefined
  /** Who installed the route, by name or number. */
  readonly protocol?: string | number | undefined
  /** What becomes of a packet: `UNICAST`, `BLACKHOLE`, ... in any case. */
  readonly type?: string | undefined
  /** The outgoing interface, by its name, an alternative name or its index. Multipath routes are found by any of their nexthops. */
  readonly dev?: string | number | undefined
}

/** A filter whose names have become numbers. */
export interface ResolvedFilter {
  readonly family: number | undefined
  readonly table: number | undefined
  readonly protocol: number | undefined
  readonly type: number | undefined
  readonly dev: number | undefined
}

const MAX_U32 = 2 ** 32 - 1
const MAX_U8 = 2 ** 8 - 1

/** The number that an option gives, or names. */
export function numberOf(
  option: string,
  value: string | number | undefined,
  max: number,
  find: (name: string) => number | undefined,
): number | undefined {
  if (value === undefined) return undefined
  const number = typeof value === 'string' ? value && find(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > max) {
    throw new TypeError(`${option}: ${shown(value)} is neither a name nor a number of one`)
  }
  return number
}

/** Finds the number of a name, as records or the administrator have it. */
export const among = (names: NameSource) => (name: string) => numberNamed(name, names, constants())

/** Check a filter and find its numbers. `dev` is the index of the interface that it names. */
export function resolveFilter(filter: RouteFilter, dev?: number): ResolvedFilter {
  checkDevice('dev', filter.dev)
  return {
    family: familyNumber(FAMILIES, filter.family),
    table: numberOf('table', filter.table, MAX_U32, among(TABLES)),
    protocol: numberOf('protocol', filter.protocol, MAX_U8, among(PROTOCOLS)),
    type: numberOf('type', filter.type, MAX_U8, among(TYPES)),
    dev,
  }
}

/**
 * What the kernel may be asked to filter by: its own value must be the one that it reports. Of a route by a blackhole
 * object it compares the type that was given, and reports `BLACKHOLE` (fib_dump_info, rt6_fill_node). Of multicast routes
 * it compares no protocol, and leaves them all out (mr_rtm_dumproute), though it reports one of two.
 */
function askable({ family, protocol = 0, type = 0 }: ResolvedFilter): { protocol: number; type: number } {
  const multicast = family === undefined || MULTICAST.some((name) => family === constant(name))
  const unfiltered = multicast && MULTICAST_PROTOCOLS.some((name) => protocol === constant(name))
  return { protocol: unfiltered ? 0 : protocol, type: type === constant('RTN_BLACKHOLE') ? 0 : type }
}

const MULTICAST = ['RTNL_FAMILY_IPMR', 'RTNL_FAMILY_IP6MR'] as const
const MULTICAST_PROTOCOLS = ['RTPROT_MROUTED', 'RTPROT_STATIC'] as const

/** The request that has the kernel filter. */
export function filterRequest(filter: RouteFilter, resolved: ResolvedFilter): RequestParts {
  const { family = 0, table, dev } = resolved
  const { protocol, type } = askable(resolved)
  return {
    accept: acceptedBy(filter, resolved),
    ...(filter.family === undefined ? {} : { watch: WATCH[filter.family] }),
    header: { rtm_family: family, rtm_protocol: protocol, rtm_type: type },
    attributes: [
      ...(table === undefined ? [] : [['RTA_TABLE', uint32(table)] as const]),
      ...(dev === undefined ? [] : [['RTA_OIF', uint32(dev)] as const]),
    ],
  }
}

/** Whether a route is one of those asked for. */
function filterPredicate(filter: RouteFilter, resolved: ResolvedFilter): ((route: Route) => boolean) | undefined {
  if (Object.values(resolved).every((number) => number === undefined)) return undefined
  const { table, protocol, dev } = resolved
  const type =
    resolved.type === undefined ? undefined : constants().prefixed('RTN_').get(resolved.type)?.slice('RTN_'.length)
  // Of an object that was made since they were listed, the kernel's word stands.
  const leavesBy = (route: Route) =>
    route.dev_index === dev ||
    (route.nhid !== undefined && route.nexthops === undefined) ||
    route.multipath?.some((nexthop) => nexthop.dev_index === dev) === true ||
    route.nexthops?.some((nexthop) => nexthop.dev_index === dev) === true
  return (route) =>
    (filter.family === undefined || route.family === filter.family) &&
    (table === undefined || route.table_id === table) &&
    (protocol === undefined || route.protocol_id === protocol) &&
    (type === undefined || route.type === type) &&
    (dev === undefined || leavesBy(route))
}

let decodeRoute: ReturnType<typeof decoderOf> | undefined

/** The same of a message's bytes: of its header where that says it, or else of the record. */
function acceptedBy(filter: RouteFilter, resolved: ResolvedFilter): RequestParts['accept'] {
  const keep = filterPredicate(filter, resolved)
  if (!keep) return undefined
  const { members } = constants().layout('rtmsg')!
  const { family, protocol, type, table, dev } = resolved
  const asked = Object.entries({ rtm_family: family, rtm_protocol: protocol, rtm_type: type }).flatMap(
    ([member, number]) => (number === undefined ? [] : [{ offset: members[member]!.offset, number }]),
  )
  const inHeader = (frame: Frame, at: number) => asked.every(({ offset, number }) => frame.u8[at + offset] === number)
  if (table === undefined && dev === undefined) return inHeader
  // Bound once, since that takes most of a millisecond.
  decodeRoute ??= decoderOf(route)
  const decode = decodeRoute
  return (frame, at, end) => inHeader(frame, at) && keep(decode(frame, at, end) as unknown as Route)
}
