import { NetlinkError, type RequestParts } from '@netsnap/core-native'
import { decoderOf } from '@netsnap/core-native/compile'
import { constants } from '@netsnap/core-native/constants'
import { type Frame, familyNumber, namesOf, uint32 } from '@netsnap/core-native/schema'
import { type Route, route } from './route.ts'
import { WATCH } from './watch.ts'

const FAMILIES = ['ipv4', 'ipv6', 'mpls', 'ipmr', 'ip6mr'] as const

/** A family that has routes. */
export type RouteFamily = (typeof FAMILIES)[number]

/** Which routes to read. The kernel leaves the others out where it can; what an older one sends all the same is dropped. */
export interface RouteFilter {
  readonly family?: RouteFamily | undefined
  /** A routing table by its name (`MAIN`, in any case, or the administrator's) or number. */
  readonly table?: string | number | undefined
  /** Who installed the route, by name or number. */
  readonly protocol?: string | number | undefined
  /** What becomes of a packet: `UNICAST`, `BLACKHOLE`, ... in any case. */
  readonly type?: string | undefined
  /** The outgoing interface, by its name or index. Multipath routes are found by any of their nexthops. */
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

/** The number that an option names. `find` knows the names. */
function numberOf(
  option: string,
  value: string | number | undefined,
  max: number,
  find: (name: string) => number | undefined,
): number | undefined {
  if (value === undefined) return undefined
  const text = typeof value === 'string' ? value : undefined
  const number = text === undefined ? value : /^\d+$/.test(text) ? Number(text) : text && find(text)
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > max) {
    throw new TypeError(`${option}: ${JSON.stringify(value)} is neither a name nor a number of one`)
  }
  return number
}

function noSuchInterface(name: string): never {
  throw new NetlinkError(`route: there is no interface named "${name}" (ENODEV)`, {
    code: 'ENODEV',
    table: 'route',
    operation: 'send',
  })
}

/**
 * Check a filter and find its numbers. `interfaces` are the names of the namespace's interfaces by index; without them,
 * an interface's name stands for any.
 */
export function resolveFilter(filter: RouteFilter, interfaces?: ReadonlyMap<number, string>): ResolvedFilter {
  const named = (prefix: string, file?: string) => (name: string) =>
    namesOf(prefix, constants(), file).get(name.toLowerCase())
  // A name may be all digits.
  const known = [...(interfaces ?? [])].find(([, name]) => name === filter.dev)?.[0]
  return {
    family: familyNumber(FAMILIES, filter.family),
    table: numberOf('table', filter.table, MAX_U32, named('RT_TABLE_', 'rt_tables')),
    protocol: numberOf('protocol', filter.protocol, MAX_U8, named('RTPROT_', 'rt_protos')),
    type: numberOf('type', filter.type, MAX_U8, named('RTN_')),
    dev: known ?? numberOf('dev', filter.dev, MAX_U32, (name) => (interfaces ? noSuchInterface(name) : 0)),
  }
}

/** The request that has the kernel filter. */
export function filterRequest(filter: RouteFilter, resolved: ResolvedFilter): RequestParts {
  const { family = 0, table, protocol = 0, type = 0, dev } = resolved
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
  const leavesBy = (route: Route) =>
    route.dev_index === dev ||
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
