import { execFileSync } from 'node:child_process'
import { openNetns, Session } from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSocket } from '../../core-native/src/socket/socket.ts'
import { DeviceQuery, getAddresses, getInterfaces, getLinks, streamLinks } from '../src/index.ts'

/** A session in a namespace that counts what is sent. */
function countingSession(path: string): { session: Session; sent: () => number } {
  const netns = openNetns(path)
  const inner = openSocket(constant('NETLINK_ROUTE'), { netns: netns.fd })
  netns.close()
  let sent = 0
  const send = (request: Uint8Array) => {
    sent++
    return inner.send(request)
  }
  const transport = new Proxy(inner, {
    get: (target, name) => {
      if (name === 'send') return send
      const value = Reflect.get(target, name, target) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { session: new Session(transport), sent: () => sent }
}

describeLive('which links there are, and what they are called', () => {
  let here: Namespace
  let there: Namespace
  const name = `netsnap-device-${process.pid}`
  beforeAll(async () => {
    here = await createNamespace()
    there = await createNamespace()
    execFileSync('ip', ['netns', 'attach', name, String(there.pid)])
    for (const command of [
      'ip link set lo up',
      'ip link add br0 type bridge',
      'ip link add br1 type bridge',
      `ip link add v0 type veth peer name far0 netns ${there.pid}`,
      'ip link add v1 type veth peer name v2',
      'ip link set v0 master br0',
      'ip link set v1 master br1 up',
      'ip link property add dev v1 altname also-called-v1-in-a-name-that-is-long',
      'ip addr add 192.0.2.1/24 dev v1',
      'ip -6 addr add 2001:db8::1/64 dev v1 nodad',
    ])
      here.run(command)
    // An interface here with the index that the far end has over there.
    const [{ ifindex }] = there.json<[{ ifindex: number }]>('ip -j link show far0')
    there.run(`ip link add at-${ifindex} type bridge`)
  })
  afterAll(async () => {
    execFileSync('ip', ['netns', 'delete', name])
    await here?.close()
    await there?.close()
  })

  test('the far end in another namespace has the name that it has there, and that namespace its own (B16)', async () => {
    const [v0] = await getLinks({ netns: here.path, name: 'v0' })
    const [far] = await getLinks({ netns: there.path, name: 'far0' })
    expect(v0).toMatchObject({ link: far!.index, link_name: 'far0', link_netnsid: 0, link_netns: name, master: 'br0' })
    expect(far).toMatchObject({ link: v0!.index, link_name: 'v0' })
    for await (const batch of streamLinks({ netns: here.path })) {
      const streamed = batch.find((one) => one.name === 'v0')
      if (streamed) expect(streamed).toEqual(v0)
    }
  })

  test('in one namespace it is looked up here', async () => {
    const [v1] = await getLinks({ netns: here.path, name: 'v1' })
    expect(v1).toMatchObject({ link_name: 'v2', master: 'br1' })
    expect(v1).not.toHaveProperty('link_netnsid')
    expect(v1).not.toHaveProperty('link_netns')
  })

  test('by an alternative name, by index, and of a name that nobody has', async () => {
    const netns = here.path
    const [v1] = await getLinks({ netns, name: 'also-called-v1-in-a-name-that-is-long' })
    expect(v1).toMatchObject({ name: 'v1', altnames: ['also-called-v1-in-a-name-that-is-long'] })
    expect(await getLinks({ netns, index: v1!.index })).toEqual([v1])
    const refused = { code: 'ENODEV', message: 'link: there is no interface named "nobody" (ENODEV)' }
    await expect(getLinks({ netns, name: 'nobody' })).rejects.toMatchObject(refused)
    await expect(getLinks({ netns, index: 4711 })).rejects.toMatchObject({ code: 'ENODEV' })
    await expect(getLinks({ netns, master: 'nobody' })).rejects.toMatchObject({ code: 'ENODEV' })
    await expect(getAddresses({ netns, dev: 'nobody' })).rejects.toMatchObject({ code: 'ENODEV' })
  })

  test('one interface costs one message, and a few for what it is called elsewhere', async () => {
    const { session, sent } = countingSession(here.path)
    expect((await getLinks({ session, name: 'br0' })).map((link) => link.name)).toEqual(['br0'])
    expect(sent()).toBe(1)
    session.close()
  })

  test('by kind, master and state', async () => {
    const netns = here.path
    const names = async (filter: object) => (await getLinks({ netns, ...filter })).map((link) => link.name)
    expect(await names({ kind: 'bridge' })).toEqual(['br0', 'br1'])
    expect(await names({ kind: 'no-such-kind' })).toEqual([])
    expect(await names({ master: 'br1' })).toEqual(['v1'])
    expect(await names({ master: 'br0', kind: 'bridge' })).toEqual([])
    expect(await names({ up: true })).toEqual(['lo', 'v1'])
    expect(await names({ up: false, kind: 'veth' })).toEqual(['v0', 'v2'].sort(() => -1).sort())
    expect(await names({ name: 'v1', kind: 'bridge' })).toEqual([])
  })

  test('without statistics the kernel sends none', async () => {
    const netns = here.path
    for (const link of await getLinks({ netns, statistics: false })) {
      expect(link).not.toHaveProperty('stats')
      expect(link.inet6 ?? {}).not.toHaveProperty('stats')
    }
    for (const link of await getLinks({ netns })) expect(link.stats).toMatchObject({ is_64bit: true })
  })

  test('addresses by family and interface', async () => {
    const netns = here.path
    const texts = async (filter: object) =>
      (await getAddresses({ netns, ...filter })).map(({ dev, ipinterface }) => `${dev} ${ipinterface}`)
    expect(await texts({ family: 'ipv4' })).toEqual(['lo 127.0.0.1/8', 'v1 192.0.2.1/24'])
    expect(await texts({ family: 'ipv6', dev: 'v1' })).toContain('v1 2001:db8::1/64')
    expect(await texts({ dev: 'also-called-v1-in-a-name-that-is-long', family: 'ipv4' })).toEqual(['v1 192.0.2.1/24'])
  })

  test.each([
    ['name', ''],
    ['name', 7],
    ['index', 0],
    ['index', 2 ** 31],
    ['kind', ''],
    ['master', -1],
    ['up', 'yes'],
    ['statistics', 0],
    ['vf', 1],
  ])('%s: %j is refused before anything is sent', async (option, value) => {
    const { session, sent } = countingSession(here.path)
    await expect(getLinks({ session, [option]: value })).rejects.toThrow(TypeError)
    await expect(getLinks({ session, [option]: value })).rejects.toThrow(`${option}: `)
    expect(sent()).toBe(0)
    session.close()
  })

  test('a family that has no addresses, and two ways to name one interface', async () => {
    await expect(getAddresses({ family: 'mpls' as 'ipv4' })).rejects.toThrow(/family: "mpls"/)
    await expect(getLinks({ name: 'lo', index: 1 })).rejects.toThrow(TypeError)
  })

  describe('the three ways to hold a socket', () => {
    test('give the same', async () => {
      const direct = Object.keys(await getInterfaces({ netns: here.path }))
      expect(Object.keys(await new DeviceQuery({ netns: here.path }).getInterfaces())).toEqual(direct)
      const query = new DeviceQuery({ netns: here.path }).open()
      expect(Object.keys(await query.getInterfaces())).toEqual(direct)
      expect((await query.getLinkInfo()).map((link) => link.name)).toEqual(direct)
      expect(await query.getAddressInfo({ family: 'ipv4' })).toHaveLength(2)
      query.close()
    })
  })
})

describeLive('what the kernel shows elsewhere', () => {
  let own: Namespace
  beforeAll(async () => {
    own = await createNamespace()
    own.run('ip link add v0 type veth peer name v1')
    own.run('ip link set v0 up; ip link set v1 up; ip link set lo up')
    own.run('sysctl -qw net.ipv4.conf.v0.rp_filter=2 net.ipv4.conf.v0.arp_announce=1 net.ipv6.conf.v0.hop_limit=77')
  })
  afterAll(() => own?.close())

  const proc = (file: string) => own.run(`cat ${file}`).trim()

  test('devconf of IPv4 by name is /proc/sys/net/ipv4/conf', async () => {
    const [v0] = await getLinks({ netns: own.path, name: 'v0' })
    const { conf } = v0!.inet!
    const files = own.run('ls /proc/sys/net/ipv4/conf/v0').trim().split('\n')
    const renamed: Record<string, string> = {
      arpfilter: 'arp_filter',
      noxfrm: 'disable_xfrm',
      nopolicy: 'disable_policy',
    }
    const same = Object.keys(conf!).filter((name) => files.includes(renamed[name] ?? name))
    expect(same.length).toBeGreaterThan(25)
    for (const name of same)
      expect([name, conf![name]]).toEqual([name, Number(proc(`/proc/sys/net/ipv4/conf/v0/${renamed[name] ?? name}`))])
    expect(conf).toMatchObject({ rp_filter: 2, arp_announce: 1 })
  })

  test('devconf of IPv6 by name is /proc/sys/net/ipv6/conf', async () => {
    const [v0] = await getLinks({ netns: own.path, name: 'v0' })
    const { conf } = v0!.inet6!
    const renamed: Record<string, string> = { hoplimit: 'hop_limit', mtu6: 'mtu' }
    const files = own.run('ls /proc/sys/net/ipv6/conf/v0').trim().split('\n')
    // These are of seconds there and of milliseconds here, or of two meanings.
    const others = new Set(['rtr_solicit_interval', 'rtr_solicit_delay', 'rtr_probe_interval', 'stable_secret'])
    others.add('rtr_solicit_max_interval').add('ioam6_id_wide').add('mldv1_unsolicited_report_interval')
    const same = Object.keys(conf!).filter((name) => files.includes(renamed[name] ?? name) && !others.has(name))
    expect(same.length).toBeGreaterThan(40)
    for (const name of same)
      expect([name, conf![name]]).toEqual([name, Number(proc(`/proc/sys/net/ipv6/conf/v0/${renamed[name] ?? name}`))])
    expect(conf).toMatchObject({ hoplimit: 77 })
  })

  test('a name of the kernel is a key like any other', async () => {
    await using odd = await createNamespace()
    for (const name of ['1', '__proto__', 'constructor']) odd.run(`ip link add ${name} type bridge`)
    const interfaces = await getInterfaces({ netns: odd.path })
    expect(Object.keys(interfaces).sort()).toEqual(['1', '__proto__', 'constructor', 'lo'])
    expect(interfaces['1']).toMatchObject({ name: '1', kind: 'bridge' })
    expect(Object.getOwnPropertyDescriptor(interfaces, '__proto__')!.value).toMatchObject({ name: '__proto__' })
    expect(JSON.parse(JSON.stringify(interfaces)).constructor).toMatchObject({ kind: 'bridge' })
  })
})
