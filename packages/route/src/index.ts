import { Query, type ReadOptions, type SessionOptions, type StreamEnd } from '@netsnap/core-native'
import { attachEmitted } from '@netsnap/core-native/compile'
import * as nexthopEmitted from './generated/nexthop.decoders.ts'
import * as routeEmitted from './generated/route.decoders.ts'
import { type LookupOptions, lookupRoute } from './lookup.ts'
import { nexthop } from './nexthop.ts'
import {
  type GetNexthopsOptions,
  getNexthops,
  getRoutes,
  type RouteOf,
  type RouteOptions,
  streamRoutes,
} from './read.ts'
import { route } from './route.ts'

export type { RouteFamily, RouteFilter } from './filter.ts'
export { type LookupOptions, lookupRoute } from './lookup.ts'
export { type Nexthop, type NexthopGroupMember, nexthop } from './nexthop.ts'
export type { NexthopFilter } from './nexthop-filter.ts'
export {
  type GetNexthopsOptions,
  type GetRoutesOptions,
  getNexthops,
  getRoutes,
  type RouteOptions,
  streamRoutes,
  streamRoutesJson,
} from './read.ts'
export type { ResolvedNexthop } from './resolve.ts'
export { type Route, type RouteBigInt, route } from './route.ts'

attachEmitted(route, routeEmitted)
attachEmitted(nexthop, nexthopEmitted)

/** How a {@link RoutingTableQuery} reads. */
export interface RoutingTableQueryOptions extends SessionOptions, Omit<ReadOptions, 'bigint' | 'lookups'> {}

/**
 * Reads routes in three ways: with a socket for each call, for a block, or for as long as you say.
 *
 * ```ts
 * await new RoutingTableQuery().getRoutes({ family: 'ipv4' })
 *
 * await using query = new RoutingTableQuery().open()
 * await query.getRoutes({ table: 'main' })
 *
 * const held = new RoutingTableQuery().open()
 * held.close()
 * ```
 */
export class RoutingTableQuery extends Query<RoutingTableQueryOptions> {
  constructor(options: RoutingTableQueryOptions = {}) {
    super('NETLINK_ROUTE', options)
  }

  /** The routes, as the function of the same name gives them; the options of the call go before those of the query. */
  async getRoutes<const O extends RouteOptions = {}>(options?: O) {
    return (await getRoutes(this.with(options))) as Awaited<ReturnType<typeof getRoutes<O>>>
  }

  /** The routes in batches. */
  streamRoutes<const O extends RouteOptions = {}>(options?: O): AsyncGenerator<RouteOf<O>[], StreamEnd, void> {
    const stream = streamRoutes(this.with(options))
    return stream as AsyncGenerator<unknown[], StreamEnd, void> as AsyncGenerator<RouteOf<O>[], StreamEnd, void>
  }

  /** The nexthop objects. */
  async getNexthops(options?: Omit<GetNexthopsOptions, 'session' | 'netns'>) {
    return getNexthops(this.with(options))
  }

  /** The route of a packet to `destination`. */
  async lookupRoute(destination: string, options?: Omit<LookupOptions, 'session' | 'netns'>) {
    return lookupRoute(destination, this.with(options))
  }
}
