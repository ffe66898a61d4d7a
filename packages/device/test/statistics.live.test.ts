import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getLinkStatistics } from '../src/statistics.ts'

describeLive('statistics, multicast addresses and labels', needs('bridge', 'veth'), () => {
  let own: Namespace
  beforeAll(async () => {
    own = await createNamespace()
    own.batch('link', [
      'set lo up',
      'add br0 type bridge mcast_stats_enabled 1 stp_state 1',
      'add v0 type veth peer name v1',
      'set v0 master br0 up',
      'set v1 up',
      'set br0 up',
    ])
    own.run('sysctl -qw net.ipv6.conf.v1.forwarding=1; ip addr add 2001:db8::1/64 dev v1 nodad')
    own.run('ip addrlabel add prefix 2001:db8:5::/48 dev v1 label 77')
  })
  afterAll(() => own.close())

  test('the counters of links are those of /sys', async () => {
    const [lo] = await getLinkStatistics({ netns: own.path, dev: 'lo' })
    const said = own.run('cat /proc/net/dev | grep lo:').trim().split(/\s+/).map(Number)
    expect([lo!.link!.rx_bytes, lo!.link!.rx_packets]).toEqual([said[1], said[2]])
  })

  test('a port of a bridge has counters of multicast and of the spanning tree', async () => {
    const found = await getLinkStatistics({ netns: own.path })
    const v0 = found.find(({ name }) => name === 'v0')!
    const said = own.run('ip link xstats type bridge_slave dev v0')
    const number = (text: string) => Number(new RegExp(`${text}\\D*(\\d+)`).exec(said)?.[1])
    const { stp, mcast } = v0.xstats_slave!.bridge!
    expect([stp!.transition_blk, stp!.transition_fwd]).toEqual([number('Blocked:'), number('Forwarding:')])
    expect(mcast!.mcast_packets).toEqual({ rx: expect.any(Number), tx: expect.any(Number) })
    expect(JSON.stringify(found)).not.toContain('unknown_')
  })
})
