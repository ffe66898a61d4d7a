import { readdirSync, readFileSync } from 'node:fs'
import { Session } from '@netsnap/core-native'
import { bindTable, decoderOf, tableSchema } from '@netsnap/core-native/compile'
import { constant, constants } from '@netsnap/core-native/constants'
import { Frame } from '@netsnap/core-native/schema'
import { type FakeDatagram, fakeTransport, MessageBuilder, recordedTransport } from '@netsnap/core-native/testing'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { getWireGuardDevices, streamPeers, type WireGuardPeer, WireGuardQuery, wireguard } from '../src/index.ts'
import { cases } from './cases.ts'
import { asWgDump, linesOf } from './wg.ts'

const dumps = new URL('./dumps/', import.meta.url)
const recordings = readdirSync(dumps).filter((file) => file.endsWith('.nl'))
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(tableSchema(wireguard))

async function peersOf(stream: AsyncIterable<WireGuardPeer[]>): Promise<WireGuardPeer[]> {
  const peers: WireGuardPeer[] = []
  for await (const batch of stream) peers.push(...batch)
  return peers
}

describe.each(recordings)('%s', (file) => {
  const { oracle } = JSON.parse(readFileSync(new URL(file.replace(/nl$/, 'json'), dumps), 'utf8'))
  const read = async (options = {}) => {
    const session = new Session(recordedTransport(new URL(file, dumps)))
    return (await getWireGuardDevices({ session, dev: 'wg0', ...options }))[0]!
  }

  test('is what `wg` said of it, field by field', async () => {
    // The interface's name comes from another dump.
    const said = linesOf(oracle.wg0.output).map((line) => line.replace('%lo]', '%1]'))
    expect(asWgDump(await read({ secrets: true }))).toEqual(said)
  })

  test('has no attribute without a line, and no secret', async () => {
    const json = JSON.stringify(await read())
    expect(json).not.toContain('unknown_')
    expect(json).not.toMatch(/"(private|preshared)_key"/)
    const secrets = linesOf(oracle.wg0.output).map((line, i) => line.split('\t')[i === 0 ? 0 : 1]!)
    for (const secret of secrets.filter((key) => key !== '(none)')) expect(json).not.toContain(secret)
  })

  test('fits the JSON Schema, with secrets and without', async () => {
    for (const secrets of [true, false]) {
      validate(await read({ secrets }))
      expect(validate.errors ?? []).toEqual([])
    }
  })

  test('a stream gives the same peers', async () => {
    const session = new Session(recordedTransport(new URL(file, dumps)))
    expect(await peersOf(streamPeers('wg0', { session }))).toEqual((await read()).peers)
  })
})

test('there is a recording of each state', () => {
  const states = new Set(recordings.map((file) => file.replace(/-[\d.]+\.nl$/, '')))
  expect([...states].sort()).toEqual(Object.keys(cases).sort())
})

const FAMILY = 29 // not a kernel number: one that the fake kernel gave
const KEY = Uint8Array.from({ length: 32 }, (_, i) => i + 1) // not a kernel number: a key's bytes

/** Builds what the kernel sends in either byte order. */
function words(b: MessageBuilder) {
  const ipv4 = (...octets: number[]) => Uint8Array.from(octets)
  const allowedIp = (family: 'AF_INET' | 'AF_INET6', mask: number, address: Uint8Array, ...more: Uint8Array[]) =>
    b.nested(
      0,
      b.attribute('WGALLOWEDIP_A_CIDR_MASK', b.u8(mask)),
      b.attribute('WGALLOWEDIP_A_FAMILY', b.u16(constant(family))),
      b.attribute('WGALLOWEDIP_A_IPADDR', address),
      ...more,
    )
  const key = (first: number) => Uint8Array.of(first, ...KEY.subarray(1))
  return {
    ipv4,
    allowedIp,
    key,
    peer: (first: number, ...attributes: Uint8Array[]) =>
      b.nested(0, b.attribute('WGPEER_A_PUBLIC_KEY', key(first)), ...attributes),
    message: (sequence: number, ...attributes: Uint8Array[]) =>
      b.message({ type: FAMILY, sequence }, b.struct('genlmsghdr', { version: 1 }), ...attributes),
  }
}

const base64 = (first: number) => Buffer.from([first, ...KEY.subarray(1)]).toString('base64')

describe.each([
  ['little', true],
  ['big', false],
])('in %s-endian bytes, a device with every attribute', (_, little) => {
  const b = new MessageBuilder(little)
  const { ipv4, allowedIp, peer, message } = words(b)
  const sockaddrIn6 = (values: Record<string, number | bigint>, address: number[]) => {
    const bytes = b.struct('sockaddr_in6', { sin6_family: constant('AF_INET6'), ...values })
    bytes.set(address, constants().layout('sockaddr_in6')!.members.sin6_addr!.offset)
    return bytes
  }
  const sockaddrIn = b.struct('sockaddr_in', { sin_family: constant('AF_INET'), sin_port: 51820 })
  sockaddrIn.set([192, 0, 2, 7], constants().layout('sockaddr_in')!.members.sin_addr!.offset)
  const linkLocal = [0xfe, 0x80, ...new Array(13).fill(0), 1]

  const bytes = message(
    0,
    b.attribute('WGDEVICE_A_LISTEN_PORT', b.u16(51820)),
    b.attribute('WGDEVICE_A_FWMARK', b.u32(0xca6c)),
    b.attribute('WGDEVICE_A_IFINDEX', b.u32(300)),
    b.attribute('WGDEVICE_A_IFNAME', b.text('wg-test')),
    b.attribute('WGDEVICE_A_PRIVATE_KEY', KEY),
    b.attribute('WGDEVICE_A_PUBLIC_KEY', KEY),
    b.attribute('WGDEVICE_A_FLAGS', b.u32(3)),
    b.nested(
      'WGDEVICE_A_PEERS',
      peer(
        7,
        b.attribute('WGPEER_A_PRESHARED_KEY', KEY),
        b.attribute('WGPEER_A_LAST_HANDSHAKE_TIME', b.u64(1_700_000_000n), b.u64(12_345)),
        b.attribute('WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL', b.u16(25)),
        // Where a processor needs it, the kernel pads with an attribute of the type 0.
        b.attribute('WGPEER_A_UNSPEC'),
        b.attribute('WGPEER_A_TX_BYTES', b.u64(2n ** 53n + 1n)),
        b.attribute('WGPEER_A_RX_BYTES', b.u64(5)),
        b.attribute('WGPEER_A_PROTOCOL_VERSION', b.u32(1)),
        b.attribute('WGPEER_A_FLAGS', b.u32(6)),
        b.attribute('WGPEER_A_ENDPOINT', sockaddrIn),
        b.nested(
          'WGPEER_A_ALLOWEDIPS',
          allowedIp('AF_INET', 8, ipv4(10, 0, 0, 0)),
          allowedIp('AF_INET6', 0, new Uint8Array(16)),
        ),
      ),
      peer(
        8,
        b.attribute('WGPEER_A_PRESHARED_KEY', new Uint8Array(32)),
        b.attribute('WGPEER_A_LAST_HANDSHAKE_TIME', b.u64(0), b.u64(0)),
        b.attribute('WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL', b.u16(0)),
        b.attribute(
          'WGPEER_A_ENDPOINT',
          sockaddrIn6({ sin6_port: 9, sin6_flowinfo: 0x12345, sin6_scope_id: 258 }, linkLocal),
        ),
      ),
      peer(9, b.attribute('WGPEER_A_ENDPOINT', sockaddrIn6({ sin6_port: 65535 }, linkLocal))),
    ),
  )

  test.each([
    ['the interpreter', bindTable(wireguard, undefined, constants())],
    ['the emitted decoder', decoderOf(wireguard)],
  ])('%s', (_, decode) => {
    const record = (options: object) => {
      const frame = new Frame(bytes, { littleEndian: little, ...options })
      return decode(frame, constants().layout('nlmsghdr')!.size, bytes.length)
    }
    expect(record({ bigint: true, secrets: true, lookups: { interfaces: new Map([[258, 'eth7']]) } })).toEqual({
      ifindex: 300,
      ifname: 'wg-test',
      listen_port: 51820,
      fwmark: 0xca6c,
      has_private_key: true,
      private_key: base64(1),
      public_key: base64(1),
      flags: 3,
      flag_names: ['REPLACE_PEERS', '0x2'],
      peers: [
        {
          public_key: base64(7),
          has_preshared_key: true,
          preshared_key: base64(1),
          last_handshake_time: 1_700_000_000n,
          last_handshake_time_nsec: 12_345n,
          last_handshake_time_iso: '2023-11-14T22:13:20.000012345Z',
          persistent_keepalive_interval: 25,
          tx_bytes: 2n ** 53n + 1n,
          rx_bytes: 5n,
          protocol_version: 1,
          flags: 6,
          flag_names: ['REPLACE_ALLOWEDIPS', 'UPDATE_ONLY'],
          endpoint: { family: 'ipv4', address: '192.0.2.7', port: 51820 },
          allowed_ips: ['10.0.0.0/8', '::/0'],
        },
        {
          public_key: base64(8),
          has_preshared_key: false,
          endpoint: {
            family: 'ipv6',
            address: 'fe80::1',
            port: 9,
            flowinfo: 0x12345,
            scope_id: 258,
            zone: 'eth7',
          },
        },
        {
          public_key: base64(9),
          has_preshared_key: false,
          endpoint: { family: 'ipv6', address: 'fe80::1', port: 65535 },
        },
      ],
    })
    expect(record({})).not.toHaveProperty('private_key')
    expect(record({}).peers).toMatchObject([{}, { endpoint: { zone: '258' } }, {}])
  })
})

/** A session whose kernel answers the question for a device with these datagrams. */
function kernel(answer: (sequence: number) => Iterable<FakeDatagram>): Session {
  const b = new MessageBuilder()
  const done = (sequence: number) => b.message({ type: 'NLMSG_DONE', sequence }, b.u32(0))
  return new Session(
    fakeTransport((request) => {
      const view = new DataView(request.buffer)
      const sequence = view.getUint32(8, b.little)
      if (view.getUint16(4, b.little) === FAMILY) return [...answer(sequence), done(sequence)]
      const family = b.message(
        { type: 'GENL_ID_CTRL', sequence },
        b.struct('genlmsghdr', { cmd: constant('CTRL_CMD_NEWFAMILY') }),
        b.attribute('CTRL_ATTR_FAMILY_NAME', b.text('wireguard')),
        b.attribute('CTRL_ATTR_FAMILY_ID', b.u16(FAMILY)),
      )
      return [family, done(sequence)]
    }),
  )
}

describe('a device over several messages', () => {
  const b = new MessageBuilder()
  const { ipv4, allowedIp, peer, message } = words(b)
  const networks = (from: number, count: number) =>
    b.nested(
      'WGPEER_A_ALLOWEDIPS',
      ...Array.from({ length: count }, (_, i) =>
        allowedIp('AF_INET', 24, ipv4(10, (from + i) >> 8, (from + i) & 255, 0)),
      ),
    )
  const names = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => `10.${(from + i) >> 8}.${(from + i) & 255}.0/24`)
  const head = [
    b.attribute('WGDEVICE_A_IFINDEX', b.u32(7)),
    b.attribute('WGDEVICE_A_IFNAME', b.text('wg0')),
    b.attribute('WGDEVICE_A_PRIVATE_KEY', KEY),
  ]
  const details = b.attribute('WGPEER_A_RX_BYTES', b.u64(5))
  const peers = (...entries: Uint8Array[]) => b.nested('WGDEVICE_A_PEERS', ...entries)

  /** Peer 2 goes on in the second message and the third, which begins with it alone; peer 4 is alone in the fourth. */
  const split = (s: number) => [
    message(s, ...head, peers(peer(1, details, networks(0, 2)), peer(2, details, networks(10, 3)))),
    message(s, peers(peer(2, networks(13, 4)))),
    message(s, peers(peer(2, networks(17, 1)), peer(3, details))),
    message(s, peers(peer(4, details, networks(30, 1)))),
  ]
  const expected = [
    { public_key: base64(1), has_preshared_key: false, rx_bytes: 5, allowed_ips: names(0, 2) },
    { public_key: base64(2), has_preshared_key: false, rx_bytes: 5, allowed_ips: names(10, 8) },
    { public_key: base64(3), has_preshared_key: false, rx_bytes: 5, allowed_ips: [] },
    { public_key: base64(4), has_preshared_key: false, rx_bytes: 5, allowed_ips: names(30, 1) },
  ]

  test('is one, and each peer is one', async () => {
    const devices = await getWireGuardDevices({ session: kernel(split), dev: 'wg0' })
    expect([...devices]).toEqual([{ ifindex: 7, ifname: 'wg0', has_private_key: true, peers: expected }])
    expect(devices).toMatchObject({ interrupted: false, restarts: 0 })
  })

  test('a stream gives each peer once, whole', async () => {
    expect(await peersOf(streamPeers('wg0', { session: kernel(split) }))).toEqual(expected)
  })

  test('what is unknown in the later ones is kept too', async () => {
    const odd = (n: number) => allowedIp('AF_INET', 8, ipv4(10, 0, 0, 0), b.attribute(n, b.u8(1)))
    const session = kernel((s) => [
      message(s, ...head, peers(peer(1, b.attribute(90), b.nested('WGPEER_A_ALLOWEDIPS', odd(70))))),
      message(s, b.attribute(80), peers(peer(1, b.attribute(91), b.nested('WGPEER_A_ALLOWEDIPS', odd(71))))),
      message(s, b.attribute(81)),
    ])
    const [device] = await getWireGuardDevices({ session, dev: 'wg0' })
    expect(device).toMatchObject({
      unknown_wgdevice_attrs: [80, 81],
      peers: [
        {
          unknown_wgpeer_attrs: [90, 91],
          unknown_wgallowedip_attrs: [70, 71],
          allowed_ips: ['10.0.0.0/8', '10.0.0.0/8'],
        },
      ],
    })
    expect(device!.peers[0]!.unknown_wgallowedip_attrs_decoded).toHaveLength(2)
    expect(JSON.stringify(device)).not.toContain('"bytes"')
    validate(device)
    expect(validate.errors ?? []).toEqual([])
  })

  test('without a peer has an empty list of them', async () => {
    const devices = await getWireGuardDevices({ session: kernel((s) => [message(s, ...head)]), dev: 'wg0' })
    expect(devices[0]!.peers).toEqual([])
    expect(await peersOf(streamPeers('wg0', { session: kernel((s) => [message(s, ...head)]) }))).toEqual([])
  })

  test('20,000 allowed IPs of one peer are one list', async () => {
    const message20 = (s: number, i: number) =>
      message(s, ...(i === 0 ? head : []), peers(peer(1, networks(20 * i, 20))))
    const session = kernel((s) => Array.from({ length: 1000 }, (_, i) => message20(s, i)))
    const [device] = await getWireGuardDevices({ session, dev: 'wg0' })
    expect(device!.peers).toHaveLength(1)
    expect(device!.peers[0]!.allowed_ips).toHaveLength(20_000)
    expect(new Set(device!.peers[0]!.allowed_ips).size).toBe(20_000)
  })
})

describe('mistakes are refused before anything is sent', () => {
  test.each([
    ['an empty name', { dev: '' }, /^dev: "" is not the name of an interface/],
    ['a name that is too long', { dev: 'x'.repeat(128) }, /^dev: /],
    ['a name with a NUL', { dev: 'wg\0' }, /^dev: /],
    ['an index that cannot be', { dev: 0 }, /^dev: 0 is not the index/],
    ['a fraction of one', { dev: 1.5 }, /^dev: 1.5/],
    ['what is neither', { dev: {} }, /^dev: /],
    ['an empty namespace', { netns: '' }, TypeError],
    ['a timeout that is no number', { dev: 'wg0', timeout: Number.NaN }, /^timeout: /],
    ['a session alone', { session: kernel(() => []) }, /^routeSession: /],
  ])('%s', async (_, options, error) => {
    await expect(getWireGuardDevices(options as never)).rejects.toThrow(TypeError)
    await expect(getWireGuardDevices(options as never)).rejects.toThrow(error)
  })

  test('by a stream and by the query class too', async () => {
    expect(() => streamPeers('')).toThrow(/^dev: /)
    expect(() => new WireGuardQuery().streamPeers('')).toThrow(/^dev: /)
    await expect(new WireGuardQuery().getWireGuardDevices({ dev: '' })).rejects.toThrow(/^dev: /)
  })

  test('a refusal for want of privilege says what it takes', async () => {
    const b = new MessageBuilder()
    const refused = (s: number) => [
      b.message({ type: 'NLMSG_ERROR', sequence: s }, b.integer(4, -1), b.struct('nlmsghdr')),
    ]
    const expected = {
      name: 'NetlinkError',
      code: 'EPERM',
      table: 'wireguard',
      message: expect.stringContaining('CAP_NET_ADMIN'),
    }
    await expect(getWireGuardDevices({ session: kernel(refused), dev: 'wg0' })).rejects.toMatchObject(expected)
    await expect(peersOf(streamPeers('wg0', { session: kernel(refused) }))).rejects.toMatchObject(expected)
  })
})
