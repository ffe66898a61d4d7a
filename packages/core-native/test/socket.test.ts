import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { afterEach, describe, expect, test } from 'vitest'
import { constant } from '../src/constants/index.ts'
import { wire } from '../src/constants/wire.ts'
import { errnoName, openSocket, socketError } from '../src/socket/socket.ts'
import type { Transport } from '../src/socket/transport.ts'
import { createNamespace } from '../src/testing/namespace.ts'
import { describeLive } from '../src/testing/vitest.ts'
import { dumpRequest, errnoOf, type Message, message, messagesOf, ruleDump } from './fixtures/messages.ts'

const route = constant('NETLINK_ROUTE')
const least = 32 * 1024

/** Everything up to the end of the reply, and the number of receives that it took. */
async function readAll(transport: Transport, bufferBytes: number): Promise<{ messages: Message[]; receives: number }> {
  const messages: Message[] = []
  for (let receives = 1; ; receives++) {
    const buffer = new ArrayBuffer(bufferBytes)
    const { bytes, done } = await transport.receive(buffer)
    messages.push(...messagesOf(buffer, bytes))
    if (done) return { messages, receives }
  }
}

const opened: Transport[] = []
afterEach(() => {
  for (const transport of opened.splice(0)) transport.close()
})

function open(protocol = route, netns?: number): Transport {
  const transport = openSocket(protocol, { netns })
  opened.push(transport)
  return transport
}

describe('a socket', () => {
  test('knows the port that the kernel gave it', () => {
    const { port } = open()
    const ports = readFileSync('/proc/net/netlink', 'utf8').split('\n')
    expect(ports.filter((line) => Number(line.trim().split(/\s+/)[2]) === port)).not.toEqual([])
    expect(port).not.toBe(0)
    expect(open().port).not.toBe(port)
  })

  test('is not handed on to programs that are started', () => {
    const before = socketLinks()
    open()
    const [own] = socketLinks().filter((link) => !before.includes(link))
    expect(own).toBeDefined()
    expect(execFileSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' })).not.toContain(own)
  })

  test('asks the kernel for its reasons and for strict checks', async () => {
    const transport = open()
    // A link request whose header is one byte: taken as it is without NETLINK_GET_STRICT_CHK.
    transport.send(message(constant('RTM_GETLINK'), wire().NLM_F_REQUEST | wire().NLM_F_DUMP, new Uint8Array(1)))
    const { messages } = await readAll(transport, least)
    const last = messages.at(-1)!
    expect(errnoOf(last)).toBe(constants.errno.EINVAL)
    expect(last.flags & wire().NLM_F_ACK_TLVS).toBe(wire().NLM_F_ACK_TLVS)
  })

  test('waits without keeping a thread from other work', async () => {
    const transports = Array.from({ length: 16 }, () => open())
    const waiting = transports.map((transport) => transport.receive(new ArrayBuffer(1 << 20)))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await readFile('/proc/self/comm', 'utf8')).not.toBe('')
    for (const transport of transports) transport.send(ruleDump())
    for (const received of await Promise.all(waiting)) expect(received.done).toBe(true)
  })

  test('says so when its buffer is taken away while it waits', async () => {
    const transport = open()
    const buffer = new ArrayBuffer(least)
    const receiving = transport.receive(buffer)
    await new Promise((resolve) => setTimeout(resolve, 50))
    structuredClone(buffer, { transfer: [buffer] })
    transport.send(ruleDump())
    await expect(receiving).rejects.toMatchObject({ code: 'EFAULT', operation: 'receive' })
  })
})

describe('opening', () => {
  test.each([
    ['a protocol that does not exist', () => open(1000), { code: 'EPROTONOSUPPORT' }],
    ['a descriptor that is not open', () => open(route, 100_000), { code: 'EBADF' }],
  ])('is refused for %s', (_, action, expected) => {
    expect(action).toThrow(expect.objectContaining({ name: 'NetlinkError', operation: 'open', ...expected }))
  })

  test('is refused for a file that is not a network namespace', () => {
    for (const path of ['/proc/self/ns/uts', '/proc/self/status']) {
      const fd = openSync(path, 'r')
      expect(() => open(route, fd)).toThrow(/is not that of a network namespace \(EINVAL\)/)
      closeSync(fd)
    }
  })

  test.each([-1, 1.5, Number.NaN, '0', undefined])('is misused with the protocol %s', (protocol) => {
    expect(() => openSocket(protocol as number)).toThrow(TypeError)
  })

  test.each([-1, 1.5, Number.NaN, '0', null])('is misused with the namespace %s', (netns) => {
    expect(() => openSocket(route, { netns: netns as number })).toThrow(TypeError)
  })
})

describe('errors', () => {
  test('have the names of the headers', () => {
    const named = ['EPERM', 'EAGAIN', 'EOPNOTSUPP', 'EBADMSG', 'ENOBUFS', 'ECANCELED'] as const
    expect(named.map((name) => errnoName(constants.errno[name]))).toEqual(named)
    expect(errnoName(4095)).toBe('ERRNO_4095')
  })

  test('say what was refused and why', () => {
    const error = socketError('open', { errno: constants.errno.EPERM, message: 'Operation not permitted' })
    expect(error.message).toBe('the kernel refused to open the socket (EPERM): Operation not permitted')
    expect(error).toMatchObject({ name: 'NetlinkError', code: 'EPERM', operation: 'open' })
    expect('size' in error).toBe(false)
    const lost = socketError('receive', { errno: constants.errno.ENOBUFS, message: 'No buffer space available' })
    expect(lost.message).toBe('receiving from the kernel failed (ENOBUFS): No buffer space available')
  })
})

describeLive('a socket in a namespace', () => {
  test('reads a dump of many datagrams, in few receives or in many', async () => {
    await using namespace = await createNamespace()
    const priorities = Array.from({ length: 3000 }, (_, index) => index + 1)
    namespace.batch(
      'rule',
      priorities.map((priority) => `add pref ${priority} table 7`),
    )
    const fd = openSync(namespace.path, 'r')
    const transport = open(route, fd)
    closeSync(fd)
    const counts: number[] = []
    for (const bufferBytes of [1 << 20, 1 << 16, least]) {
      transport.send(ruleDump())
      const { messages, receives } = await readAll(transport, bufferBytes)
      const rules = messages.filter(({ type }) => type === constant('RTM_NEWRULE'))
      expect(rules.length).toBeGreaterThanOrEqual(priorities.length)
      expect(messages.at(-1)?.type).toBe(wire().NLMSG_DONE)
      counts.push(receives)
    }
    expect(counts[0]).toBe(1)
    expect(counts[1]).toBeGreaterThan(1)
    expect(counts[2]).toBeGreaterThan(counts[1]!)
  })

  // The kernel sizes a dump's first datagram by the receives before the request. On a socket that has had none, this
  // route does not fit, and the dump ends with success and without it: `ip` shows no route at all.
  test('gets a large object even as the first of the first dump', async () => {
    await using namespace = await createNamespace()
    namespace.run(
      'ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up; ip -6 route flush table main',
    )
    const hops = Array.from({ length: 300 }, (_, hop) => `fe80::${(hop + 1).toString(16)}`)
    namespace.batch(
      '-6 route',
      hops.map((hop) => `append 2001:db8::/32 table 1 via ${hop} dev v0`),
    )
    const fd = openSync(namespace.path, 'r')
    const transport = open(route, fd)
    closeSync(fd)
    transport.send(dumpRequest('RTM_GETROUTE', 'rtmsg', constant('AF_INET6')))
    const { messages } = await readAll(transport, 1 << 20)
    const largest = Math.max(...messages.map(({ payload }) => payload.byteLength))
    expect(largest).toBeGreaterThan(8000)
  })
})

/** What the descriptors of this process that are sockets link to: `socket:[123]`. */
function socketLinks(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const link = readlinkSync(`/proc/self/fd/${fd}`)
      return link.startsWith('socket:') ? [link] : []
    } catch {
      // The descriptor of the folder itself is gone by now.
      return []
    }
  })
}
