import { constant } from '@netsnap/core-native/constants'
import { concat, createNamespace, MessageBuilder } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { expect, test } from 'vitest'
import { getRoutes, streamRoutes, streamRoutesJson } from '../src/index.ts'

/** A namespace with an IPv6 route of so many nexthops between two others. */
async function namespaceWith(nexthops: number) {
  const namespace = await createNamespace()
  namespace.run('ip link set lo up; ip link add br0 type bridge; ip link set br0 addrgenmode none; ip link set br0 up')
  namespace.run('ip -6 addr add 2001:db8::1/64 dev br0 nodad')
  namespace.run('ip -6 route add 2001:db8:1::/48 dev br0; ip -6 route add 2001:db8:3::/48 dev br0')
  const hops = Array.from({ length: nexthops }, (_, i) => `2001:db8::${(i + 2).toString(16)}`)
  namespace.batch(
    '-6 route',
    hops.map((hop) => `append 2001:db8:2::/48 via ${hop} dev br0`),
  )
  return namespace
}

/** The same of IPv4, by a group of nexthop objects: the lines of `ip` are too short for so many. */
async function namespaceWithGroup(members: number) {
  const namespace = await createNamespace()
  namespace.run('ip link set lo up; ip link add br0 type bridge; ip link set br0 up; ip addr add 172.16.0.1/12 dev br0')
  namespace.batch(
    'nexthop',
    Array.from({ length: members }, (_, i) => `add id ${i + 1} via 172.17.${i >> 8}.${i & 255} dev br0`),
  )
  const b = new MessageBuilder()
  const group = Array.from({ length: members }, (_, i) => concat(b.u32(i + 1), b.u32(0)))
  const flags = constant('NLM_F_REQUEST') | constant('NLM_F_ACK') | constant('NLM_F_CREATE')
  const request = b.message(
    { type: 'RTM_NEWNEXTHOP', flags },
    b.struct('nhmsg', {}),
    b.attribute('NHA_ID', b.u32(9999)),
    b.attribute('NHA_GROUP', concat(...group)),
  )
  const script =
    'import socket, sys; s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); ' +
    's.send(bytes.fromhex(sys.argv[1])); sys.exit(int.from_bytes(s.recv(65536)[16:20], sys.byteorder))'
  namespace.run(`python3 -c '${script}' ${Buffer.from(request).toString('hex')}`)
  namespace.run('ip route add 9.1.0.0/16 dev br0; ip route add 10.1.0.0/16 nhid 9999; ip route add 10.2.0.0/16 dev br0')
  return namespace
}

describeLive('an IPv4 route of many nexthops', () => {
  test('that fits is there, with all that comes after it', async () => {
    await using namespace = await namespaceWithGroup(1500)
    const routes = await getRoutes({ netns: namespace.pid, family: 'ipv4' })
    expect(routes.find(({ dst }) => dst === '10.1.0.0/16')?.nexthops).toHaveLength(1500)
    expect(routes.map(({ dst }) => dst)).toEqual(expect.arrayContaining(['9.1.0.0/16', '10.2.0.0/16', '127.0.0.1/32']))
  })

  test('that does not fit is never left out in silence', async () => {
    await using namespace = await namespaceWithGroup(2200)
    const netns = namespace.pid
    const told = { name: 'NetlinkError', code: expect.stringMatching(/^(DUMP_TRUNCATED|EMSGSIZE)$/), table: 'route' }
    for (const family of ['ipv4', undefined] as const) {
      await expect(getRoutes({ netns, family })).rejects.toMatchObject(told)
      for await (const _ of streamRoutes({ netns, family: 'ipv6' }));
    }
    expect((await getRoutes({ netns, family: 'ipv6' })).interrupted).toBe(false)
  })
})

describeLive('an IPv6 route of many nexthops', () => {
  test('that fits is there, with all that comes after it', async () => {
    await using namespace = await namespaceWith(1100)
    const routes = await getRoutes({ netns: namespace.pid, family: 'ipv6' })
    const found = routes.find(({ dst }) => dst === '2001:db8:2::/48')
    expect(found?.multipath).toHaveLength(1100)
    expect(routes.map(({ dst }) => dst)).toEqual(expect.arrayContaining(['2001:db8:1::/48', '2001:db8:3::/48']))
    expect(routes.some(({ table }) => table === 'LOCAL')).toBe(true)
  })

  // The kernel ends such a dump with success: `ip -6 route` shows what comes before it.
  test('that does not fit is never left out in silence', async () => {
    await using namespace = await namespaceWith(1300)
    const cut = { name: 'NetlinkError', code: 'DUMP_TRUNCATED', table: 'route' }
    const netns = namespace.pid
    for (const family of ['ipv6', undefined] as const) {
      await expect(getRoutes({ netns, family })).rejects.toMatchObject(cut)
      expect((await getRoutes({ netns, family, onInterrupted: 'return' })).interrupted).toBe(true)
      for (const stream of [streamRoutes, streamRoutesJson]) {
        const drain = async () => {
          for await (const _ of stream({ netns, family }));
        }
        await expect(drain()).rejects.toMatchObject(cut)
      }
    }
    expect((await getRoutes({ netns, family: 'ipv4' })).interrupted).toBe(false)
  })

  test('where there is none, and no route of IPv6 at all, nothing is missed', async () => {
    await using namespace = await createNamespace()
    expect(await getRoutes({ netns: namespace.pid })).toEqual([])
    namespace.run('ip link add br0 type bridge; ip link set br0 addrgenmode none; ip link set br0 up')
    namespace.run('ip -6 route flush table local; ip -6 route add 2001:db8:1::/48 dev br0 table 7')
    expect((await getRoutes({ netns: namespace.pid, family: 'ipv6' })).map(({ dst }) => dst)).toContain(
      '2001:db8:1::/48',
    )
  })
})
