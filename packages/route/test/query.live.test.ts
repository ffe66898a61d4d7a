import { readdirSync } from 'node:fs'
import { openSession } from '@netsnap/core-native'
import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { expect, test } from 'vitest'
import { getRoutes, lookupRoute, RoutingTableQuery, streamRoutes } from '../src/index.ts'

const ROUTES = 3000
const descriptors = () => readdirSync('/proc/self/fd').length

async function namespaceOfRoutes(): Promise<Namespace> {
  const namespace = await createNamespace()
  namespace.run('ip link set lo up; ip link add br0 type bridge; ip link set br0 up; ip addr add 172.16.0.1/16 dev br0')
  namespace.batch(
    'route',
    Array.from({ length: ROUTES }, (_, i) => `add 10.${i >> 8}.${i & 255}.0/24 via 172.16.0.2`),
  )
  return namespace
}

describeLive('within the loop over a stream', () => {
  test('calls on the same open query work, in the same namespace, over a socket that is kept', async () => {
    await using namespace = await namespaceOfRoutes()
    const before = descriptors()
    {
      await using query = new RoutingTableQuery({ netns: namespace.pid }).open()
      const sizes: number[] = []
      let rows = 0
      for await (const batch of query.streamRoutes({ family: 'ipv4' })) {
        rows += batch.length
        const { dst } = batch[0]!
        expect((await query.lookupRoute('10.1.2.3')).gateway).toBe('172.16.0.2')
        expect((await query.getRoutes({ family: 'ipv4' })).some((route) => route.dst === dst)).toBe(true)
        for await (const inner of query.streamRoutes({ family: 'ipv4' })) {
          expect(inner.length).toBeGreaterThan(0)
          expect(await query.getNexthops()).toEqual([])
          break
        }
        sizes.push(descriptors())
      }
      expect(rows).toBeGreaterThan(ROUTES)
      expect(new Set(sizes).size).toBe(1)
      expect(await query.getRoutes({ family: 'ipv4' })).toHaveLength(rows)
    }
    await expect.poll(descriptors).toBeLessThanOrEqual(before)
  })

  test('calls on the same session fail at once, and name what has it', async () => {
    await using namespace = await namespaceOfRoutes()
    await using session = openSession('NETLINK_ROUTE', { netns: namespace.pid })
    for await (const _ of streamRoutes({ session, family: 'ipv4' })) {
      const busy = { code: 'SESSION_BUSY', table: 'route', message: expect.stringContaining('stream of route') }
      await expect(lookupRoute('10.1.2.3', { session })).rejects.toMatchObject(busy)
      await expect(getRoutes({ session })).rejects.toMatchObject(busy)
      break
    }
    expect((await lookupRoute('10.1.2.3', { session })).gateway).toBe('172.16.0.2')
  })

  test('a query that was closed meanwhile ends the stream', async () => {
    await using namespace = await namespaceOfRoutes()
    const query = new RoutingTableQuery({ netns: namespace.pid }).open()
    const stream = query.streamRoutes({ family: 'ipv4' })
    await stream.next()
    query.close()
    await expect(stream.next()).rejects.toMatchObject({ code: 'ECANCELED' })
    expect((await query.getRoutes({ family: 'ipv4' })).length).toBeGreaterThan(ROUTES)
  })
})

test('where a query reads is said when it is made', async () => {
  const query = new RoutingTableQuery()
  for (const options of [{ netns: 1 }, { session: {} }]) {
    await expect(query.getRoutes(options as object)).rejects.toThrow(TypeError)
  }
  await expect(new RoutingTableQuery({ timout: 5 } as object).getRoutes()).rejects.toThrow(/timout/)
})
