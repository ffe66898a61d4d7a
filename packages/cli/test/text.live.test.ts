/** What text says of routes that no recording has. */
import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive, needs, testLive } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import { multicastRouter } from '../../route/test/multicast.ts'
import { show } from './in-process.ts'

vi.mock('../src/output.ts', async (original) => ({
  ...(await original<typeof import('../src/output.ts')>()),
  ...(await import('./in-process.ts')).captured,
}))

/** A group with weights of 16 bits, which older versions of `ip` cannot say (linux/nexthop.h, linux/rtnetlink.h). */
const wideGroup = `
import socket, struct
RTM_NEWNEXTHOP, NHA_ID, NHA_GROUP = 104, 1, 2
NLM_F_REQUEST, NLM_F_ACK, NLM_F_EXCL, NLM_F_CREATE = 1, 4, 0x200, 0x400
def attribute(kind, data):
    return struct.pack('HH', 4 + len(data), kind) + data + bytes(-len(data) % 4)
def member(id, weight):
    return struct.pack('IBBH', id, (weight - 1) & 255, (weight - 1) >> 8, 0)
body = bytes(8) + attribute(NHA_ID, struct.pack('I', 9)) + attribute(NHA_GROUP, member(1, 300) + member(2, 65535))
flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_EXCL | NLM_F_CREATE
kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
kernel.sendto(struct.pack('IHHII', 16 + len(body), RTM_NEWNEXTHOP, flags, 1, 0) + body, (0, 0))
answer = struct.unpack('i', kernel.recv(4096)[16:20])[0]
if answer: raise OSError(-answer, 'the kernel refuses the group')
`

describeLive('text', () => {
  let namespace: Namespace
  beforeAll(async () => {
    namespace = await createNamespace()
    for (const name of ['br0', 'br1']) {
      namespace.run(`ip link add ${name} type bridge; ip link set ${name} addrgenmode none; ip link set ${name} up`)
    }
    namespace.run('ip link set lo up; ip addr add 10.0.0.1/24 dev br0; ip addr add 10.0.1.1/24 dev br1')
    namespace.batch('nexthop', ['add id 1 via 10.0.0.2 dev br0', 'add id 2 via 10.0.1.2 dev br1'])
  })
  afterAll(() => namespace.close())
  const text = async (...args: string[]) => (await show([...args, '-n', namespace.path])).stdout

  describe('of a group', () => {
    testLive('with shares above 256', needs('linux 6.12'), async () => {
      namespace.run(`python3 -c "${wideGroup}"; ip route add 10.9.0.0/16 nhid 9`)
      const hops = ['id 1 via 10.0.0.2 dev br0 weight 300', 'id 2 via 10.0.1.2 dev br1 weight 65535']
      expect(await text('route', '--text')).toContain(`nhid 9 ${hops.join(', ')}`)
      expect(await text('route', '--summary')).toContain(
        `10.9.0.0/16 nhid 9 [BOOT]\n    nexthop ${hops.join('\n    nexthop ')}\n`,
      )
      expect(await text('route', '--nexthops', '--text')).toContain('group 1,300 2,65535')
      expect(await text('route', 'get', '10.9.0.1', '--fib-match', '--text')).toContain('nhid 9')
    })
  })

  testLive('of multicast routes says where packets come in', needs('ipmr'), async () => {
    const router = await multicastRouter(namespace, ['br0', 'br1'])
    try {
      const lines = (await text('route', '--text')).split('\n').filter((line) => /^ip6?mr /.test(line))
      const said = namespace.json<{ dst: string; iif: string; from?: string }[]>('ip -j mroute show')
      const six = namespace.json<{ dst: string; iif: string; from?: string }[]>('ip -j -6 mroute show')
      expect(said.length).toBeGreaterThan(1)
      expect(lines).toHaveLength(said.length + six.length)
      for (const { dst, iif } of [...said, ...six]) {
        expect(lines.filter((line) => line.includes(` ${dst}/`) && line.includes(`iif ${iif} `))).toHaveLength(1)
      }
    } finally {
      await router.close()
    }
  })

  testLive('of a carrier that is gone', needs('veth'), async () => {
    namespace.run('ip link add v0 type veth peer name v1; ip addr add 10.0.5.1/24 dev v0; ip link set v0 up')
    namespace.run('ip route add 10.8.0.0/16 nexthop via 10.0.0.7 dev br0 nexthop via 10.0.5.7 dev v0')
    const line = (await text('route', '--text')).split('\n').find((one) => one.includes('10.8.0.0/16'))
    expect(line).toMatch(/via 10\.0\.0\.7 dev br0 weight 1, via 10\.0\.5\.7 dev v0 weight 1 linkdown /)
  })
})
