import { openSession } from '@netsnap/core-native'
import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  getWireGuardDevices,
  streamPeers,
  type WireGuardDevice,
  type WireGuardPeer,
  WireGuardQuery,
} from '../src/index.ts'
import { cases } from './cases.ts'
import { configure, networks, randomPeers } from './configure.ts'
import { asWgDump, linesOf } from './wg.ts'

/** An attribute that we have no name for is how we hear of a new kernel. */
function expectAllKnown(devices: readonly WireGuardDevice[]): void {
  expect(JSON.stringify(devices)).not.toContain('unknown_')
}

/** What `wg show all dump` prints of these devices. */
const asWgShowAll = (devices: readonly WireGuardDevice[]) =>
  devices.flatMap((device) => asWgDump(device).map((line) => `${device.ifname}\t${line}`))

const showAll = (namespace: Namespace) => linesOf(namespace.run('wg show all dump'))

async function peersOf(stream: AsyncIterable<WireGuardPeer[]>): Promise<WireGuardPeer[]> {
  const peers: WireGuardPeer[] = []
  for await (const batch of stream) for (const peer of batch) peers.push(peer)
  return peers
}

describeLive('WireGuard of the live kernel', needs('wireguard', 'bridge'), () => {
  let namespace: Namespace
  beforeAll(async () => {
    namespace = await createNamespace()
    namespace.run('ip link set lo up; ip link add br0 type bridge; ip link set br0 up')
    for (const name of ['wg0', 'wg1', 'wg2', 'wg3']) namespace.run(`ip link add ${name} type wireguard`)
    const allowed = networks()
    configure(
      namespace,
      'wg0',
      randomPeers(2000, 'random', (count) => allowed(count)),
    )
    configure(
      namespace,
      'wg1',
      randomPeers(3, 'few', (count) => allowed(100 * count)),
    )
  }, 60_000)
  afterAll(() => namespace.close())

  describe.each(Object.entries(cases))('in the state "%s"', (_, commands) => {
    let own: Namespace
    beforeAll(async () => {
      own = await createNamespace()
      for (const command of commands) own.run(command)
    }, 60_000)
    afterAll(() => own.close())

    test('is what `wg show all dump` says, field by field', async () => {
      const devices = await getWireGuardDevices({ netns: own.path, secrets: true })
      expect(asWgShowAll(devices)).toEqual(showAll(own))
      expectAllKnown(devices)
    })
  })

  test('2,000 random peers are what `wg show all dump` says of them, field by field', async () => {
    const devices = await getWireGuardDevices({ netns: namespace.path, secrets: true })
    const said = showAll(namespace)
    expect(asWgShowAll(devices)).toEqual(said)
    expect(said.length).toBeGreaterThan(2005)
    expectAllKnown(devices)
    const peers = devices.flatMap(({ peers }) => peers)
    // The chance must have made each kind.
    for (const kind of ['ipv4', 'ipv6'] as const)
      expect(peers.some(({ endpoint }) => endpoint?.family === kind)).toBe(true)
    for (const zone of ['lo', 'br0']) expect(peers.some(({ endpoint }) => endpoint?.zone === zone)).toBe(true)
    expect(peers.filter(({ preshared_key }) => preshared_key !== undefined).length).toBeGreaterThan(500)
    expect(peers.filter((peer) => peer.persistent_keepalive_interval !== undefined).length).toBeGreaterThan(800)
  })

  test('a handshake has a time, in seconds, nanoseconds and words', async () => {
    await using own = await createNamespace()
    for (const command of cases.handshake!) own.run(command)
    const [device] = await getWireGuardDevices({ netns: own.path, dev: 'wg0', bigint: true })
    const [peer] = device!.peers
    const { last_handshake_time: seconds, last_handshake_time_nsec: nanoseconds, last_handshake_time_iso: iso } = peer!
    expect(String(seconds)).toBe(own.run('wg show wg0 latest-handshakes').trim().split('\t')[1])
    expect(nanoseconds).toBeLessThan(1_000_000_000n)
    expect(BigInt(Date.parse(iso!.replace(/\d{6}Z$/, 'Z')))).toBe(seconds! * 1000n + nanoseconds! / 1_000_000n)
    expect(iso).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
    const [, rx, tx] = own.run('wg show wg0 transfer').trim().split('\t')
    expect([peer!.rx_bytes, peer!.tx_bytes].map(String)).toEqual([rx, tx])
  })

  test('keys are not given unless asked for', async () => {
    const json = JSON.stringify(await getWireGuardDevices({ netns: namespace.path }))
    const [own = '', ...rest] = showAll(namespace).filter((line) => line.startsWith('wg0'))
    const secrets = [own.split('\t')[1]!, ...rest.map((line) => line.split('\t')[2]!)].filter((key) => key !== '(none)')
    expect(secrets.length).toBeGreaterThan(500)
    expect(secrets.filter((key) => json.includes(key))).toEqual([])
    expect(json).toContain('"has_private_key":true')
    expect(json).toContain('"has_preshared_key":true')
  })

  test('one device by its name or its index', async () => {
    const all = await getWireGuardDevices({ netns: namespace.path })
    expect(all.map(({ ifname }) => ifname)).toEqual(['wg0', 'wg1', 'wg2', 'wg3'])
    for (const device of all) {
      const byName = await getWireGuardDevices({ netns: namespace.path, dev: device.ifname })
      expect([...byName]).toEqual([device])
      expect([...(await getWireGuardDevices({ netns: namespace.path, dev: device.ifindex }))]).toEqual([device])
    }
  })

  test('a stream gives the peers of a device in batches', async () => {
    const [device] = await getWireGuardDevices({ netns: namespace.path, dev: 'wg0' })
    let batches = 0
    const peers: WireGuardPeer[] = []
    for await (const batch of streamPeers('wg0', { netns: namespace.path })) {
      batches++
      peers.push(...batch)
    }
    expect(peers).toEqual(device!.peers)
    expect(batches).toBeGreaterThan(1)
  })

  test('a stream that is left early leaves the session in order', async () => {
    await using session = openSession('NETLINK_GENERIC', { netns: namespace.path })
    for await (const batch of streamPeers('wg0', { session })) {
      expect(batch.length).toBeGreaterThan(0)
      break
    }
    expect(await getWireGuardDevices({ session, dev: 'wg3' })).toMatchObject([{ ifname: 'wg3', peers: [] }])
  })

  test('zones of a session of the caller’s are names with a session of links, else indexes', async () => {
    await using session = openSession('NETLINK_GENERIC', { netns: namespace.path })
    await using routeSession = openSession('NETLINK_ROUTE', { netns: namespace.path })
    const zones = (devices: readonly WireGuardDevice[]) =>
      new Set(devices.flatMap(({ peers }) => peers.flatMap(({ endpoint }) => endpoint?.zone ?? [])))
    expect(zones(await getWireGuardDevices({ session, routeSession }))).toEqual(new Set(['lo', 'br0']))
    const numbered = zones(await getWireGuardDevices({ session, dev: 'wg0' }))
    expect([...numbered].every((zone) => /^\d+$/.test(zone))).toBe(true)
  })

  describe('the three ways to hold the sockets', () => {
    test('for each call', async () => {
      const query = new WireGuardQuery({ netns: namespace.path })
      expect(await query.getWireGuardDevices()).toEqual(await getWireGuardDevices({ netns: namespace.path }))
    })

    test('for a block', async () => {
      await using query = new WireGuardQuery({ netns: namespace.path }).open()
      const devices = await query.getWireGuardDevices()
      expect(await query.getWireGuardDevices()).toEqual(devices)
      expect(await peersOf(query.streamPeers('wg1'))).toEqual(devices[1]!.peers)
    })

    test('from open to close, and after it for each call again', async () => {
      const query = new WireGuardQuery({ netns: namespace.path }).open()
      const held = await query.getWireGuardDevices({ dev: 'wg1' })
      query.close()
      query.close()
      expect(await query.getWireGuardDevices({ dev: 'wg1' })).toEqual(held)
    })
  })

  describe('what the kernel refuses', () => {
    test.each([
      ['an interface that is not there', { dev: 'wg9' }, 'ENODEV'],
      ['an index that is not there', { dev: 99_999 }, 'ENODEV'],
      ['an interface of another kind', { dev: 'br0' }, 'EOPNOTSUPP'],
    ])('%s', async (_, options, code) => {
      await expect(getWireGuardDevices({ netns: namespace.path, ...options })).rejects.toMatchObject({
        name: 'NetlinkError',
        code,
        table: 'wireguard',
      })
    })
  })

  test('a namespace without a device has none', async () => {
    await using own = await createNamespace()
    expect(await getWireGuardDevices({ netns: own.path })).toEqual([])
    own.run('ip link add br0 type bridge; ip link add v0 type veth peer name v1')
    expect(await getWireGuardDevices({ netns: own.path })).toEqual([])
  })

  test('without CAP_NET_ADMIN the kernel refuses, and the error says so', async () => {
    await using query = new WireGuardQuery({ netns: namespace.path }).open()
    process.seteuid!('nobody')
    try {
      await expect(query.getWireGuardDevices()).rejects.toMatchObject({
        name: 'NetlinkError',
        code: 'EPERM',
        table: 'wireguard',
        message: expect.stringContaining('CAP_NET_ADMIN'),
      })
    } finally {
      process.seteuid!(0)
    }
    expect(await query.getWireGuardDevices({ dev: 'wg3' })).toHaveLength(1)
  })
})
