import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GetNexthopsOptions, getNexthops, getRoutes } from '../src/index.ts'

describeLive('which nexthop objects are read', () => {
  let namespace: Namespace
  beforeAll(async () => {
    namespace = await createNamespace()
    namespace.run('ip link set lo up; ip link add br0 type bridge; ip link add br1 type bridge')
    namespace.run('ip link set br0 up; ip link set br1 up; ip addr add 10.0.0.1/24 dev br0')
    namespace.run('ip addr add 10.0.1.1/24 dev br1; ip -6 addr add 2001:db8::1/64 dev br0 nodad')
    namespace.batch('nexthop', [
      'add id 1 via 10.0.0.2 dev br0',
      'add id 2 via 10.0.1.2 dev br1 protocol bgp',
      'add id 3 via 2001:db8::2 dev br0 protocol bgp',
      'add id 4 dev br1',
      'add id 5 blackhole',
      'add id 6 group 1,30/2,255 protocol bgp',
      'add id 7 blackhole protocol 77',
    ])
    namespace.run('ip route add 10.9.0.0/16 nhid 6')
  })
  afterAll(() => namespace.close())
  const ids = async (options: GetNexthopsOptions) =>
    (await getNexthops({ netns: namespace.path, ...options })).map(({ id }) => id)

  // The families and interfaces of `ip` are filters of the kernel's; the protocol is its own.
  test.each<[GetNexthopsOptions, string]>([
    [{}, 'ip -j nexthop'],
    [{ stats: true }, 'ip -j nexthop'],
    [{ family: 'ipv4' }, 'ip -j -4 nexthop'],
    [{ family: 'ipv6', stats: true }, 'ip -j -6 nexthop'],
    [{ dev: 'br0' }, 'ip -j nexthop show dev br0'],
    [{ dev: 'br1', stats: true }, 'ip -j nexthop show dev br1'],
    [{ dev: 'br0', family: 'ipv6' }, 'ip -j -6 nexthop show dev br0'],
    [{ protocol: 'bgp' }, 'ip -j nexthop show proto 186'],
    [{ protocol: 'BGP', dev: 'br1' }, 'ip -j nexthop show dev br1 proto 186'],
    [{ protocol: 77 }, 'ip -j nexthop show proto 77'],
    [{ protocol: 'kernel' }, 'ip -j nexthop show proto 2'],
  ])('%j', async (options, command) => {
    const said = namespace.json<{ id: number; protocol: string }[]>(command)
    expect(await ids(options)).toEqual(said.map(({ id }) => id))
  })

  test('an interface by its index', async () => {
    const [link] = namespace.json<{ ifindex: number }[]>('ip -j link show dev br1')
    expect(await ids({ dev: link!.ifindex })).toEqual([2, 4])
  })

  test('a filter of routes is none of the objects that they go by', async () => {
    const [route] = await getRoutes({
      netns: namespace.path,
      family: 'ipv4',
      table: 'main',
      dev: 'br1',
      protocol: 'boot',
    })
    expect(route?.nexthops?.map(({ id, weight }) => [id, weight])).toEqual([
      [1, 30],
      [2, 255],
    ])
  })

  test.each([[{ family: 'mpls' }], [{ protocol: 'nope' }], [{ protocol: 256 }], [{ dev: '' }], [{ dev: -1 }]])(
    '%j makes no sense',
    async (options) => {
      await expect(ids(options as GetNexthopsOptions)).rejects.toThrow(TypeError)
    },
  )

  test('an interface that there is none of', async () => {
    await expect(ids({ dev: 'nope' })).rejects.toMatchObject({ code: 'ENODEV' })
  })
})
