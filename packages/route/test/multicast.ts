import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Namespace } from '@netsnap/core-native/testing'

/** Routes live as long as the sockets of the multicast router that has made them (linux/mroute.h, linux/mroute6.h). */
const program = `
import socket, struct, sys
four = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
MRT_INIT, MRT_ADD_VIF, MRT_ADD_MFC, VIFF_USE_IFINDEX = 200, 202, 204, 8
four.setsockopt(socket.IPPROTO_IP, MRT_INIT, struct.pack('i', 1))
indexes = [socket.if_nametoindex(name) for name in sys.argv[1:]]
for vif, index in enumerate(indexes):
    four.setsockopt(socket.IPPROTO_IP, MRT_ADD_VIF, struct.pack('HBBIi4s', vif, VIFF_USE_IFINDEX, 1, 0, index, bytes(4)))
def add(origin, group, parent, ttls):
    addresses = socket.inet_aton(origin) + socket.inet_aton(group)
    four.setsockopt(socket.IPPROTO_IP, MRT_ADD_MFC, struct.pack('8sH32sIIIi', addresses, parent, bytes(ttls), 0, 0, 0, 0))
add('10.0.0.7', '239.1.1.1', 0, [0, 1])
add('10.1.0.7', '239.1.1.2', 1, [3, 0])
six = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
six.setsockopt(socket.IPPROTO_IPV6, MRT_INIT, struct.pack('i', 1))
for mif, index in enumerate(indexes):
    six.setsockopt(socket.IPPROTO_IPV6, MRT_ADD_VIF, struct.pack('HBBHI', mif, 0, 1, index, 0))
def address(text):
    return struct.pack('HHI16sI', socket.AF_INET6, 0, 0, socket.inet_pton(socket.AF_INET6, text), 0)
six.setsockopt(socket.IPPROTO_IPV6, MRT_ADD_MFC, address('2001:db8::7') + address('ff0e::1') + struct.pack('HH8I', 0, 0, 2, *[0] * 7))
print('ready', flush=True)
sys.stdin.read()
`

/** A multicast router in a namespace, until it is closed. */
export async function multicastRouter(
  namespace: Namespace,
  interfaces: readonly string[],
): Promise<{ close(): Promise<void> }> {
  const child = spawn('nsenter', [`--net=${namespace.path}`, 'python3', '-c', program, ...interfaces])
  const complaint: Buffer[] = []
  child.stderr.on('data', (data: Buffer) => complaint.push(data))
  const exit = once(child, 'exit')
  await Promise.race([once(child.stdout, 'data'), exit])
  if (child.exitCode !== null) throw new Error(`no multicast router: ${Buffer.concat(complaint).toString().trim()}`)
  return {
    async close() {
      child.stdin.end()
      await exit
    },
  }
}
