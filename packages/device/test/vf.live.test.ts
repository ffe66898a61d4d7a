import { existsSync } from 'node:fs'
import { openSession } from '@netsnap/core-native'
import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { virtualFunctionsOf } from '../src/vf-read.ts'
import { unknownIn } from './unknown.ts'

type Object_ = Readonly<Record<string, unknown>>

const PROTOCOLS: Readonly<Record<string, string>> = { '802.1Q': '8021q', '802.1ad': '8021ad' }

/** One of `ip`'s virtual functions, in our form. A key that is not in this table is a failure. */
function fromIp(one: Object_): Object_ {
  const OURS: Readonly<Record<string, (value: never) => Object_>> = {
    vf: (vf: number) => ({ vf }),
    address: (mac: string) => ({ mac }),
    broadcast: (broadcast: string) => ({ broadcast }),
    // What the physical link is, which `ip` repeats.
    link_type: () => ({}),
    vlan_list: ([tag]: Object_[]) => {
      const { vlan, qos = 0, protocol = '802.1Q' } = tag!
      if (vlan === undefined) return {}
      return { vlan, ...(qos ? { qos } : {}), vlan_list: [{ vlan, qos, protocol: PROTOCOLS[protocol as string] }] }
    },
    tx_rate: (tx_rate: number) => ({ tx_rate }),
    rate: ({ max_tx, min_tx }: Record<string, number>) => ({
      ...(max_tx ? { max_tx_rate: max_tx } : {}),
      ...(min_tx ? { min_tx_rate: min_tx } : {}),
    }),
    spoofchk: (spoofchk: boolean) => ({ spoofchk }),
    link_state: (link_state: string) => ({ link_state }),
    trust: (trust: boolean) => ({ trust }),
    query_rss_en: (rss_query_en: boolean) => ({ rss_query_en }),
    stats: ({ rx, tx }: Record<'rx' | 'tx', Record<string, number>>) => {
      const { bytes, packets, multicast, broadcast, dropped, ...left } = rx
      const { tx_bytes, tx_packets, dropped: tx_dropped, ...more } = tx
      expect([left, more]).toEqual([{}, {}])
      const received = { rx_bytes: bytes, rx_packets: packets, multicast, broadcast, rx_dropped: dropped }
      return { stats: { ...received, tx_bytes, tx_packets, tx_dropped } }
    },
  }
  return Object.assign({}, ...Object.entries(one).map(([key, value]) => OURS[key]!(value as never)))
}

describeLive('virtual functions of netdevsim', needs('netdevsim', 'linux 6.12'), () => {
  const DEVICE = 71
  const folder = `/sys/bus/netdevsim/devices/netdevsim${DEVICE}`
  const functions = (own: Namespace, count: number) => {
    own.run(`echo 0 > ${folder}/sriov_numvfs; echo ${count} > ${folder}/sriov_numvfs`)
    // The one link beside lo; udev would name it.
    return own.json<{ ifname: string }[]>('ip -j link').at(-1)!.ifname
  }
  let own: Namespace
  beforeAll(async () => {
    own = await createNamespace()
    own.run(`echo "${DEVICE} 1" > /sys/bus/netdevsim/new_device`)
    own.run(`echo 300 > /sys/kernel/debug/netdevsim/netdevsim${DEVICE}/max_vfs`)
  })
  afterAll(async () => {
    own.run(`echo ${DEVICE} > /sys/bus/netdevsim/del_device`)
    await own.close()
  })

  async function read(counters: boolean) {
    using session = openSession('NETLINK_ROUTE', { netns: own.path })
    const all = await virtualFunctionsOf(session, {}, { counters })
    const [index, found] = [...all][0]!
    expect([...all.keys()]).toEqual([index])
    expect(await virtualFunctionsOf(session, {}, { index, counters })).toEqual(all)
    expect(await virtualFunctionsOf(session, {}, { index: 1 })).toEqual(new Map())
    expect(unknownIn(found)).toEqual([])
    return found
  }

  test('what `ip -j -d link` shows of them', async () => {
    expect(existsSync(folder)).toBe(true)
    const name = functions(own, 3)
    own.run(`ip link set ${name} vf 0 mac 02:00:00:00:00:a0 vlan 100 qos 5 spoofchk on trust on query_rss on`)
    own.run(`ip link set ${name} vf 1 mac 02:00:00:00:01:00 vlan 7 proto 802.1ad state disable`)
    own.run(`ip link set ${name} vf 1 max_tx_rate 4000 min_tx_rate 10`)
    own.run(`ip link set ${name} vf 2 state enable`)
    const [oracle] = own.json<{ vfinfo_list: Object_[] }[]>(`ip -j -d -s link show dev ${name}`)
    const { num_vf, vfs = [] } = await read(true)
    expect(num_vf).toBe(3)
    expect(vfs).toEqual(oracle!.vfinfo_list.map(fromIp))
    const rows = vfs.map(({ mac, vlan, link_state, max_tx_rate, trust }) => [mac, vlan, link_state, max_tx_rate, trust])
    expect(rows).toEqual([
      ['02:00:00:00:00:a0', 100, 'auto', undefined, true],
      ['02:00:00:00:01:00', 7, 'disable', 4000, false],
      ['00:00:00:00:00:00', undefined, 'enable', undefined, false],
    ])
    const without = await read(false)
    expect(without.vfs).toEqual(vfs.map(({ stats: _, ...one }) => one))
  })

  test('252 of them, whose counters do not fit into one attribute', async () => {
    const name = functions(own, 252)
    own.run(`ip link set ${name} vf 251 mac 02:00:00:00:00:fb`)
    own.run(`ip link set ${name} vf 250 vlan 4094`)
    const { num_vf, vfs = [] } = await read(true)
    expect([num_vf, vfs.length]).toEqual([252, 252])
    expect(vfs.map(({ vf }) => vf)).toEqual(Array.from({ length: 252 }, (_, vf) => vf))
    expect(vfs[251]).toMatchObject({ mac: '02:00:00:00:00:fb', link_state: 'auto' })
    expect(vfs[250]!.vlan).toBe(4094)
    expect(vfs.filter(({ stats }) => stats)).toEqual([])
  })
})
