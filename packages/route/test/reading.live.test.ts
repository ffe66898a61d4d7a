import { openNetns, Session } from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import {
  concat,
  createNamespace,
  MessageBuilder,
  messagesOf,
  type Namespace,
  recordingTransport,
  whileChanging,
} from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSocket } from '../../core-native/src/socket/socket.ts'
import {
  type GetRoutesOptions,
  getNexthops,
  getRoutes,
  lookupRoute,
  type Route,
  type RouteFilter,
  RoutingTableQuery,
  streamRoutes,
} from '../src/index.ts'
import { cases } from './cases.ts'
import { asIpRoute, type IpObject } from './iproute2.ts'
import { multicastRouter } from './multicast.ts'
import { unknownIn } from './unknown.ts'

const links = [
  'ip link set lo up',
  'ip link add br0 type bridge',
  'ip link set br0 addrgenmode none',
  'ip link set br0 up',
  'ip addr add 10.0.0.1/16 dev br0',
  'ip -6 addr add 2001:db8::1/64 dev br0 nodad',
]

async function make(...commands: readonly string[]): Promise<Namespace> {
  const namespace = await createNamespace()
  for (const command of commands) namespace.run(command)
  return namespace
}

function recordingSession(namespace: Namespace) {
  const netns = openNetns(namespace.path)
  const transport = recordingTransport(openSocket(constant('NETLINK_ROUTE'), { netns: netns.fd }))
  netns.close()
  return { transport, session: new Session(transport) }
}

async function streamed(options: GetRoutesOptions): Promise<Route[]> {
  const routes: Route[] = []
  for await (const batch of streamRoutes(options)) routes.push(...(batch as Route[]))
  return routes
}

/** Adds 10.105.128.0/17 with many nexthops to table 77, which is too long for `ip`; answers the errno. */
async function addMultipath(
  { path }: Namespace,
  hops: readonly { readonly gateway: string; readonly weight: number }[],
): Promise<number> {
  const b = new MessageBuilder()
  const octets = (address: string) => Uint8Array.from(address.split('.'), Number)
  const body = hops.map(({ gateway, weight }) =>
    concat(b.struct('rtnexthop', { rtnh_len: 16, rtnh_hops: weight - 1 }), b.attribute('RTA_GATEWAY', octets(gateway))),
  )
  const flags = (['NLM_F_REQUEST', 'NLM_F_ACK', 'NLM_F_CREATE', 'NLM_F_EXCL'] as const).map((name) => constant(name))
  const header = {
    rtm_family: constant('AF_INET'),
    rtm_dst_len: 17,
    rtm_table: 77,
    rtm_protocol: constant('RTPROT_STATIC'),
    rtm_type: constant('RTN_UNICAST'),
  }
  const request = b.message(
    { type: 'RTM_NEWROUTE', sequence: 1, flags: flags.reduce((all, flag) => all | flag, 0) },
    b.struct('rtmsg', header),
    b.attribute('RTA_DST', octets('10.105.128.0')),
    b.attribute('RTA_MULTIPATH', ...body),
  )
  const netns = openNetns(path)
  const socket = openSocket(constant('NETLINK_ROUTE'), { netns: netns.fd })
  netns.close()
  try {
    socket.send(request)
    const into = new ArrayBuffer(64 * 1024)
    await socket.receive(into)
    return new DataView(into).getInt32(16, b.little)
  } finally {
    socket.close()
  }
}

describeLive('a route of 600 nexthops among 12 others', () => {
  let namespace: Namespace
  const hops = Array.from({ length: 600 }, (_, i) => ({
    gateway: `10.0.${1 + (i >> 7)}.${1 + (i & 127)}`,
    weight: (i % 256) + 1,
  }))
  beforeAll(async () => {
    namespace = await make(...links)
    const others = Array.from({ length: 12 }, (_, i) => `add 10.${100 + i}.0.0/16 via 10.0.0.2 table 77`)
    namespace.batch('route', others.slice(0, 6))
    expect(await addMultipath(namespace, hops)).toBe(0)
    namespace.batch('route', others.slice(6))
  })
  afterAll(() => namespace.close())

  test.each<[string, GetRoutesOptions]>([
    ['all families and tables', {}],
    ['one family', { family: 'ipv4' }],
    ['one table', { table: 77 }],
    ['one table of a family', { family: 'ipv4', table: 77 }],
    ['a device', { dev: 'br0' }],
  ])('%s: 13 of 13, in a list and in a stream', async (_, filter) => {
    const options = { ...filter, netns: namespace.path }
    for (const read of [getRoutes, streamed] as const) {
      const routes = (await read(options)).filter(({ table_id }) => table_id === 77)
      expect(routes).toHaveLength(13)
      const wide = routes.filter(({ multipath }) => multipath)
      expect(wide).toHaveLength(1)
      expect(wide[0]!.multipath!.map(({ gateway, weight }) => ({ gateway, weight }))).toEqual(hops)
    }
  })
})

describeLive('routes that another process adds and removes', () => {
  const constantRoutes = Array.from({ length: 500 }, (_, i) => `10.${100 + (i >> 8)}.${i & 255}.0/24`)
  const DUMPS = 200

  test(`${DUMPS} dumps: every one is complete, started again, or marked`, async () => {
    await using namespace = await make(...links)
    namespace.batch(
      'route',
      constantRoutes.map((to) => `add ${to} via 10.0.0.2`),
    )
    const changes = (verb: string) => Array.from({ length: 100 }, (_, i) => `${verb} 10.50.${i}.0/24 via 10.0.0.2`)
    const sizes = new Set<number>()
    let restarted = 0
    let refused = 0
    await whileChanging(namespace, 'route', [...changes('add'), ...changes('del')], async () => {
      for (let i = 0; i < DUMPS; i++) {
        const routes = await getRoutes({ netns: namespace.path, table: 'main' }).catch((error: { code: string }) => {
          expect(error.code).toBe('DUMP_INTERRUPTED')
          refused++
        })
        if (!routes) continue
        restarted += routes.restarts
        sizes.add(routes.length)
        const found = routes.map(({ dst }) => dst).filter((dst) => constantRoutes.includes(dst!))
        expect(found.sort()).toEqual([...constantRoutes].sort())
      }
    })
    console.log(`route churn: ${DUMPS} dumps, ${restarted} started again, ${refused} refused, ${sizes.size} sizes`)
    expect(sizes.size).toBeGreaterThan(1)
  })
})

describeLive('filters', () => {
  let namespace: Namespace
  let all: Route[]
  beforeAll(async () => {
    namespace = await make(...new Set([...cases.ipv4!, ...cases.ipv6!]), 'ip nexthop add id 1 via 10.0.0.3 dev br0')
    namespace.run('ip nexthop add id 2 via 10.1.0.3 dev br1 && ip nexthop add id 3 group 1/2')
    namespace.run('ip route add 10.17.0.0/16 nhid 3')
    all = await getRoutes({ netns: namespace.path })
  })
  afterAll(() => namespace.close())

  const families = [undefined, 'ipv4', 'ipv6'] as const
  const tables = [undefined, 'main', 'LOCAL', 9, '4000', 4_000_000_000] as const
  const protocols = [undefined, 'Kernel', 'bgp', 77, '2'] as const
  const types = [undefined, 'unicast', 'BLACKHOLE', 'Local', 'unreachable'] as const
  const devices = [undefined, 'br0', 'br1', 'lo', 'v0'] as const
  const numbers = new Map<unknown, number>([
    ['main', 254],
    ['LOCAL', 255],
    ['4000', 4000],
    ['Kernel', 2],
    ['bgp', 186],
    ['2', 2],
  ])
  const numberOf = (value: unknown) => numbers.get(value) ?? (value as number)

  function expected({ family, table, protocol, type, dev }: RouteFilter): Route[] {
    const by = (hop: { dev?: string | undefined }) => hop.dev === dev
    return all.filter(
      (route) =>
        (family === undefined || route.family === family) &&
        (table === undefined || route.table_id === numberOf(table)) &&
        (protocol === undefined || route.protocol_id === numberOf(protocol)) &&
        (type === undefined || route.type === type.toUpperCase()) &&
        (dev === undefined || [route, ...(route.multipath ?? []), ...(route.nexthops ?? [])].some(by)),
    )
  }

  const combinations = families.flatMap((family) =>
    tables.flatMap((table) =>
      protocols.flatMap((protocol) =>
        types.flatMap((type) => devices.map((dev): RouteFilter => ({ family, table, protocol, type, dev }))),
      ),
    ),
  )

  /** What time does to a route between two dumps. */
  const timeless = (routes: readonly Route[]) => routes.map(({ cacheinfo: _, ...route }) => route)

  test(`${combinations.length} combinations give what filtering everything gives`, async () => {
    await using query = new RoutingTableQuery({ netns: namespace.path }).open()
    let found = 0
    for (const filter of combinations) {
      const routes = await query.getRoutes(filter)
      expect({ filter, routes: timeless(routes) }).toEqual({ filter, routes: timeless(expected(filter)) })
      found += routes.length > 0 ? 1 : 0
    }
    expect(found).toBeGreaterThan(50)
  })

  test.each<[string, RouteFilter]>([
    ['family', { family: 'ipv6' }],
    ['table', { family: 'ipv4', table: 9 }],
    ['protocol', { family: 'ipv4', protocol: 'bgp' }],
    ['type', { family: 'ipv4', type: 'prohibit' }],
    ['device', { family: 'ipv6', dev: 'br1' }],
  ])('the kernel leaves the others out: %s', async (_, filter) => {
    const { transport, session } = recordingSession(namespace)
    await using own = session
    const routes = await getRoutes({ ...filter, session: own })
    const { length } = messagesOf(transport.recorded()).filter(
      (message) => new DataView(message.buffer).getUint16(4, true) === constant('RTM_NEWROUTE'),
    )
    expect(length).toBe(routes.length)
    expect(length).toBeGreaterThan(0)
    expect(length).toBeLessThan(all.length / 2)
  })

  test('a table without routes is empty', async () => {
    for (const family of families) {
      expect([...(await getRoutes({ netns: namespace.path, family, table: 31_337 }))]).toEqual([])
      expect(await streamed({ netns: namespace.path, family, table: 31_337 })).toEqual([])
    }
  })

  test('an interface that is not there', async () => {
    const options = { netns: namespace.path, dev: 'no-such-dev' }
    await expect(getRoutes(options)).rejects.toMatchObject({ code: 'ENODEV', table: 'route' })
    await expect(streamed(options)).rejects.toMatchObject({ code: 'ENODEV' })
  })

  test('a device by its index, and one whose name is a number', async () => {
    await using own = await make(
      ...links,
      'ip link add 12345 type bridge',
      'ip link set 12345 up',
      'ip route add 10.9.0.0/16 dev 12345',
    )
    const byName = await getRoutes({ netns: own.path, dev: 'br0' })
    expect(timeless(await getRoutes({ netns: own.path, dev: byName[0]!.dev_index! }))).toEqual(timeless(byName))
    expect((await getRoutes({ netns: own.path, dev: '12345', family: 'ipv4' })).map(({ dst }) => dst)).toContain(
      '10.9.0.0/16',
    )
  })

  test('a device that routes reach by a nexthop object', async () => {
    const routes = await getRoutes({ netns: namespace.path, family: 'ipv4', dev: 'br1' })
    expect(routes.find(({ nhid }) => nhid === 3)?.nexthops).toMatchObject([{ dev: 'br0' }, { dev: 'br1' }])
  })

  describe('streams and sessions', () => {
    test('a stream left early closes its own socket, and leaves a shared one usable', async () => {
      for await (const batch of streamRoutes({ netns: namespace.path })) {
        expect(batch.length).toBeGreaterThan(0)
        break
      }
      await using query = new RoutingTableQuery({ netns: namespace.path }).open()
      for await (const _ of query.streamRoutes({ family: 'ipv4', dev: 'br0' })) break
      expect(timeless(await query.getRoutes())).toEqual(timeless(all))
    })

    test('for each call, for a block, from open to close, over a session of the caller', async () => {
      const query = new RoutingTableQuery({ netns: namespace.path })
      expect(timeless(await query.getRoutes())).toEqual(timeless(all))
      query.open()
      expect(timeless(await query.getRoutes({ family: 'ipv4' }))).toEqual(
        timeless(await query.getRoutes({ family: 'ipv4' })),
      )
      expect(await query.getNexthops()).toEqual(await getNexthops({ netns: namespace.path }))
      const looked = [await query.lookupRoute('10.0.0.7'), await lookupRoute('10.0.0.7', { netns: namespace.path })]
      expect(timeless(looked.slice(0, 1))).toEqual(timeless(looked.slice(1)))
      query.close()
      query.close()
      expect(timeless(await query.getRoutes())).toEqual(timeless(all))
      const { session } = recordingSession(namespace)
      await using own = session
      expect(timeless(await getRoutes({ session: own }))).toEqual(timeless(all))
    })
  })
})

describeLive('looking a route up', () => {
  let namespace: Namespace
  beforeAll(async () => {
    namespace = await make(
      ...new Set([...cases.ipv4!, ...cases.ipv6!]),
      'ip rule add pref 10 fwmark 5 lookup 9',
      'ip rule add pref 11 uidrange 1000-1000 lookup 9',
      'ip route add unreachable 10.12.0.0/16',
      'ip route add throw 10.13.1.0/24',
      'echo 1 > /proc/sys/net/ipv4/ip_forward',
      'echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter; echo 0 > /proc/sys/net/ipv4/conf/br0/rp_filter',
    )
  })
  afterAll(() => namespace.close())

  test.each([
    ['10.0.0.7', {}, ''],
    ['10.9.1.1', {}, ''],
    ['10.9.1.1', { tos: 0x10 }, 'tos 0x10'],
    ['10.57.0.1', {}, ''],
    ['10.0.0.1', {}, ''],
    ['8.8.8.8', { from: '10.1.0.1' }, 'from 10.1.0.1'],
    ['8.8.8.8', { from: '10.1.0.9', iif: 'br1' }, 'from 10.1.0.9 iif br1'],
    ['8.8.8.8', { mark: 5 }, 'mark 5'],
    ['8.8.8.8', { mark: 0xffffffff }, 'mark 0xffffffff'],
    ['8.8.8.8', { uid: 1000 }, 'uid 1000'],
    ['8.8.8.8', { oif: 'br1' }, 'oif br1'],
    ['8.8.8.8', { ipProto: 17, sport: 5, dport: 53 }, 'ipproto udp sport 5 dport 53'],
    ['10.9.1.1', { fibMatch: true, tos: 0x10 }, 'fibmatch tos 0x10'],
    ['10.10.0.1', { fibMatch: true }, 'fibmatch'],
    ['10.15.0.1', { fibMatch: true }, 'fibmatch'],
    ['2001:db8::7', {}, ''],
    ['2001:db8:c::1', { from: '2001:db8:1::1' }, 'from 2001:db8:1::1'],
    ['2001:db8:f::1', { fibMatch: true }, 'fibmatch'],
    ['2001:db8::7', { oif: 'br0', mark: 7 }, 'oif br0 mark 7'],
    ['::ffff', {}, ''],
  ] as const)('%s %o is what `ip route get` says', async (destination, options, words) => {
    const route = await lookupRoute(destination, { ...options, netns: namespace.path })
    const family = destination.includes(':') ? '-6' : '-4'
    const [ip] = namespace.json<IpObject[]>(
      `ip ${family} -j -d route get ${options && 'fibMatch' in options ? words.replace('fibmatch', `fibmatch ${destination}`) : `${destination} ${words}`}`,
    )
    // The flags of the kernel's former cache of routes, and the seconds in it, which go on.
    const { cache: _, expires: __, ...oracle } = ip!
    const { expires: ___, ...mine } = asIpRoute(route)
    expect(mine).toEqual(oracle)
    expect(unknownIn(route)).toEqual([])
  })

  test.each([
    ['10.12.0.1', {}, 'EHOSTUNREACH'],
    ['10.14.0.1', {}, 'EACCES'],
    ['10.11.0.1', {}, 'EINVAL'],
    ['8.8.8.8', { iif: 'no-such-dev' }, 'ENODEV'],
    ['8.8.8.8', { oif: 'no-such-dev' }, 'ENODEV'],
    ['8.8.8.8', { oif: 4_000_000 }, 'ENODEV'],
  ] as const)('%s %o: %s', async (destination, options, code) => {
    await expect(lookupRoute(destination, { ...options, netns: namespace.path })).rejects.toMatchObject({
      name: 'NetlinkError',
      code,
    })
  })

  test('where there is no route at all', async () => {
    await using empty = await make('ip link set lo up')
    await expect(lookupRoute('8.8.8.8', { netns: empty.path })).rejects.toMatchObject({ code: 'ENETUNREACH' })
    await expect(lookupRoute('2001:db8::1', { netns: empty.path })).rejects.toMatchObject({ code: 'ENETUNREACH' })
  })
})

describeLive('multicast routes', needs('ipmr'), () => {
  test('are what `ip mroute` says, with their counts', async () => {
    await using namespace = await make(
      ...links,
      'ip link add br1 type bridge',
      'ip link set br1 addrgenmode none',
      'ip link set br1 up',
      'ip addr add 10.1.0.1/24 dev br1',
    )
    const router = await multicastRouter(namespace, ['br0', 'br1'])
    try {
      const routes = await getRoutes({ netns: namespace.path })
      expect(unknownIn(routes)).toEqual([])
      const multicast = routes.filter(({ family }) => family === 'ipmr' || family === 'ip6mr')
      expect(multicast.map(({ family, src, dst, iif }) => [family, src, dst, iif]).sort()).toEqual([
        ['ip6mr', '2001:db8::7/128', 'ff0e::1/128', 'br0'],
        ['ipmr', '10.0.0.7/32', '239.1.1.1/32', 'br0'],
        ['ipmr', '10.1.0.7/32', '239.1.1.2/32', 'br1'],
      ])
      for (const [family, ip] of [
        ['ipmr', 'ip -4 -j -d -s mroute'],
        ['ip6mr', 'ip -6 -j -d -s mroute'],
      ] as const) {
        const mine = await getRoutes({ netns: namespace.path, family })
        // The time since the last use goes on.
        const ageless = (of: readonly Route[]) => of.map(({ expires: _, ...route }) => route)
        expect(ageless(mine)).toEqual(ageless(multicast.filter((route) => route.family === family)))
        const said = namespace.json<IpObject[]>(ip)
        const later = await getRoutes({ netns: namespace.path, family })
        const oracle = said.map(({ expires, ...rest }, index) => {
          expect(expires).toBeGreaterThanOrEqual(Number(mine[index]!.expires) / 100 - 0.01)
          expect(expires).toBeLessThanOrEqual(Number(later[index]!.expires) / 100 + 0.01)
          return rest
        })
        expect(mine.map(asIpMroute)).toEqual(oracle)
      }
    } finally {
      await router.close()
    }
  })
})

/** A multicast route as `ip -j -d -s mroute` prints it. */
function asIpMroute(route: Route): IpObject {
  const { packets, bytes, wrong_if } = route.mfc_stats!
  return {
    src: route.src?.replace(/\/\d+$/, ''),
    dst: route.dst!.replace(/\/\d+$/, ''),
    iif: route.iif,
    ...(route.multipath
      ? {
          multipath: route.multipath.map(({ dev, ttl }) => ({ oif: dev, ...(ttl! > 1 ? { ttl } : {}) })),
        }
      : {}),
    state: route.flag_names.includes('UNRESOLVED') ? 'unresolved' : 'resolved',
    packets,
    bytes,
    ...(wrong_if ? { wrong_if } : {}),
    // The usual table of IPv4's multicast routes is left out; IPv6 has them in `main`.
    ...(route.table === 'DEFAULT' ? {} : { table: route.table.toLowerCase() }),
  }
}
