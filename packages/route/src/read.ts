import {
  type Dump,
  dumpOf,
  interfaceNames,
  type JsonOptions,
  NetlinkError,
  type ReadOptions,
  type Session,
  type SourceOptions,
  type StreamEnd,
  withSession,
  withSessionStream,
} from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import { type Lookups, uint32 } from '@netsnap/core-native/schema'
import { filterRequest, type ResolvedFilter, type RouteFilter, resolveFilter } from './filter.ts'
import { type Nexthop, nexthop } from './nexthop.ts'
import { type NexthopFilter, nexthopRequest } from './nexthop-filter.ts'
import { resolveNexthops } from './resolve.ts'
import { type Route, type RouteBigInt, route } from './route.ts'

/** Which routes to read, and how. */
export interface RouteOptions extends Omit<ReadOptions, 'lookups'>, RouteFilter {}

export interface GetRoutesOptions extends RouteOptions, SourceOptions {}

export type RouteOf<O> = O extends { readonly bigint: true } ? RouteBigInt : Route

/** What a dump of routes needs to know beforehand: two dumps, of the links and of the nexthop objects. */
async function lookupsFor(session: Session, options: ReadOptions): Promise<Lookups> {
  const interfaces = await interfaceNames(session, options)
  const objects = await readNexthops(session, { ...options, lookups: { interfaces } })
  return { interfaces, nexthops: resolveNexthops(objects) }
}

async function readNexthops(
  session: Session,
  options: ReadOptions & { stats?: boolean | undefined },
  { attributes, ...asked } = nexthopRequest({}),
): Promise<Dump<Nexthop>> {
  const statistics = [['NHA_OP_FLAGS', uint32(constant('NHA_OP_FLAG_DUMP_STATS'))]] as const
  if (options.stats) {
    try {
      return await session.dump(nexthop, { ...asked, attributes: [...attributes, ...statistics] }, options)
    } catch (error) {
      // Kernels before 6.9 count nothing, and refuse the question.
      if (!(error instanceof NetlinkError && error.code === 'EINVAL')) throw error
    }
  }
  try {
    return await session.dump(nexthop, { ...asked, attributes }, options)
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
  return withSession('NETLINK_ROUTE', options, async (session) => {
    const interfaces = await interfaceNames(session, options)
    return readNexthops(session, { ...options, lookups: { interfaces } }, nexthopRequest(options, interfaces))
  })
}

/** A dump of routes that has been prepared. */
export interface PreparedDump {
  readonly request: ReturnType<typeof filterRequest>
  readonly options: ReadOptions
}

/** Check the options, before anything is sent, and read what the dump needs. */
export async function prepare(session: Session, options: RouteOptions): Promise<PreparedDump> {
  resolveFilter(options)
  const lookups = await lookupsFor(session, options)
  const filter: ResolvedFilter = resolveFilter(options, lookups.interfaces as ReadonlyMap<number, string>)
  return { request: filterRequest(options, filter), options: { ...options, lookups } }
}

/** An empty table is no mistake: the kernel says ENOENT for one that has never had a route. */
export const isEmptyTable = (error: unknown, { table }: RouteFilter): boolean =>
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
    const { request, options: read } = await prepare(session, asked)
    try {
      return await session.dump(route, request, read)
    } catch (error) {
      if (isEmptyTable(error, asked)) return dumpOf([])
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
  const { request, options } = await prepare(session, asked)
  try {
    return yield* session.streamJson(route, request, options, asked)
  } catch (error) {
    if (isEmptyTable(error, asked)) return { interrupted: false }
    throw error
  }
}

async function* batches(session: Session, asked: GetRoutesOptions): AsyncGenerator<Route[], StreamEnd, void> {
  const { request, options } = await prepare(session, asked)
  try {
    return yield* session.stream(route, request, options) as AsyncGenerator<Route[], StreamEnd, void>
  } catch (error) {
    if (isEmptyTable(error, asked)) return { interrupted: false }
    throw error
  }
}
