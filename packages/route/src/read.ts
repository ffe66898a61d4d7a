import {
  type Dump,
  interfaceNames,
  NetlinkError,
  type ReadOptions,
  type Session,
  type SourceOptions,
  type StreamEnd,
  withSession,
  withSessionStream,
} from '@netsnap/core-native'
import { stringify } from '@netsnap/core-native/compile'
import { constant } from '@netsnap/core-native/constants'
import { type Lookups, uint32 } from '@netsnap/core-native/schema'
import { filterPredicate, filterRequest, type ResolvedFilter, type RouteFilter, resolveFilter } from './filter.ts'
import { type Nexthop, nexthop } from './nexthop.ts'
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
    return Object.assign([], { interrupted: false, restarts: 0 })
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
    const lookups = { interfaces: await interfaceNames(session, options) }
    return readNexthops(session, { ...options, lookups })
  })
}

/** A dump of routes that has been prepared: what to ask, and what to keep of the answer. */
export interface PreparedDump {
  readonly request: ReturnType<typeof filterRequest>
  readonly options: ReadOptions
  readonly keep: ((route: Route) => boolean) | undefined
}

/** Check the options, before anything is sent, and read what the dump needs. */
export async function prepare(session: Session, options: RouteOptions): Promise<PreparedDump> {
  resolveFilter(options)
  const lookups = await lookupsFor(session, options)
  const filter: ResolvedFilter = resolveFilter(options, lookups.interfaces as ReadonlyMap<number, string>)
  return {
    request: filterRequest(filter, options.family),
    options: { ...options, lookups },
    keep: filterPredicate(options, filter),
  }
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
    const { request, options: read, keep } = await prepare(session, asked)
    try {
      const all = (await session.dump(route, request, read)) as Dump<Route>
      return keep ? filtered(all, keep) : all
    } catch (error) {
      if (isEmptyTable(error, asked)) return Object.assign([], { interrupted: false, restarts: 0 })
      throw error
    }
  })
  return routes as Dump<unknown> as Dump<RouteOf<O>>
}

function filtered(all: Dump<Route>, keep: (route: Route) => boolean): Dump<Route> {
  const { interrupted, restarts } = all
  const kept = all.filter(keep)
  return Object.defineProperties(kept, {
    interrupted: { value: interrupted },
    restarts: { value: restarts },
  }) as Dump<Route>
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
 * The routes as JSON texts, in batches: what the command line prints. They are written straight from the bytes, in a
 * third of the time that objects and `JSON.stringify` take; 64-bit values have their exact digits.
 */
export function streamRoutesJson(options: GetRoutesOptions = {}): AsyncGenerator<string[], StreamEnd, void> {
  return withSessionStream('NETLINK_ROUTE', options, (session) => jsonBatches(session, options))
}

async function* jsonBatches(session: Session, asked: GetRoutesOptions): AsyncGenerator<string[], StreamEnd, void> {
  const { request, options, keep } = await prepare(session, asked)
  try {
    if (!keep) return yield* session.streamJson(route, request, options)
    const stream = session.stream(route, request, { ...options, bigint: true }) as AsyncGenerator<
      unknown[],
      StreamEnd,
      void
    >
    return yield* textsOf(keepOf(stream as AsyncGenerator<Route[], StreamEnd, void>, keep))
  } catch (error) {
    if (isEmptyTable(error, asked)) return { interrupted: false }
    throw error
  }
}

async function* textsOf(stream: AsyncGenerator<Route[], StreamEnd, void>): AsyncGenerator<string[], StreamEnd, void> {
  try {
    for (;;) {
      const { done, value } = await stream.next()
      if (done) return value
      yield value.map((record) => stringify(record))
    }
  } finally {
    await stream.return({ interrupted: false })
  }
}

async function* batches(session: Session, asked: GetRoutesOptions): AsyncGenerator<Route[], StreamEnd, void> {
  const { request, options, keep } = await prepare(session, asked)
  try {
    const stream = session.stream(route, request, options) as AsyncGenerator<Route[], StreamEnd, void>
    if (!keep) return yield* stream
    return yield* keepOf(stream, keep)
  } catch (error) {
    if (isEmptyTable(error, asked)) return { interrupted: false }
    throw error
  }
}

async function* keepOf(
  stream: AsyncGenerator<Route[], StreamEnd, void>,
  keep: (route: Route) => boolean,
): AsyncGenerator<Route[], StreamEnd, void> {
  try {
    for (;;) {
      const { done, value } = await stream.next()
      if (done) return value
      const kept = value.filter(keep)
      if (kept.length > 0) yield kept
    }
  } finally {
    await stream.return({ interrupted: false })
  }
}
