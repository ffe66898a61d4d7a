import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getRoutes, lookupRoute, RoutingTableQuery, streamRoutes } from '../src/index.ts'
import type { IpObject } from './iproute2.ts'

describeLive('interfaces by their alternative names', () => {
  const long = 'an-alternative-name-that-is-longer-than-a-name-can-be'
  let namespace: Namespace
  beforeAll(async () => {
    namespace = await createNamespace()
    for (const command of [
      'ip link set lo up',
      'ip link add br0 type bridge',
      'ip link add br1 type bridge',
      'ip link set br0 up',
      'ip link set br1 up',
      'ip addr add 10.0.0.1/16 dev br0',
      'ip addr add 10.1.0.1/16 dev br1',
      'ip route add default via 10.0.0.2',
      'ip route add default via 10.1.0.2 metric 5 table 7',
      'ip rule add oif br1 lookup 7',
      `ip link property add dev br1 altname ${long} altname short altname 4711 altname ${'x'.repeat(127)}`,
      'echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter; echo 0 > /proc/sys/net/ipv4/conf/br1/rp_filter',
      'echo 1 > /proc/sys/net/ipv4/ip_forward',
    ])
      namespace.run(command)
  })
  afterAll(() => namespace.close())

  const names = ['br1', long, 'short', '4711', 'x'.repeat(127)]

  test.each(names)('the routes out of %s', async (dev) => {
    const options = { netns: namespace.path, dev, family: 'ipv4' } as const
    const oracle = namespace.json<IpObject[]>(`ip -4 -j route show table all dev ${dev}`).map(({ dst }) => dst)
    const found = await getRoutes(options)
    expect(found.map(({ dst }) => dst!.replace(/\/32$/, '').replace('0.0.0.0/0', 'default'))).toEqual(oracle)
    expect(oracle.length).toBeGreaterThan(2)
    const streamed: unknown[] = []
    for await (const batch of streamRoutes(options)) streamed.push(...batch)
    expect(streamed).toEqual([...found])
  })

  test.each(names)('the route of a packet that leaves by %s, and of one that came by it', async (dev) => {
    await using query = new RoutingTableQuery({ netns: namespace.path }).open()
    const leaving = await query.lookupRoute('8.8.8.8', { oif: dev })
    expect(leaving).toMatchObject({ gateway: '10.1.0.2', dev: 'br1', table_id: 7 })
    const [oracle] = namespace.json<IpObject[]>(`ip -j route get 8.8.8.8 oif ${dev}`)
    expect(leaving).toMatchObject({ gateway: oracle!.gateway, dev: oracle!.dev })
    const came = await query.lookupRoute('8.8.8.8', { from: '10.1.0.9', iif: dev })
    expect(came).toMatchObject({ iif: 'br1', dev: 'br0' })
  })

  test.each(['no-such', 'y'.repeat(200), 'a/b', 'x\0y', '\udcff'])('%o is none', async (dev) => {
    const absent = { code: 'ENODEV', name: 'NetlinkError' }
    await expect(getRoutes({ netns: namespace.path, dev })).rejects.toMatchObject(absent)
    await expect(lookupRoute('10.0.0.1', { netns: namespace.path, oif: dev })).rejects.toMatchObject(absent)
    await expect(lookupRoute('10.0.0.1', { netns: namespace.path, iif: dev })).rejects.toMatchObject(absent)
  })
})
