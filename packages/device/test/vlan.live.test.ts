import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getBridgeVlanOptions, getBridgeVlans, getLinkVlans } from '../src/vlan.ts'

interface IpVlan {
  vlan: number
  vlanEnd?: number
  flags?: string[]
}
interface IpPort {
  ifname: string
  vlans: IpVlan[]
}
interface OurVlan {
  vid: number
  vid_end?: number
  pvid?: true
  untagged?: true
}

/** What `bridge -j vlan` says of one. */
const asIp = ({ vid, vid_end, pvid, untagged }: OurVlan) => ({
  vlan: vid,
  ...(vid_end === undefined ? {} : { vlanEnd: vid_end }),
  ...(pvid || untagged ? { flags: [...(pvid ? ['PVID'] : []), ...(untagged ? ['Egress Untagged'] : [])] } : {}),
})

describeLive('VLANs of bridges', needs('bridge-vlan', 'veth', 'vxlan'), () => {
  let own: Namespace
  beforeAll(async () => {
    own = await createNamespace()
    own.batch('link', [
      'add br0 type bridge vlan_filtering 1 vlan_stats_enabled 1 vlan_stats_per_port 1',
      'add v0 type veth peer name v1',
      'set v0 master br0',
      'add vx0 type vxlan external dstport 4789',
      'set vx0 master br0',
    ])
    own.run('bridge vlan add vid 10-20 dev v0; bridge vlan add vid 30 dev v0 pvid untagged')
    own.run('bridge vlan add vid 7 dev br0 self; bridge vlan set vid 10 dev v0 state blocking')
    own.run('ip link set vx0 type bridge_slave vlan_tunnel on; bridge vlan add vid 40-44 dev vx0')
    own.run('bridge vlan add dev vx0 vid 40-42 tunnel_info id 1000-1002')
  })
  afterAll(() => own.close())

  test('messages about links are `bridge -j vlan`, but for ranges cut where tunnels end', async () => {
    const found = await getLinkVlans({ netns: own.path })
    const said = own.json<IpPort[]>('bridge -j -compressvlans vlan')
    const rest = (all: IpPort[]) =>
      all
        .filter(({ ifname }) => ifname !== 'vx0')
        .map(({ ifname, vlans }) => ({ ifname, vlans: vlans.map(({ flags = [], ...one }) => ({ ...one, flags })) }))
    expect(rest(found.map(({ name, vlans }) => ({ ifname: name!, vlans: vlans.map(asIp) })))).toEqual(rest(said))
    expect(found.find(({ name }) => name === 'vx0')?.vlans).toMatchObject([
      { vid: 1 },
      { vid: 40, vid_end: 42, tunnel_id: 1000 },
      { vid: 43, vid_end: 44 },
    ])
  })

  test('states and tunnels are as set', async () => {
    const found = await getBridgeVlans({ netns: own.path })
    const of = (dev: string) => found.find(({ name }) => name === dev)?.vlans
    expect(of('v0')).toMatchObject([
      { vid: 1, state: 'forwarding' },
      { vid: 10, state: 'blocking' },
      { vid: 11, vid_end: 20, state: 'forwarding' },
      { vid: 30, pvid: true, untagged: true },
    ])
    expect(of('vx0')).toMatchObject([{ vid: 1 }, { vid: 40, vid_end: 42, tunnel_id: 1000 }, { vid: 43, vid_end: 44 }])
    expect(JSON.stringify(found)).not.toContain('unknown_')
    expect(await getBridgeVlans({ netns: own.path, dev: 'v0' })).toEqual(found.filter(({ name }) => name === 'v0'))
  })

  test('counters come for each VLAN alone', async () => {
    const [v0] = await getBridgeVlans({ netns: own.path, dev: 'v0', stats: true })
    expect(v0!.vlans.map(({ vid }) => vid)).toEqual([1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 30])
    for (const { stats } of v0!.vlans) expect(stats).toMatchObject({ rx_packets: 0, tx_bytes: 0 })
  })

  test('options of the bridge are `bridge -j -d vlan global`', async () => {
    own.run('bridge vlan global set vid 7 dev br0 mcast_snooping 0 mcast_last_member_count 5')
    const [br0] = await getBridgeVlanOptions({ netns: own.path })
    const [said] = own.json<{ vlans: Record<string, unknown>[] }[]>('bridge -j -d vlan global show dev br0')
    expect(br0!.vlans.find(({ vid }) => vid === 7)).toMatchObject({ mcast_snooping: false, mcast_last_member_cnt: 5 })
    expect(br0!.vlans.map((one) => [one.vid, one.mcast_query_intvl, one.mcast_igmp_version])).toEqual(
      said!.vlans.map((one) => [one.vlan, one.mcast_query_interval, one.mcast_igmp_version]),
    )
    expect(JSON.stringify(br0)).not.toContain('unknown_')
  })
})
