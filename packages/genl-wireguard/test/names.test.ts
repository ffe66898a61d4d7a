import { constants as os } from 'node:os'
import { Session } from '@netsnap/core-native'
import { constant, constants } from '@netsnap/core-native/constants'
import { fakeTransport, MessageBuilder } from '@netsnap/core-native/testing'
import { describe, expect, test } from 'vitest'
import { getWireGuardDevices, streamPeers, type WireGuardPeer } from '../src/index.ts'

const b = new MessageBuilder()
const FAMILY = 29 // not a kernel number: one that the fake kernel gave
const KEY = Uint8Array.from({ length: 32 }, (_, i) => i + 1) // not a kernel number: a key's bytes
const { nlmsg_seq, nlmsg_type } = constants().layout('nlmsghdr')!.members
const numberOf = (request: Uint8Array) => new DataView(request.buffer).getUint32(nlmsg_seq!.offset, b.little)
const typeOf = (request: Uint8Array) => new DataView(request.buffer).getUint16(nlmsg_type!.offset, b.little)

const done = (sequence: number) => b.message({ type: 'NLMSG_DONE', sequence }, b.u32(0))
const refused = (sequence: number, errno: number) =>
  b.message({ type: 'NLMSG_ERROR', sequence }, b.u32(-errno), new Uint8Array(16))

/** A peer at a link-local address of the interface with this index. */
function peer(first: number, scope: number): Uint8Array {
  const address = b.struct('sockaddr_in6', { sin6_family: constant('AF_INET6'), sin6_port: 1, sin6_scope_id: scope })
  const key = Uint8Array.of(first, ...KEY.subarray(1))
  return b.nested(0, b.attribute('WGPEER_A_PUBLIC_KEY', key), b.attribute('WGPEER_A_ENDPOINT', address))
}

/** A kernel with one device, whose peers are at interfaces with these indexes; what it was asked for. */
function wireguardKernel(scopes: readonly number[]) {
  return fakeTransport((request) => {
    const sequence = numberOf(request)
    const family = b.message(
      { type: 'GENL_ID_CTRL', sequence },
      b.struct('genlmsghdr', { cmd: constant('CTRL_CMD_NEWFAMILY') }),
      b.attribute('CTRL_ATTR_FAMILY_NAME', b.text('wireguard')),
      b.attribute('CTRL_ATTR_FAMILY_ID', b.u16(FAMILY)),
    )
    if (typeOf(request) !== FAMILY) return [family, done(sequence)]
    const device = b.message(
      { type: FAMILY, sequence },
      b.struct('genlmsghdr', { version: 1 }),
      b.attribute('WGDEVICE_A_IFINDEX', b.u32(7)),
      b.attribute('WGDEVICE_A_IFNAME', b.text('wg0')),
      b.nested('WGDEVICE_A_PEERS', ...scopes.map((scope, i) => peer(i + 1, scope))),
    )
    return [device, done(sequence)]
  })
}

/** A kernel that knows one interface, and refuses any question about another. */
function linksKernel(errno: number) {
  const { ifi_index } = constants().layout('ifinfomsg')!.members
  const indexAt = constants().layout('nlmsghdr')!.size + ifi_index!.offset
  return fakeTransport((request) => {
    const sequence = numberOf(request)
    const index = new DataView(request.buffer).getInt32(indexAt, b.little)
    const named = Buffer.from(request).includes('a-name-of-more-than-fifteen')
    if (index !== 3 && !named) return [refused(sequence, errno)]
    const link = b.message(
      { type: 'RTM_NEWLINK', sequence },
      b.struct('ifinfomsg', { ifi_index: named ? 7 : index }),
      b.attribute('IFLA_IFNAME', b.text('eth3')),
    )
    return [link, refused(sequence, 0)]
  })
}

async function peersOf(stream: AsyncIterable<WireGuardPeer[]>): Promise<WireGuardPeer[]> {
  const peers: WireGuardPeer[] = []
  for await (const batch of stream) peers.push(...batch)
  return peers
}

describe.each(['EINVAL', 'ENODEV', 'ERANGE', 'EPERM', 'EACCES', 'ENOBUFS', 'EBUSY', 'ENOMEM'] as const)(
  'a kernel that says %s to the question for a name',
  (code) => {
    const scopes = [2 ** 31 - 1, 3, 2 ** 31, 2 ** 32 - 1, 258]
    const expected = ['2147483647', 'eth3', '2147483648', '4294967295', '258']
    const source = () => ({
      session: new Session(wireguardKernel(scopes)),
      routeSession: new Session(linksKernel(os.errno[code])),
    })

    test('costs that name: the device is there, and the number', async () => {
      const [device] = await getWireGuardDevices({ ...source(), dev: 'wg0' })
      expect(device!.peers.map(({ endpoint }) => endpoint?.scope_id)).toEqual(scopes)
      expect(device!.peers.map(({ endpoint }) => endpoint?.zone)).toEqual(expected)
      const streamed = await peersOf(streamPeers('wg0', source()))
      expect(streamed).toEqual(device!.peers)
    })
  },
)

test('what ends the call ends it in the question for a name, too', async () => {
  const abort = new AbortController()
  const routeSession = new Session(
    fakeTransport(() => {
      abort.abort()
      return []
    }),
  )
  const session = new Session(wireguardKernel([5]))
  const reading = getWireGuardDevices({ session, routeSession, dev: 'wg0', signal: abort.signal })
  await expect(reading).rejects.toMatchObject({ code: 'ABORTED' })
})

describe('a device by an alternative name that is longer than a name', () => {
  const dev = 'a-name-of-more-than-fifteen'

  test('is asked for by the index of its interface', async () => {
    const transport = wireguardKernel([])
    const source = { session: new Session(transport), routeSession: new Session(linksKernel(os.errno.ENODEV)) }
    expect(await getWireGuardDevices({ ...source, dev })).toMatchObject([{ ifname: 'wg0' }])
    expect(await peersOf(streamPeers(dev, source))).toEqual([])
    const asked = transport.requests.filter((request) => typeOf(request) === FAMILY)
    const index = b.attribute('WGDEVICE_A_IFINDEX', b.u32(7))
    for (const request of asked) expect(Buffer.from(request).includes(Buffer.from(index))).toBe(true)
    expect(asked).toHaveLength(2)
  })

  test('is none, or cannot be looked for', async () => {
    const session = new Session(wireguardKernel([]))
    const routeSession = new Session(linksKernel(os.errno.ENODEV))
    const absent = { code: 'ENODEV', table: 'wireguard' }
    await expect(getWireGuardDevices({ session, routeSession, dev: `x${dev.slice(2)}` })).rejects.toMatchObject(absent)
    await expect(getWireGuardDevices({ session, dev })).rejects.toThrow(/^routeSession: /)
    await expect(getWireGuardDevices({ session, dev: 'x'.repeat(128) })).rejects.toThrow(/^dev: /)
  })
})
