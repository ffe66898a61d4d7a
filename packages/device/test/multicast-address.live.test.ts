import { release } from 'node:os'
import { openSession } from '@netsnap/core-native'
import { createNamespace, type Namespace, whileChanging } from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getAnycastAddresses, getMulticastAddresses, multicastAddressesOf } from '../src/multicast-address.ts'
import { unknownIn } from './unknown.ts'

/** Newer kernels list the groups of IPv4 and tell of changes: 6.18 does, 6.12 does not. */
const [major = 0, minor = 0] = release().split('.').map(Number)
const listsIpv4 = major > 6 || (major === 6 && minor >= 15)
const FAMILIES: Readonly<Record<string, string>> = { inet: 'ipv4', inet6: 'ipv6' }

const uptime = (own: Namespace) => Number(own.run('cat /proc/uptime').split(' ')[0])
const ordered = (rows: readonly unknown[][]) => rows.map((row) => row.join(' ')).sort()

/** What `ip maddr` finds in /proc, but for groups of the hardware (`link`). */
function fromIp(own: Namespace): unknown[][] {
  // How often it was joined, and by whom, is in /proc alone.
  const KEYS = ['link', 'family', 'address', 'users', 'features']
  return own.json<Record<string, unknown>[]>('ip -j maddr').flatMap(({ ifindex, ifname, maddr, ...left }) => {
    expect(left).toEqual({})
    return (maddr as Record<string, string>[]).flatMap((one) => {
      expect(Object.keys(one).filter((key) => !KEYS.includes(key))).toEqual([])
      return one.family === undefined ? [] : [[ifindex, ifname, FAMILIES[one.family], one.address]]
    })
  })
}

/** Lines of /proc/net/anycast6: index, name, address in digits, count of users. */
const fromProc = (own: Namespace): unknown[][] =>
  own
    .run('cat /proc/net/anycast6')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).slice(0, 3))

const digits = (address: string) => {
  const [before = '', after] = address.split('::')
  const groups = (text: string) => text.split(':').filter((group) => group !== '')
  const [first, last] = [groups(before), groups(after ?? '')]
  const zeros = after === undefined ? [] : Array.from({ length: 8 - first.length - last.length }, () => '0')
  return [...first, ...zeros, ...last].map((group) => group.padStart(4, '0')).join('')
}

describeLive('multicast and anycast addresses', needs('veth', 'bridge'), () => {
  let own: Namespace
  beforeAll(async () => {
    own = await createNamespace()
    for (const command of [
      'sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0',
      'ip link add v0 type veth peer name v1',
      'ip link add br0 type bridge',
      'ip link set v0 up; ip link set v1 up; ip link set lo up; ip link set br0 up',
      'ip addr add 192.0.2.1/24 dev v0',
      'ip addr add 224.0.0.77/32 dev v1 autojoin',
      'ip addr add ff02::77/64 dev v0 autojoin',
      'ip addr add ff05::8:800/64 dev br0 autojoin',
      'ip addr add 2001:db8:1::1/64 dev v0 nodad',
      'ip addr add 2001:db8:2::1/56 dev v1 nodad',
      'ip maddr add 33:33:00:00:00:99 dev br0',
    ])
      own.run(command)
  })
  afterAll(() => own.close())

  test('groups are what `ip -j maddr` says', async () => {
    const found = await getMulticastAddresses({ netns: own.path })
    const oracle = fromIp(own).filter(([, , family]) => listsIpv4 || family === 'ipv6')
    expect(ordered(found.map(({ dev_index, dev, family, address }) => [dev_index, dev, family, address]))).toEqual(
      ordered(oracle),
    )
    expect(found.length).toBeGreaterThan(10)
    expect(found.filter(({ address }) => address === '224.0.0.77').length).toBe(listsIpv4 ? 1 : 0)
    expect(unknownIn(found)).toEqual([])
  })

  test('each says when it was joined, and that it stays', async () => {
    const before = uptime(own)
    own.run('ip addr add ff02::1234/64 dev v1 autojoin')
    const after = uptime(own)
    const found = await getMulticastAddresses({ netns: own.path, dev: 'v1', family: 'ipv6' })
    const one = found.find(({ address }) => address === 'ff02::1234')
    expect(one).toMatchObject({
      dev: 'v1',
      prefixlen: 128,
      scope: 0,
      scope_name: 'universe',
      flag_names: ['PERMANENT'],
    })
    const joined = one!.cacheinfo!.created_tstamp_sec!
    expect(joined).toBe(one!.cacheinfo!.created_tstamp! / 100)
    expect(joined).toBeGreaterThanOrEqual(before - 0.2)
    expect(joined).toBeLessThanOrEqual(after + 0.2)
  })

  test('anycast addresses are those of /proc/net/anycast6', async () => {
    const found = await getAnycastAddresses({ netns: own.path })
    const ours = found.map(({ dev_index, dev, address }) => [dev_index, dev, digits(address!)])
    expect(ordered(ours)).toEqual(ordered(fromProc(own)))
    expect(found.map(({ address }) => address)).toContain('2001:db8:1::')
    expect(found.every(({ family, cacheinfo }) => family === 'ipv6' && cacheinfo)).toBe(true)
    expect(unknownIn(found)).toEqual([])
  })

  test('by interface, by family, and for the records of interfaces they are the same', async () => {
    const options = { netns: own.path } as const
    const [all, anycast] = [await getMulticastAddresses(options), await getAnycastAddresses(options)]
    const of = (index: number) => all.filter(({ dev_index }) => dev_index === index)
    const index = all.find(({ dev }) => dev === 'v1')!.dev_index
    expect(await getMulticastAddresses({ ...options, dev: 'v1' })).toEqual(of(index))
    expect(await getMulticastAddresses({ ...options, dev: index })).toEqual(of(index))
    const byFamily = async (family: 'ipv4' | 'ipv6') => getMulticastAddresses({ ...options, family })
    expect([...(await byFamily('ipv4')), ...(await byFamily('ipv6'))]).toEqual(all)
    expect(await getAnycastAddresses({ ...options, family: 'ipv4' })).toEqual([])
    using session = openSession('NETLINK_ROUTE', options)
    const interfaces = new Map(all.map(({ dev_index, dev }) => [dev_index, dev!]))
    const both = await multicastAddressesOf(session, { lookups: { interfaces } })
    expect(both.multicast.get(index)).toEqual(of(index))
    expect([...both.multicast.values()].flat().length).toBe(all.length)
    expect([...both.anycast.values()].flat().length).toBe(anycast.length)
  })

  test('an interface that is not there, and options that make no sense, are refused', async () => {
    await expect(getMulticastAddresses({ netns: own.path, dev: 'absent0' })).rejects.toMatchObject({ code: 'ENODEV' })
    await expect(getMulticastAddresses({ family: 'mpls' as never })).rejects.toThrow(TypeError)
    await expect(getAnycastAddresses({ dev: -1 })).rejects.toThrow(TypeError)
    await expect(getAnycastAddresses({ device: 'v0' } as never)).rejects.toThrow(TypeError)
  })
})

describeLive('2,000 groups of one interface', needs('veth'), () => {
  test('are all there, and a list during which some are left says so', async () => {
    await using own = await createNamespace()
    own.run('sysctl -qw net.ipv6.conf.default.accept_dad=0; ip link add v0 type veth peer name v1; ip link set v0 up')
    const address = (i: number) => `ff02::1:${(i + 1).toString(16)}`
    const staying = Array.from({ length: 2000 }, (_, i) => address(i))
    own.batch(
      '-6 addr',
      staying.map((group) => `add ${group}/64 dev v0 autojoin`),
    )
    const options = { netns: own.path, family: 'ipv6', dev: 'v0' } as const
    const missing = (found: readonly { address?: string }[]) => {
      const there = new Set(found.map(({ address }) => address))
      return staying.filter((group) => !there.has(group)).length
    }
    expect(missing(await getMulticastAddresses(options))).toBe(0)
    const changes = Array.from({ length: 20 }, (_, i) => `add ff02::2:${i + 1}/64 dev v0 autojoin`)
    const undo = changes.map((line) => line.replace('add ff', 'del ff').replace(' autojoin', ''))
    let marked = 0
    await whileChanging(own, '-6 addr', [...changes, ...undo], async () => {
      for (let i = 0; i < 60; i++) {
        const found = await getMulticastAddresses({ ...options, restarts: 0, onInterrupted: 'return' })
        if (listsIpv4) expect(missing(found) === 0 || found.interrupted).toBe(true)
        marked += found.interrupted ? 1 : 0
      }
    })
    // Where the kernel tells of no changes there is nothing to mark a list by.
    if (listsIpv4) expect(marked).toBeGreaterThan(0)
    expect((await getMulticastAddresses(options)).interrupted).toBe(false)
  })
})
