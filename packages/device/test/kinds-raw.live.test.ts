/** What this `ip` cannot set or show: set by messages of our own, or by /sys, and read again. */
import { openNetns, Session } from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive, needs, testLive } from '@netsnap/core-native/testing/vitest'
import { expect } from 'vitest'
import { openSocket } from '../../core-native/src/socket/socket.ts'
import { getLinks, type Link } from '../src/index.ts'
import { type Attributes, b, bytes, mac, r } from './kinds-reader.ts'
import { unknownIn } from './unknown.ts'

/** Has the kernel make or change a link; answers the errno. */
async function set(path: string, attributes: Attributes, index = 0): Promise<number> {
  const netns = openNetns(path)
  const socket = openSocket(constant('NETLINK_ROUTE'), { netns: netns.fd })
  netns.close()
  try {
    const named = index === 0 ? (['NLM_F_CREATE', 'NLM_F_EXCL'] as const) : []
    const flags = (['NLM_F_REQUEST', 'NLM_F_ACK', ...named] as const).reduce((all, flag) => all | constant(flag), 0)
    const head = b.struct('ifinfomsg', { ifi_index: index })
    socket.send(b.message({ type: 'RTM_NEWLINK', sequence: 1, flags }, head, r.attributes(attributes)))
    const into = new ArrayBuffer(64 * 1024)
    await socket.receive(into)
    return new DataView(into).getInt32(16, b.little)
  } finally {
    socket.close()
  }
}

/** A new link of a kind. */
const made = (path: string, name: string, kind: string, data: Attributes, others: Attributes = {}) =>
  set(path, {
    IFLA_IFNAME: b.text(name),
    ...others,
    IFLA_LINKINFO: { IFLA_INFO_KIND: b.text(kind), IFLA_INFO_DATA: data },
  })

async function linkOf(own: Namespace, name: string): Promise<Link> {
  const links = await getLinks({ netns: own.path })
  expect(unknownIn(links)).toEqual([])
  return links.find((link) => link.name === name)!
}

/** Interface indexes are asked of `ip`: /sys is that of another namespace. */
const ifindex = (own: Namespace, name: string) => own.json<[{ ifindex: number }]>(`ip -j link show ${name}`)[0].ifindex

const on = bytes(1)
const off = bytes(0)

describeLive('attributes of kinds that are newer than this `ip`', () => {
  testLive('a pair of netkit', needs('netkit'), async () => {
    await using own = await createNamespace()
    const data: Attributes = {
      IFLA_NETKIT_MODE: b.u32(constant('NETKIT_L2')),
      IFLA_NETKIT_POLICY: b.u32(constant('NETKIT_DROP')),
      IFLA_NETKIT_PEER_POLICY: b.u32(constant('NETKIT_PASS')),
      IFLA_NETKIT_SCRUB: b.u32(constant('NETKIT_SCRUB_NONE')),
    }
    expect(await made(own.path, 'mine0', 'netkit', data)).toBe(0)
    const one = await linkOf(own, 'mine0')
    expect(one.netkit).toMatchObject({ primary: true, mode: 'l2', policy: 'drop', peer_policy: 'pass', scrub: 'none' })
    const links = await getLinks({ netns: own.path, kind: 'netkit' })
    const other = links.find(({ name }) => name !== 'mine0')!
    expect(other.netkit).toMatchObject({ primary: false, mode: 'l2', policy: 'pass', peer_policy: 'drop' })
    expect([one.link, other.link]).toEqual([other.index, one.index])
  })

  testLive('options of a bridge, and how much it may learn', needs('bridge', 'linux 6.6'), async () => {
    await using own = await createNamespace()
    const options = 2 ** constant('BR_BOOLOPT_NO_LL_LEARN')
    const data = { IFLA_BR_MULTI_BOOLOPT: b.struct('br_boolopt_multi', { optval: options, optmask: options }) }
    expect(await made(own.path, 'br0', 'bridge', { ...data, IFLA_BR_FDB_MAX_LEARNED: b.u32(70_000) })).toBe(0)
    const { bridge_config } = await linkOf(own, 'br0')
    expect(bridge_config).toMatchObject({ fdb_max_learned: 70_000, fdb_n_learned: 0 })
    expect(bridge_config?.multi_boolopt).toMatchObject({ no_ll_learn: true, mst_enable: false })
  })

  testLive('a bridge hears of the querier on its link', needs('bridge', 'veth'), async () => {
    await using own = await createNamespace()
    for (const command of [
      'ip link add v0 type veth peer name v1',
      'ip link add asks type bridge mcast_querier 1 mcast_query_use_ifaddr 1 mcast_startup_query_interval 10',
      'ip link add hears type bridge mcast_querier 0 mcast_querier_interval 25500',
      'ip link set v0 master asks up',
      'ip link set v1 master hears up',
      'ip addr add 192.0.2.9/24 dev asks',
      'ip link set asks up',
      'ip link set hears up',
    ])
      own.run(command)
    const state = async () => (await linkOf(own, 'hears')).bridge_config?.mcast_querier_state
    await expect.poll(async () => (await state())?.ip_address, { timeout: 20_000 }).toBe('192.0.2.9')
    const found = (await state())!
    expect(found).toMatchObject({ ip_port: 'v1', ip_port_index: ifindex(own, 'v1') })
    // Set from mcast_querier_interval, in hundredths of a second, and running down.
    expect(found.ip_other_timer_sec).toBeGreaterThan(200)
    expect(found.ip_other_timer_sec).toBeLessThanOrEqual(255)
  })

  testLive('a port of a bridge', needs('bridge', 'veth', 'linux 6.5'), async () => {
    await using own = await createNamespace()
    for (const command of [
      'ip link add v0 type veth peer name v1',
      'ip link add br0 type bridge',
      'ip link set v0 master br0',
      'ip link set v1 master br0',
    ])
      own.run(command)
    const port: Attributes = {
      IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT: b.u32(77),
      IFLA_BRPORT_MCAST_MAX_GROUPS: b.u32(70_001),
      IFLA_BRPORT_NEIGH_VLAN_SUPPRESS: on,
      IFLA_BRPORT_LOCKED: on,
      IFLA_BRPORT_LEARNING: on,
      IFLA_BRPORT_MAB: on,
      IFLA_BRPORT_BACKUP_PORT: b.u32(ifindex(own, 'v1')),
      IFLA_BRPORT_BACKUP_NHID: b.u32(99),
    }
    const info = { IFLA_INFO_SLAVE_KIND: b.text('bridge'), IFLA_INFO_SLAVE_DATA: port }
    const kind = { IFLA_INFO_KIND: b.text('veth') }
    expect(await set(own.path, { IFLA_LINKINFO: { ...kind, ...info } }, ifindex(own, 'v0'))).toBe(0)
    expect((await linkOf(own, 'v0')).bridge_port).toMatchObject({
      mcast_eht_hosts_limit: 77,
      mcast_eht_hosts_cnt: 0,
      mcast_n_groups: 0,
      mcast_max_groups: 70_001,
      neigh_vlan_suppress: true,
      locked: true,
      mab: true,
      backup_port: 'v1',
      backup_port_index: ifindex(own, 'v1'),
      backup_nhid: 99,
    })
  })

  testLive('VXLAN without a bypass, with reserved bits', needs('vxlan', 'linux 6.14'), async () => {
    await using own = await createNamespace()
    own.run('ip link add br0 type bridge')
    const group = bytes(0xff, 0x0e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
    const reserved = bytes(0, 0xff, 0, 0, 0, 0, 0, 0xff)
    const data: Attributes = {
      IFLA_VXLAN_ID: b.u32(5),
      IFLA_VXLAN_PORT: bytes(0x12, 0xb5),
      IFLA_VXLAN_GROUP6: group,
      IFLA_VXLAN_LINK: b.u32(ifindex(own, 'br0')),
      IFLA_VXLAN_LOCALBYPASS: off,
      IFLA_VXLAN_LABEL_POLICY: b.u32(constant('VXLAN_LABEL_INHERIT')),
      IFLA_VXLAN_RESERVED_BITS: reserved,
    }
    expect(await made(own.path, 'vx0', 'vxlan', data)).toBe(0)
    expect((await linkOf(own, 'vx0')).vxlan).toMatchObject({
      id: 5,
      port: 4789,
      group6: 'ff0e::1',
      link: 'br0',
      localbypass: false,
      label_policy: 'inherit',
      reserved_bits: '00ff0000000000ff',
    })
  })

  testLive(
    'macvlan: from how many receivers on packets are queued',
    needs('macvlan', 'veth', 'linux 6.5'),
    async () => {
      await using own = await createNamespace()
      own.run('ip link add v0 type veth peer name v1')
      const data = { IFLA_MACVLAN_MODE: b.u32(constant('MACVLAN_MODE_BRIDGE')), IFLA_MACVLAN_BC_CUTOFF: b.u32(5) }
      const link = { IFLA_LINK: b.u32(ifindex(own, 'v0')) }
      expect(await made(own.path, 'm0', 'macvlan', data, link)).toBe(0)
      expect((await linkOf(own, 'm0')).macvlan).toMatchObject({ mode: 'bridge', bc_cutoff: 5 })
    },
  )

  testLive('a bond of 802.3ad, and three targets of IPv6', needs('bond', 'linux 6.9'), async () => {
    await using own = await createNamespace()
    const data = {
      IFLA_BOND_MODE: bytes(constant('BOND_MODE_8023AD')),
      IFLA_BOND_MIIMON: b.u32(100),
      IFLA_BOND_COUPLED_CONTROL: off,
    }
    expect(await made(own.path, 'bond0', 'bond', data, { IFLA_ADDRESS: mac })).toBe(0)
    expect((await linkOf(own, 'bond0')).bond).toMatchObject({ mode: '802.3ad', coupled_control: false })
    const target = (last: number) => bytes(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last)
    const targets = {
      IFLA_BOND_MODE: bytes(constant('BOND_MODE_ACTIVEBACKUP')),
      IFLA_BOND_ARP_INTERVAL: b.u32(1000),
      IFLA_BOND_NS_IP6_TARGET: { 0: target(1), 1: target(2), 2: target(3) },
    }
    expect(await made(own.path, 'bond1', 'bond', targets)).toBe(0)
    expect((await linkOf(own, 'bond1')).bond).toMatchObject({
      arp_interval: 1000,
      ns_ip6_target: ['2001:db8::1', '2001:db8::2', '2001:db8::3'],
    })
  })
})

describeLive('what a bond tells to the administrator alone', () => {
  testLive('is absent of another user', needs('bond'), async () => {
    await using own = await createNamespace()
    own.run(
      'ip link add bond0 type bond mode 802.3ad ad_actor_sys_prio 77 ad_user_port_key 5 ad_actor_system 02:00:00:00:00:77',
    )
    const netns = openNetns(own.path)
    await using session = new Session(openSocket(constant('NETLINK_ROUTE'), { netns: netns.fd }))
    netns.close()
    const bond = async () => (await getLinks({ session })).find(({ name }) => name === 'bond0')!.bond!
    const secrets = { ad_actor_sys_prio: 77, ad_user_port_key: 5, ad_actor_system: '02:00:00:00:00:77' }
    const all = await bond()
    expect(all).toMatchObject(secrets)
    const user = process.geteuid!()
    process.seteuid!('nobody')
    const others = await bond().finally(() => process.seteuid!(user))
    const rest = Object.entries(all).filter(([key]) => !(key in secrets))
    expect(others).toEqual(Object.fromEntries(rest))
  })
})

describeLive('kinds that this `ip` makes and says little of', () => {
  testLive('a gateway of GTP', needs('gtp'), async () => {
    await using own = await createNamespace()
    own.run('ip link add gtp0 type gtp role sgsn hsize 16 restart_count 7')
    expect((await linkOf(own, 'gtp0')).gtp).toMatchObject({ role: 'sgsn', pdp_hashsize: 16, restart_count: 7 })
  })

  testLive('a relay of AMT', needs('amt', 'dummy'), async () => {
    await using own = await createNamespace()
    own.run('ip link add d0 type dummy')
    own.run('ip link add amt0 type amt mode relay local 192.0.2.1 dev d0 relay_port 2268 max_tunnels 8')
    expect((await linkOf(own, 'amt0')).amt).toMatchObject({
      mode: 'relay',
      local: '192.0.2.1',
      link: 'd0',
      link_index: ifindex(own, 'd0'),
      relay_port: 2268,
      max_tunnels: 8,
    })
  })

  for (const kind of ['batadv', 'nlmon', 'vcan', 'vxcan', 'dummy', 'ifb', 'team', 'wireguard'] as const) {
    testLive(`${kind} has no data`, needs(kind), async () => {
      await using own = await createNamespace()
      own.run(`ip link add l0 type ${kind}`)
      const one = await linkOf(own, 'l0')
      expect(one.kind).toBe(kind)
      expect(one).not.toHaveProperty(kind)
    })
  }
})
