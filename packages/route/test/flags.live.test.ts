import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getRoutes, lookupRoute } from '../src/index.ts'
import type { IpObject } from './iproute2.ts'
import { multicastRouter } from './multicast.ts'

/** What `ip` calls the flags of a packet; it prints no others. */
const WORDS: Readonly<Record<string, string>> = { LOCAL: 'local', REJECT: 'reject', MULTICAST: 'mc', BROADCAST: 'brd' }

describeLive('what becomes of one packet', needs('ipmr'), () => {
  let namespace: Namespace
  let router: Awaited<ReturnType<typeof multicastRouter>>
  beforeAll(async () => {
    namespace = await createNamespace()
    for (const command of [
      'ip link set lo up',
      'ip link add br0 type bridge',
      'ip link add br1 type bridge',
      'ip link set br0 up',
      'ip link set br1 up',
      'ip addr add 10.0.0.1/16 dev br0',
      'ip addr add 10.1.0.1/24 dev br1',
      'ip -6 addr add 2001:db8::1/64 dev br0 nodad',
      'ip route add default via 10.0.0.2',
      'echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter; echo 0 > /proc/sys/net/ipv4/conf/br0/rp_filter',
      'echo 1 > /proc/sys/net/ipv4/ip_forward',
    ])
      namespace.run(command)
    router = await multicastRouter(namespace, ['br0', 'br1'])
  })
  afterAll(async () => {
    await router.close()
    await namespace.close()
  })

  test.each([
    ['10.0.0.7', {}, ''],
    ['10.0.0.1', {}, ''],
    ['127.0.0.1', {}, ''],
    ['10.0.255.255', {}, ''],
    ['255.255.255.255', { oif: 'br0' }, 'oif br0'],
    ['224.0.0.1', {}, ''],
    ['239.1.1.1', {}, ''],
    ['239.1.1.1', { from: '10.0.0.7', iif: 'br0' }, 'from 10.0.0.7 iif br0'],
    ['8.8.8.8', { from: '10.0.0.7', iif: 'br0' }, 'from 10.0.0.7 iif br0'],
    ['10.0.0.1', { from: '10.0.0.7', iif: 'br0' }, 'from 10.0.0.7 iif br0'],
  ] as const)('%s %o: its flags are those that `ip` prints', async (destination, options, words) => {
    const { flag_names } = await lookupRoute(destination, { ...options, netns: namespace.path })
    // Of a multicast route `ip` prints no JSON.
    const text = namespace.run(`ip route get ${destination} ${words}`)
    const said = /cache <([^>]*)>/.exec(text)?.[1]?.split(',') ?? []
    expect(flag_names).toContain('CLONED')
    expect(flag_names).not.toContain('OFFLOAD_FAILED')
    expect(flag_names.flatMap((name) => WORDS[name] ?? []).sort()).toEqual(
      said.filter((word) => Object.values(WORDS).includes(word)).sort(),
    )
    expect(flag_names.filter((name) => name.startsWith('0x'))).toEqual([])
  })

  test('a multicast packet goes out by TTL, as its route says', async () => {
    const asked = await lookupRoute('239.1.1.1', { from: '10.0.0.7', iif: 'br0', netns: namespace.path })
    const routes = await getRoutes({ netns: namespace.path, family: 'ipmr' })
    expect(asked.multipath).toMatchObject([{ dev: 'br1', ttl: 1 }])
    expect(asked.multipath).toEqual(routes.find(({ dst }) => dst === '239.1.1.1/32')?.multipath)
    const oracle = namespace.json<IpObject[]>('ip -4 -j -d mroute').find(({ dst }) => dst === '239.1.1.2')
    expect(oracle).toMatchObject({ multipath: [{ oif: 'br0', ttl: 3 }] })
    expect(routes.find(({ dst }) => dst === '239.1.1.2/32')?.multipath).toMatchObject([{ dev: 'br0', ttl: 3 }])
    expect(JSON.stringify([asked, routes])).not.toContain('weight')
  })
})
