import type { Dump, StreamEnd } from '@netsnap/core-native'
import { expectTypeOf, test } from 'vitest'
import {
  getNexthops,
  getRoutes,
  lookupRoute,
  type Nexthop,
  type Route,
  type RouteBigInt,
  RoutingTableQuery,
  streamRoutes,
} from '../src/index.ts'

test('a route', () => {
  expectTypeOf<Route['dst']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Route['table_id']>().toEqualTypeOf<number>()
  expectTypeOf<Route['gateway']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Route['newdst']>().toEqualTypeOf<number[] | undefined>()
  expectTypeOf<Route['ttl_propagate']>().toEqualTypeOf<boolean | undefined>()
  expectTypeOf<'BLACKHOLE'>().toExtend<Route['type']>()
  expectTypeOf<NonNullable<Route['multipath']>[number]['weight']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<NonNullable<Route['multipath']>[number]['ttl']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<NonNullable<Route['metrics']>['cc_algo']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Route['expires']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<RouteBigInt['expires']>().toEqualTypeOf<bigint | undefined>()
  // @ts-expect-error the record says `metric`
  type _ = Route['priority']
})

test('a nexthop object', () => {
  expectTypeOf<Nexthop['id']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<Nexthop['blackhole']>().toEqualTypeOf<true | undefined>()
  expectTypeOf<NonNullable<Nexthop['group']>[number]['weight']>().toEqualTypeOf<number>()
})

test('the reading functions', () => {
  expectTypeOf(getRoutes()).resolves.toEqualTypeOf<Dump<Route>>()
  expectTypeOf(getRoutes({ bigint: true })).resolves.toEqualTypeOf<Dump<RouteBigInt>>()
  expectTypeOf(streamRoutes()).toEqualTypeOf<AsyncGenerator<Route[], StreamEnd, void>>()
  expectTypeOf(streamRoutes({ bigint: true })).toEqualTypeOf<AsyncGenerator<RouteBigInt[], StreamEnd, void>>()
  expectTypeOf(getNexthops()).resolves.toEqualTypeOf<Dump<Nexthop>>()
  expectTypeOf(lookupRoute('10.0.0.1')).resolves.toEqualTypeOf<Route>()
  expectTypeOf(new RoutingTableQuery().getRoutes({ bigint: true })).resolves.toEqualTypeOf<Dump<RouteBigInt>>()
  const either = true as boolean
  expectTypeOf(getRoutes({ bigint: either })).resolves.toEqualTypeOf<Dump<Route | RouteBigInt>>()
  expectTypeOf(getRoutes({ bigint: false })).resolves.toEqualTypeOf<Dump<Route>>()
  expectTypeOf(getRoutes({} as { bigint?: boolean })).resolves.toEqualTypeOf<Dump<Route | RouteBigInt>>()
  // @ts-expect-error not a family
  getRoutes({ family: 'inet' })
  // @ts-expect-error a misspelt option
  getRoutes({ tabel: 'main' })
  // @ts-expect-error a destination is needed
  lookupRoute()
})
