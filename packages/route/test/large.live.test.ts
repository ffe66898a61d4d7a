import { createNamespace } from '@netsnap/core-native/testing'
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
