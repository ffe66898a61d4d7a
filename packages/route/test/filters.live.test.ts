import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Route, type RouteFilter, RoutingTableQuery } from '../src/index.ts'
import { multicastRouter } from './multicast.ts'

const commands = [
  'ip link set lo up',
  'ip link add br0 type bridge',
  'ip link add br1 type bridge',
  'ip link set br0 addrgenmode none',
  'ip link set br1 addrgenmode none',
  'ip link set br0 up',
  'ip link set br1 up',
  'ip addr add 10.0.0.1/16 dev br0',
  'ip addr add 10.1.0.1/24 dev br1',
  'ip -6 addr add 2001:db8::1/64 dev br0 nodad',
  // Objects: one, a group, and blackholes of both families.
  'ip nexthop add id 1 via 10.0.0.3 dev br0',
  'ip nexthop add id 2 via 10.1.0.3 dev br1',
  'ip nexthop add id 3 group 1/2',
  'ip nexthop add id 4 blackhole',
  'ip nexthop add id 5 group 4',
  'ip -6 nexthop add id 6 blackhole',
  'ip -6 nexthop add id 8 dev br1',
  'ip nexthop add id 9 group 8',
  // Whatever type a route has, by a blackhole it is one.
  'ip route add 10.20.0.0/16 nhid 4',
  'ip route add 10.21.0.0/16 nhid 5 protocol static',
  'ip route add local 10.22.0.0/16 nhid 4',
  'ip route add multicast 10.23.0.0/16 nhid 4',
  'ip route add blackhole 10.24.0.0/16 nhid 4',
  'ip route add prohibit 10.25.0.0/16 nhid 4',
  'ip route add blackhole 10.26.0.0/16',
  'ip route add 10.27.0.0/16 nhid 3 protocol static',
  'ip route add 10.28.0.0/16 nhid 2',
  'ip route add prohibit 10.29.0.0/16',
  'ip route add 10.30.0.0/16 protocol static nexthop via 10.0.0.3 nexthop via 10.1.0.3',
  'ip route add 10.31.0.0/16 dev lo table 253',
  'ip -6 route add 2001:db8:20::/48 nhid 6',
  'ip -6 route add 2001:db8:21::/48 nhid 8 protocol static',
  'ip -6 route add 2001:db8:22::/48 nhid 9',
  'ip -6 route add local 2001:db8:23::/48 nhid 6',
  'ip -6 route add unreachable 2001:db8:24::/48 nhid 6',
  'ip -6 route add blackhole 2001:db8:25::/48',
  'ip -6 route add 2001:db8:26::/48 dev lo',
  'ip -6 route add 2001:db8:27::/48 nexthop via 2001:db8::2 dev br0 nexthop via fe80::1 dev br1',
  'ip -6 route add 2001:db8:28::/48 dev br0 table 253 protocol 17',
] as const

const families = [undefined, 'ipv4', 'ipv6', 'ipmr', 'ip6mr'] as const
const tables = [undefined, 'main', 'default', 'local'] as const
const protocols = [undefined, 'static', 'mrouted', 'kernel', 'boot'] as const
const types = [undefined, 'unicast', 'blackhole', 'local', 'multicast', 'prohibit'] as const
const devices = [undefined, 'br1', 'lo'] as const

const combinations = families.flatMap((family) =>
  tables.flatMap((table) =>
    protocols.flatMap((protocol) =>
      types.flatMap((type) => devices.map((dev): RouteFilter => ({ family, table, protocol, type, dev }))),
    ),
  ),
)

/** What time does to a route between two dumps. */
const timeless = (routes: readonly Route[]) => routes.map(({ cacheinfo: _, expires: __, ...route }) => route)

function expected(all: readonly Route[], { family, table, protocol, type, dev }: RouteFilter): Route[] {
  const by = (hop: { dev?: string | undefined }) => hop.dev === dev
  return all.filter(
    (route) =>
      (family === undefined || route.family === family) &&
      (table === undefined || route.table === String(table).toUpperCase()) &&
      (protocol === undefined || route.protocol === String(protocol).toUpperCase()) &&
      (type === undefined || route.type === type.toUpperCase()) &&
      (dev === undefined || [route, ...(route.multipath ?? []), ...(route.nexthops ?? [])].some(by)),
  )
}

describeLive('filters where the kernel answers otherwise than it filters', needs('ipmr'), () => {
  let namespace: Namespace
  let router: Awaited<ReturnType<typeof multicastRouter>>
  beforeAll(async () => {
    namespace = await createNamespace()
    for (const command of commands) namespace.run(command)
    router = await multicastRouter(namespace, ['br0', 'br1'])
  })
  afterAll(async () => {
    await router.close()
    await namespace.close()
  })

  test.each([
    ['routes by nexthop objects say where they go', 1],
    ['they say the object alone', 0],
  ])(`%s: ${combinations.length} combinations give what filtering everything gives`, async (_, compatible) => {
    namespace.run(`echo ${compatible} > /proc/sys/net/ipv4/nexthop_compat_mode`)
    await using query = new RoutingTableQuery({ netns: namespace.path }).open()
    const all = await query.getRoutes()
    const counts = new Map<string, number>()
    for (const filter of combinations) {
      const routes = await query.getRoutes(filter)
      expect({ filter, routes: timeless(routes) }).toEqual({ filter, routes: timeless(expected(all, filter)) })
      if (Object.values(filter).filter((value) => value !== undefined).length === 1)
        counts.set(JSON.stringify(filter), routes.length)
    }
    expect(counts.get('{"type":"blackhole"}')).toBe(11)
    expect(counts.get('{"protocol":"mrouted"}')).toBe(4)
    expect(Math.min(...counts.values())).toBeGreaterThan(0)
  })
})
