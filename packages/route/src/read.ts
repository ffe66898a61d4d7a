import {
  type Asked,
  type By64,
  type Consistency,
  type Dump,
  dumpOf,
  type JsonOptions,
  marked,
  NetlinkError,
  namesForRecords,
  type ReadOptions,
  type RequestParts,
  type Session,
  type SourceOptions,
  type StreamEnd,
  withSession,
  withSessionStream,
} from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import { uint32 } from '@netsnap/core-native/schema'
import { checkDevice, deviceIndex } from './device.ts'
import { filterRequest, type RouteFilter, resolveFilter } from './filter.ts'
import { RouteFollower } from './follow.ts'
import { type Nexthop, nexthop } from './nexthop.ts'
import { type NexthopFilter, type NexthopRequest, nexthopRequest } from './nexthop-filter.ts'
import { resolveNexthops } from './resolve.ts'
import { type Route, type RouteBigInt, route } from './route.ts'
import { checkWhole } from './whole.ts'

/** Which routes to read, and how. */
export interface RouteOptions extends Omit<ReadOptions, 'lookups'>, RouteFilter {}

export interface GetRoutesOptions extends RouteOptions, SourceOptions {}

/** What a call with options of this type brings: one of the two, or either where the type does not say. */
export type RouteOf<O> = By64<O, Route, RouteBigInt>

const FILTERS = ['family', 'table', 'protocol', 'type', 'dev'] as const satisfies (keyof RouteFilter)[]
const ROUTES: Asked = { protocol: 'NETLINK_ROUTE', table: 'route', options: FILTERS }
const ROUTES_JSON: Asked = { ...ROUTES, options: [...FILTERS, 'separator', 'reuse'] }
const NEXTHOPS: Asked = { protocol: 'NETLINK_ROUTE', table: 'nexthop', options: ['family', 'protocol', 'dev', 'stats'] }

/** The nexthop objects that `request` asks for; with `stats`, and what each member of a group has forwarded. */
async function readNexthops(
  session: Session,
  reading: ReadOptions,
  { attributes, ...request }: NexthopRequest = nexthopRequest({}),
  stats?: boolean,
): Promise<Dump<Nexthop>> {
  const statistics = [['NHA_OP_FLAGS', uint32(constant('NHA_OP_FLAG_DUMP_STATS'))]] as const
  if (stats) {
    try {
      return (await session.dump(
        nexthop,
        { ...request, attributes: [...attributes, ...statistics] },
        reading,
      )) as Dump<Nexthop>
    } catch (error) {
      // Kernels before 6.9 count nothing, and refuse the question.
      if (!(error instanceof NetlinkError && error.code === 'EINVAL')) throw error
    }
  }
  try {
    return (await session.dump(nexthop, { ...request, attributes }, reading)) as Dump<Nexthop>
  } catch (error) {
    // Kernels before 5.3 have no such objects.
    if (!(error instanceof NetlinkError && error.code === 'EOPNOTSUPP')) throw error
    return dumpOf([])
  }
}

export interface GetNexthopsOptions extends Omit<ReadOptions, 'lookups' | 'bigint'>, SourceOptions, NexthopFilter {
  /** Ask for the packets that each member of a group has forwarded, where the kernel counts them. */
  readonly stats?: boolean | undefined
}

/**
 * The nexthop objects of a network namespace: gateways, groups with their weights, blackholes.
 *
 * Rejects with `NetlinkError` as {@link getRoutes} does. A kernel without such objects has none.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export async function getNexthops(options: GetNexthopsOptions = {}): Promise<Dump<Nexthop>> {
  nexthopRequest(options)
  checkDevice('dev', options.dev)
  return withSession(NEXTHOPS, options, async (session, reading) => {
    const interfaces = await namesForRecords(session, reading)
    const request = nexthopRequest(options, await deviceIndex(session, options.dev, interfaces, reading))
    const objects = await readNexthops(session, { ...reading, lookups: { interfaces } }, request, options.stats)
    return together(objects, interfaces)
  })
}

/** `records` as a dump that speaks for the others that it took, too. */
const together = <T>(records: Dump<T>, ...others: readonly Consistency[]): Dump<T> =>
  others.some(({ interrupted, restarts }) => interrupted || restarts > 0)
    ? dumpOf([...records], records, ...others)
    : records

/** A dump of routes that has been prepared by two others, of the links and of the nexthop objects. */
interface PreparedDump {
  readonly request: RequestParts
  readonly options: ReadOptions
  /** How those went. */
  readonly consistency: Consistency
  /** What followed the dump. */
  readonly follower: () => RouteFollower | undefined
}

/** Read what the dump needs. */
async function prepare(session: Session, filter: RouteFilter, reading: ReadOptions): Promise<PreparedDump> {
  const interfaces = await namesForRecords(session, reading)
  const objects = await readNexthops(session, { ...reading, lookups: { interfaces } })
  const resolved = resolveFilter(filter, await deviceIndex(session, filter.dev, interfaces, reading))
  const lookups = { interfaces, nexthops: resolveNexthops(objects) }
  const consistency = marked({}, interfaces, objects)
  let follower: RouteFollower | undefined
  const follow = () => {
    follower = new RouteFollower(filter.family)
    return follower
  }
  const request = { ...filterRequest(filter, resolved), follow }
  return { request, options: { ...reading, lookups }, consistency, follower: () => follower }
}

/** Fails where the kernel left routes out, or marks that where it is to be returned. */
async function wholeness(
  session: Session,
  filter: RouteFilter,
  follower: RouteFollower | undefined,
  reading: ReadOptions,
): Promise<Consistency> {
  try {
    await checkWhole(session, filter, follower, reading)
    return { interrupted: false, restarts: 0 }
  } catch (error) {
    const cut = error instanceof NetlinkError && error.code === 'DUMP_TRUNCATED'
    if (cut && reading.onInterrupted === 'return') return { interrupted: true, restarts: 0 }
    throw error
  }
}

/** An empty table is no mistake: the kernel says ENOENT for one that has never had a route. */
const isEmptyTable = (error: unknown, { table }: RouteFilter): boolean =>
  table !== undefined && error instanceof NetlinkError && error.code === 'ENOENT' && error.operation === 'receive'

/**
 * The routes of a network namespace: of all families and tables, unless a filter says otherwise. For tables of millions
 * {@link streamRoutes} needs no memory for them.
 *
 * Rejects with `NetlinkError`: `DUMP_INTERRUPTED` where the routes changed each time they were listed, `ENODEV` where
 * there is no such interface, `ENOENT` where there is no such namespace, `EPERM` where it may not be entered, `ABORTED`
 * and `TIMEOUT` as asked for.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export async function getRoutes<const O extends GetRoutesOptions = {}>(options?: O): Promise<Dump<RouteOf<O>>> {
  const asked: GetRoutesOptions = options ?? {}
  resolveFilter(asked)
  const routes = await withSession(ROUTES, asked, async (session, reading) => {
    const { request, options: read, consistency, follower } = await prepare(session, asked, reading)
    try {
      const found = (await session.dump(route, request, read)) as Dump<unknown>
      return together(found, consistency, await wholeness(session, asked, follower(), reading))
    } catch (error) {
      if (isEmptyTable(error, asked)) return dumpOf<unknown>([], consistency)
      throw error
    }
  })
  return routes as Dump<RouteOf<O>>
}

/**
 * The routes in batches, as the kernel lists them, in bounded memory. A loop that is left early closes the socket, or
 * reads a session of the caller's to the end of the dump.
 *
 * What has been given cannot be taken back: a dump that was interrupted fails with `DUMP_INTERRUPTED` at its end.
 */
export function streamRoutes<const O extends GetRoutesOptions = {}>(
  options?: O,
): AsyncGenerator<RouteOf<O>[], StreamEnd, void> {
  const asked: GetRoutesOptions = options ?? {}
  const stream = withSessionStream(ROUTES, asked, (session, reading) =>
    batches(session, asked, reading, ({ request, options }) => session.stream(route, request, options)),
  )
  return stream as AsyncGenerator<unknown[], StreamEnd, void> as AsyncGenerator<RouteOf<O>[], StreamEnd, void>
}

/**
 * The routes as JSON in UTF-8, a route a line: what the command line prints. It is written straight from the bytes, in a
 * fifth of the time that objects and `JSON.stringify` take; 64-bit values have their exact digits.
 *
 * The pieces are to be put together as they are. `separator` is what stands between two routes instead of a line feed; with `reuse` a piece is
 * overwritten once the next one is asked for, which saves the copy.
 */
export function streamRoutesJson(
  options: GetRoutesOptions & JsonOptions = {},
): AsyncGenerator<Uint8Array, StreamEnd, void> {
  const { separator, reuse } = options
  return withSessionStream(ROUTES_JSON, options, (session, reading) =>
    batches(session, options, reading, ({ request, options }) =>
      session.streamJson(route, request, options, { separator, reuse }),
    ),
  )
}

/** What `open` brings of a dump that has been prepared. */
async function* batches<B>(
  session: Session,
  asked: RouteFilter,
  reading: ReadOptions,
  open: (prepared: PreparedDump) => AsyncGenerator<B, StreamEnd, void>,
): AsyncGenerator<B, StreamEnd, void> {
  resolveFilter(asked)
  const prepared = await prepare(session, asked, reading)
  try {
    const end = yield* open(prepared)
    const whole = await wholeness(session, asked, prepared.follower(), reading)
    return { interrupted: [end, prepared.consistency, whole].some(({ interrupted }) => interrupted) }
  } catch (error) {
    if (isEmptyTable(error, asked)) return { interrupted: prepared.consistency.interrupted }
    throw error
  }
}
