import {
  type Dump,
  dumpOf,
  type JsonOptions,
  NetlinkError,
  namesForRecords,
  type ReadOptions,
  type Session,
  type SourceOptions,
  type StreamEnd,
  withSession,
  withSessionStream,
} from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import { uint32 } from '@netsnap/core-native/schema'
import { deviceIndex } from './device.ts'
import { filterRequest, type RouteFilter, resolveFilter } from './filter.ts'
import { type Nexthop, nexthop } from './nexthop.ts'
import { resolveNexthops } from './resolve.ts'
import { type Route, type RouteBigInt, route } from './route.ts'

/** Which routes to read, and how. */
export interface RouteOptions extends Omit<ReadOptions, 'lookups'>, RouteFilter {}

export interface GetRoutesOptions extends RouteOptions, SourceOptions {}

export type RouteOf<O> = O extends { readonly bigint: true } ? RouteBigInt : Route

async function readNexthops(
  session: Session,
  options: ReadOptions & { stats?: boolean | undefined },
): Promise<Dump<Nexthop>> {
  const statistics = [['NHA_OP_FLAGS', uint32(constant('NHA_OP_FLAG_DUMP_STATS'))]] as const
  if (options.stats) {
    try {
      return await session.dump(nexthop, { attributes: statistics }, options)
    } catch (error) {
      // Kernels before 6.9 count nothing, and refuse the question.
      if (!(error instanceof NetlinkError && error.code === 'EINVAL')) throw error
    }
  }
  try {
    return await session.dump(nexthop, {}, options)
  } catch (error) {
    // Kernels before 5.3 have no such objects.
    if (!(error instanceof NetlinkError && error.code === 'EOPNOTSUPP')) throw error
    return dumpOf([])
  }
}

export interface GetNexthopsOptions extends Omit<ReadOptions, 'lookups' | 'bigint'>, SourceOptions {
  /** Ask for the packets that each member of a group has forwarded, where the kernel counts them. */
  readonly stats?: boolean | undefined
}

/**
 * The nexthop objects of a network namespace: gateways, groups with their weights, blackholes.
 *
 * Rejects with `NetlinkError` as {@link getRoutes} does. A kernel without such objects has none.
 */
export async function getNexthops(options: GetNexthopsOptions = {}): Promise<Dump<Nexthop>> {
  return withSession('NETLINK_ROUTE', options, async (session) => {
    const { names, ...reading } = await namesForRecords(session, options)
    return together(await readNexthops(session, { ...options, lookups: { interfaces: names } }), reading)
  })
}

/** How reading went, of one dump or of several. */
type Reading = Pick<Dump<unknown>, 'interrupted' | 'restarts'>

/** `records` as a dump that speaks for the others that it took, too. */
function together<T>(records: Dump<T>, ...others: readonly Reading[]): Dump<T> {
  const all = [records, ...others]
  const interrupted = all.some((reading) => reading.interrupted)
  const restarts = all.reduce((sum, reading) => sum + reading.restarts, 0)
  const same = interrupted === records.interrupted && restarts === records.restarts
  return same ? records : dumpOf([...records], { interrupted, restarts })
}

/** A dump of routes that has been prepared by two others, of the links and of the nexthop objects. */
interface PreparedDump {
  readonly request: ReturnType<typeof filterRequest>
  readonly options: ReadOptions
  /** How those went. */
  readonly readings: readonly Reading[]
}

/** Check the options, before anything is sent, and read what the dump needs. */
async function prepare(session: Session, options: RouteOptions): Promise<PreparedDump> {
  resolveFilter(options)
  const { names: interfaces, ...links } = await namesForRecords(session, options)
  const objects = await readNexthops(session, { ...options, lookups: { interfaces } })
  const filter = resolveFilter(options, await deviceIndex(session, options.dev, interfaces, options))
  const lookups = { interfaces, nexthops: resolveNexthops(objects) }
  return { request: filterRequest(options, filter), options: { ...options, lookups }, readings: [links, objects] }
}

/** What a stream returns, with what its preparation had to say. */
const endOf = ({ interrupted }: StreamEnd, { readings }: PreparedDump): StreamEnd => ({
  interrupted: interrupted || readings.some((reading) => reading.interrupted),
})

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
  const routes = await withSession('NETLINK_ROUTE', asked, async (session) => {
    const { request, options: read, readings } = await prepare(session, asked)
    try {
      return together(await session.dump(route, request, read), ...readings)
    } catch (error) {
      if (isEmptyTable(error, asked)) return together(dumpOf([]), ...readings)
      throw error
    }
  })
  return routes as Dump<unknown> as Dump<RouteOf<O>>
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
  const stream = withSessionStream('NETLINK_ROUTE', asked, (session) => batches(session, asked))
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
  return withSessionStream('NETLINK_ROUTE', options, (session) => jsonBatches(session, options))
}

async function* jsonBatches(
  session: Session,
  asked: GetRoutesOptions & JsonOptions,
): AsyncGenerator<Uint8Array, StreamEnd, void> {
  const prepared = await prepare(session, asked)
  const { request, options } = prepared
  try {
    return endOf(yield* session.streamJson(route, request, options, asked), prepared)
  } catch (error) {
    if (isEmptyTable(error, asked)) return endOf({ interrupted: false }, prepared)
    throw error
  }
}

async function* batches(session: Session, asked: GetRoutesOptions): AsyncGenerator<Route[], StreamEnd, void> {
  const prepared = await prepare(session, asked)
  const { request, options } = prepared
  try {
    return endOf(yield* session.stream(route, request, options) as AsyncGenerator<Route[], StreamEnd, void>, prepared)
  } catch (error) {
    if (isEmptyTable(error, asked)) return endOf({ interrupted: false }, prepared)
    throw error
  }
}
