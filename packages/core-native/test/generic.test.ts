import { describe, expect, test } from 'vitest'
import { constant, constants } from '../src/constants/index.ts'
import {
  attributeSet,
  base64,
  header,
  list,
  nest,
  nonZero,
  only,
  otherwise,
  secret,
  table,
  text,
  u8,
  u32,
  unlessZeros,
} from '../src/schema/index.ts'
import { Session } from '../src/session/session.ts'
import type { Transport } from '../src/socket/transport.ts'
import { concat, MessageBuilder } from '../src/testing/build.ts'
import { type FakeDatagram, fakeTransport } from '../src/testing/fake-transport.ts'

const FAMILY = 31 // not a kernel number: one that the fake kernel gave
const b = new MessageBuilder()

const inner = attributeSet(
  'WGPEER_A_',
  {
    key: ['WGPEER_A_PUBLIC_KEY', base64],
    has_preshared: ['WGPEER_A_PRESHARED_KEY', otherwise(nonZero, false)],
    preshared: ['WGPEER_A_PRESHARED_KEY', secret(unlessZeros(base64))],
    masks: [
      'WGPEER_A_ALLOWEDIPS',
      list(only(attributeSet('WGALLOWEDIP_A_', { mask: ['WGALLOWEDIP_A_CIDR_MASK', u8] }, { skip: 'others' }), 'mask')),
    ],
  },
  { skip: 'others' },
)

const sample = table({
  name: 'sample',
  generic: { family: 'sample-family', version: 'WG_GENL_VERSION' },
  request: 'WG_CMD_GET_DEVICE',
  reply: 'WG_CMD_SET_DEVICE',
  secret: true,
  header: header('genlmsghdr', {}),
  group: 'WGDEVICE_A_',
  attributes: {
    index: ['WGDEVICE_A_IFINDEX', u32],
    name: ['WGDEVICE_A_IFNAME', text],
    peers: ['WGDEVICE_A_PEERS', list(nest(inner))],
  },
  skip: 'others',
})

const head = (command: number) => b.struct('genlmsghdr', { cmd: command, version: 1 })
const done = (sequence: number, errno = 0) => b.message({ type: 'NLMSG_DONE', sequence }, b.integer(4, -errno))
const failed = (sequence: number, errno: number) =>
  b.message({ type: 'NLMSG_ERROR', sequence }, b.integer(4, -errno), b.struct('nlmsghdr'))

/** A key that shows in a buffer. */
const KEY = Uint8Array.from({ length: 32 }, (_, i) => 0xa0 + i) // not a kernel number: bytes that nothing else has

const secretMessage = (sequence: number, type = FAMILY, command = constant('WG_CMD_SET_DEVICE')) =>
  b.message(
    { type, sequence },
    head(command),
    b.attribute('WGDEVICE_A_IFINDEX', b.u32(7)),
    b.nested(
      'WGDEVICE_A_PEERS',
      b.nested(0, b.attribute('WGPEER_A_PUBLIC_KEY', b.u32(1)), b.attribute('WGPEER_A_PRESHARED_KEY', KEY)),
    ),
  )

const families = (sequence: number, id = FAMILY, name = 'sample-family') => [
  b.message(
    { type: 'GENL_ID_CTRL', sequence },
    head(constant('CTRL_CMD_NEWFAMILY')),
    b.attribute('CTRL_ATTR_FAMILY_NAME', b.text(name)),
    b.attribute('CTRL_ATTR_FAMILY_ID', b.u16(id)),
  ),
  done(sequence),
]

interface Asked {
  readonly type: number
  readonly sequence: number
  readonly flags: number
  readonly bytes: Uint8Array
}

function read(bytes: Uint8Array): Asked {
  const { members } = constants().layout('nlmsghdr')!
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return {
    type: view.getUint16(members.nlmsg_type!.offset, b.little),
    flags: view.getUint16(members.nlmsg_flags!.offset, b.little),
    sequence: view.getUint32(members.nlmsg_seq!.offset, b.little),
    bytes,
  }
}

/** A session over a fake kernel that has one family, and the buffers that were received into. */
function kernel(answer: (asked: Asked) => Iterable<FakeDatagram>, list = families) {
  const asked: Asked[] = []
  const inner = fakeTransport((request) => {
    const one = read(request)
    asked.push(one)
    return one.type === constant('GENL_ID_CTRL') ? list(one.sequence) : answer(one)
  })
  const buffers = new Set<ArrayBuffer>()
  const transport: Transport = {
    send: (request) => inner.send(request),
    close: () => inner.close(),
    receive(into) {
      buffers.add(into)
      return inner.receive(into)
    },
  }
  return { session: new Session(transport), asked, buffers, deliver: inner.deliver.bind(inner) }
}

const holdsKey = (buffers: Iterable<ArrayBuffer>) =>
  [...buffers].some((buffer) => Buffer.from(buffer).includes(Buffer.from(KEY.subarray(0, 8))))

/** What runs when a call has ended, up to the wiping. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 20))

describe('a table of generic netlink', () => {
  test('asks for its family once, and then by its id, with the command and version of the table', async () => {
    const { session, asked } = kernel(({ sequence }) => [secretMessage(sequence), done(sequence)])
    expect(await session.dump(sample)).toMatchObject([{ index: 7 }])
    expect(await session.dump(sample)).toMatchObject([{ index: 7 }])
    expect(asked.map(({ type }) => type)).toEqual([constant('GENL_ID_CTRL'), FAMILY, FAMILY])
    const { size } = constants().layout('nlmsghdr')!
    expect([...asked[1]!.bytes.subarray(size, size + 2)]).toEqual([constant('WG_CMD_GET_DEVICE'), 1])
    // By name it would be asked for without DUMP, and the kernel would load a module.
    expect(asked[0]!.flags & constant('NLM_F_DUMP')).toBe(constant('NLM_F_DUMP'))
  })

  test('of a family that the kernel does not have fails with FAMILY_ABSENT, and is asked for again', async () => {
    let name = 'another'
    const { session } = kernel(
      ({ sequence }) => [done(sequence)],
      (sequence) => families(sequence, FAMILY, name),
    )
    await expect(session.dump(sample)).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'FAMILY_ABSENT',
      table: 'sample',
      message: 'the kernel has no generic netlink family "sample-family" (is its module loaded?)',
    })
    name = 'sample-family'
    expect(await session.dump(sample)).toEqual([])
  })

  test('whose module was loaded anew is found under its new id', async () => {
    let id = FAMILY
    const { session } = kernel(
      ({ sequence, type }) => (type === id ? [secretMessage(sequence, id), done(sequence)] : [failed(sequence, 2)]),
      (sequence) => families(sequence, id),
    )
    await session.dump(sample)
    id++
    await expect(session.dump(sample)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await session.dump(sample)).toHaveLength(1)
  })

  test('fails on a message of another command', async () => {
    const { session } = kernel(({ sequence }) => [secretMessage(sequence, FAMILY, 99), done(sequence)])
    await expect(session.dump(sample)).rejects.toMatchObject({
      code: 'EBADMSG',
      table: 'sample',
      message: 'sample: the kernel answered with command 99 (EBADMSG)',
    })
    const stream = async () => {
      for await (const _ of session.streamJson(sample));
    }
    await expect(stream()).rejects.toMatchObject({ code: 'EBADMSG' })
  })
})

describe('secrets', () => {
  const reply = ({ sequence }: Asked) => [secretMessage(sequence), done(sequence)]

  test('are given to those who ask, and only then', async () => {
    const { session } = kernel(reply)
    const text = Buffer.from(KEY).toString('base64')
    const [quiet] = await session.dump(sample)
    expect(quiet!.peers).toEqual([{ key: 'AQAAAA==', has_preshared: true }])
    const [open] = await session.dump(sample, {}, { secrets: true })
    expect(open!.peers).toEqual([{ key: 'AQAAAA==', has_preshared: true, preshared: text }])
  })

  test('of nothing but zeros are none', async () => {
    const zeros = new Uint8Array(32)
    const { session } = kernel(({ sequence }) => [
      b.message(
        { type: FAMILY, sequence },
        head(constant('WG_CMD_SET_DEVICE')),
        b.nested('WGDEVICE_A_PEERS', b.nested(0, b.attribute('WGPEER_A_PRESHARED_KEY', zeros))),
      ),
      done(sequence),
    ])
    const [record] = await session.dump(sample, {}, { secrets: true })
    expect(record!.peers).toEqual([{ has_preshared: false }])
  })

  test.each([
    ['a dump', async (session: Session) => session.dump(sample)],
    ['a dump that gives them', async (session: Session) => session.dump(sample, {}, { secrets: true })],
    [
      'a stream that is left early',
      async (session: Session) => {
        for await (const _ of session.stream(sample)) break
      },
    ],
    [
      'a stream of JSON',
      async (session: Session) => {
        for await (const _ of session.streamJson(sample));
      },
    ],
  ])('are wiped from the buffers after %s', async (_, use) => {
    const { session, buffers } = kernel(({ sequence }) => [
      ...Array.from({ length: 40 }, () => secretMessage(sequence)),
      done(sequence),
    ])
    await use(session)
    await settled()
    expect(buffers.size).toBeGreaterThan(0)
    expect(holdsKey(buffers)).toBe(false)
  })

  test('would be found in the buffers of a table that is not marked', async () => {
    const { session, buffers } = kernel(reply)
    await session.dump({ ...sample, secret: undefined })
    await settled()
    expect(holdsKey(buffers)).toBe(true)
  })

  test.each<[string, (asked: Asked) => Iterable<FakeDatagram>, string]>([
    ['the kernel’s refusal', ({ sequence }) => [secretMessage(sequence), done(sequence, 1)], 'EPERM'],
    [
      'a message that cannot be read',
      ({ sequence }) => [concat(secretMessage(sequence), secretMessage(sequence, FAMILY, 99)), done(sequence)],
      'EBADMSG',
    ],
  ])('are wiped after %s too', async (_, answer, code) => {
    const { session, buffers } = kernel(answer)
    await expect(session.dump(sample)).rejects.toMatchObject({ code })
    await settled()
    expect(holdsKey(buffers)).toBe(false)
  })

  test('are wiped when a receive fails that had begun to fill its buffer', async () => {
    const buffers: ArrayBuffer[] = []
    const inner = fakeTransport((request) => families(read(request).sequence))
    let listed = false
    const session = new Session({
      send: (request) => inner.send(request),
      close: () => inner.close(),
      async receive(into) {
        if (!listed) {
          listed = true
          return inner.receive(into)
        }
        buffers.push(into)
        new Uint8Array(into).set(secretMessage(0), 100)
        throw new Error('the socket broke')
      },
    })
    await expect(session.dump(sample)).rejects.toThrow('the socket broke')
    await settled()
    expect(buffers.length).toBeGreaterThan(0)
    expect(holdsKey(buffers)).toBe(false)
  })

  test('are wiped behind what a receive brought, where the next one says that more did not fit', async () => {
    const { session, asked, buffers } = (() => {
      const buffers: ArrayBuffer[] = []
      const asked: Asked[] = []
      const inner = fakeTransport((request) => families(read(request).sequence))
      let receives = 0
      const session = new Session({
        send: (request) => {
          asked.push(read(request))
          return inner.send(request)
        },
        close: () => inner.close(),
        async receive(into) {
          if (receives++ === 0) return inner.receive(into)
          if (receives > 2) throw new Error('the socket broke')
          buffers.push(into)
          const message = secretMessage(asked.at(-1)!.sequence)
          new Uint8Array(into).set(message)
          new Uint8Array(into).set(message, into.byteLength - message.length)
          return { bytes: message.length, done: false, datagrams: [0, 0] }
        },
      })
      return { session, asked, buffers }
    })()
    await expect(session.dump(sample)).rejects.toThrow('the socket broke')
    await settled()
    expect(asked).toHaveLength(2)
    expect(holdsKey(buffers)).toBe(false)
  })

  test('are wiped when they come after the call was aborted', async () => {
    const { session, buffers, asked, deliver } = kernel(() => [])
    const controller = new AbortController()
    const call = session.dump(sample, {}, { signal: controller.signal })
    call.catch(() => {})
    await settled()
    controller.abort()
    await expect(call).rejects.toMatchObject({ code: 'ABORTED' })
    const { sequence } = asked.at(-1)!
    deliver(secretMessage(sequence), done(sequence))
    await settled()
    expect(asked).toHaveLength(2)
    expect(holdsKey(buffers)).toBe(false)
  })

  test('stay out of what is unknown: an odd attribute is kept without its bytes', async () => {
    const { session } = kernel(({ sequence }) => [
      b.message(
        { type: FAMILY, sequence },
        head(constant('WG_CMD_SET_DEVICE')),
        b.attribute('WGDEVICE_A_PRIVATE_KEY', KEY),
        // A peer that cannot be read has the whole list kept.
        b.nested('WGDEVICE_A_PEERS', b.attribute(0, b.u16(200), KEY).subarray(0, 12)),
      ),
      done(sequence),
    ])
    const dump = async (secrets: boolean) => (await session.dump(sample, {}, { secrets }))[0]!
    const quiet = await dump(false)
    expect(quiet.unknown_wgdevice_a_attrs_decoded).toEqual([
      { number: 3, base_number: 3, nested: false, name: 'WGDEVICE_A_PRIVATE_KEY', length: 32 },
      { number: 0x8008, base_number: 8, nested: true, name: 'WGDEVICE_A_PEERS', length: 12 },
    ])
    expect(Object.keys(quiet)).toEqual(['unknown_wgdevice_a_attrs', 'unknown_wgdevice_a_attrs_decoded'])
    expect((await dump(true)).unknown_wgdevice_a_attrs_decoded?.[0]?.bytes).toBe(Buffer.from(KEY).toString('hex'))
  })
})

describe('a set that is one value', () => {
  const masks = (...entries: Uint8Array[]) => [
    b.nested('WGDEVICE_A_PEERS', b.nested(0, b.nested('WGPEER_A_ALLOWEDIPS', ...entries))),
  ]
  const peerOf = async (...entries: Uint8Array[]) => {
    const { session } = kernel(({ sequence }) => [
      b.message({ type: FAMILY, sequence }, head(constant('WG_CMD_SET_DEVICE')), ...masks(...entries)),
      done(sequence),
    ])
    return (await session.dump(sample))[0]!.peers![0]
  }
  const mask = (value: number, ...more: Uint8Array[]) =>
    b.nested(0, b.attribute('WGALLOWEDIP_A_CIDR_MASK', b.u8(value)), ...more)

  test('is that value', async () => {
    expect(await peerOf(mask(8), mask(24))).toEqual({ has_preshared: false, masks: [8, 24] })
  })

  test('leaves what is unknown in it to the record around', async () => {
    expect(await peerOf(mask(8, b.attribute(9, b.u32(1))), mask(24, b.attribute(10)))).toEqual({
      has_preshared: false,
      masks: [8, 24],
      unknown_wgallowedip_a_attrs: [9, 10],
      unknown_wgallowedip_a_attrs_decoded: [
        { number: 9, base_number: 9, nested: false, name: 'WGALLOWEDIP_A_9', length: 4 },
        { number: 10, base_number: 10, nested: false, name: 'WGALLOWEDIP_A_10', length: 0 },
      ],
    })
  })

  test('without the value is kept as it is', async () => {
    expect(await peerOf(b.nested(0, b.attribute('WGALLOWEDIP_A_IPADDR', b.u32(1))))).toMatchObject({
      unknown_wgpeer_a_attrs: [0x8009],
    })
  })
})
