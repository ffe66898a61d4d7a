import { constants } from 'node:os'
import { afterEach, describe, expect, test } from 'vitest'
import { constant } from '../src/constants/index.ts'
import { wire } from '../src/constants/wire.ts'
import { openSocket } from '../src/socket/socket.ts'
import type { Transport } from '../src/socket/transport.ts'
import { type FakeDatagram, type FakeTransport, fakeTransport } from '../src/testing/fake-transport.ts'
import { sendForeign } from './fixtures/foreign.ts'
import { errnoOf, int32, message, messagesOf, ruleDump, unknownRequest } from './fixtures/messages.ts'

/** What the kernel does with the requests of this suite. */
function* kernel(request: Uint8Array): Generator<FakeDatagram> {
  const { NLM_F_DUMP, NLMSG_DONE, NLMSG_ERROR } = wire()
  const asked = messagesOf(request.buffer as ArrayBuffer, request.byteLength)[0]!
  if (asked.type === constant('RTM_GETRULE')) {
    yield message(constant('RTM_NEWRULE'), NLM_F_DUMP, new Uint8Array(28))
    yield message(NLMSG_DONE, 0, int32(0))
  } else {
    yield message(NLMSG_ERROR, 0, Buffer.concat([int32(-constants.errno.EOPNOTSUPP), request]))
  }
}

interface Subject {
  readonly transport: Transport
  /** Have somebody else than the kernel send this. */
  foreign(bytes: Uint8Array): Promise<void>
}

function openFake(): Subject {
  const transport: FakeTransport = fakeTransport(kernel)
  return { transport, foreign: async (bytes) => transport.deliver({ port: 4711, bytes }) }
}

function openReal(): Subject {
  const transport = openSocket(constant('NETLINK_ROUTE'))
  return { transport, foreign: (bytes) => sendForeign(transport.port!, bytes) }
}

const least = 32 * 1024
const roomy = 1 << 20

const refusal = (code: string, operation = 'receive') =>
  expect.objectContaining({ name: 'NetlinkError', code, operation, message: expect.stringContaining(code) })

describe.each([
  ['the fake', openFake],
  ['the socket', openReal],
])('%s', (_, open) => {
  const opened: Transport[] = []
  afterEach(() => {
    for (const transport of opened.splice(0)) transport.close()
  })
  const start = () => {
    const subject = open()
    opened.push(subject.transport)
    return subject
  }

  test('answers a dump up to its end', async () => {
    const { transport } = start()
    const buffer = new ArrayBuffer(roomy)
    void transport.send(ruleDump())
    const { bytes, done } = await transport.receive(buffer)
    expect(done).toBe(true)
    const messages = messagesOf(buffer, bytes)
    expect(messages[0]?.type).toBe(constant('RTM_NEWRULE'))
    expect(messages.at(-1)?.type).toBe(wire().NLMSG_DONE)
  })

  test('gives an error of the kernel as a message that is the last', async () => {
    const { transport } = start()
    const buffer = new ArrayBuffer(least)
    void transport.send(unknownRequest(40))
    const { bytes, done } = await transport.receive(buffer)
    expect(done).toBe(true)
    const [error, ...rest] = messagesOf(buffer, bytes)
    expect(rest).toEqual([])
    expect(error?.type).toBe(wire().NLMSG_ERROR)
    expect(errnoOf(error!)).toBe(constants.errno.EOPNOTSUPP)
  })

  test('stops at the end of each reply', async () => {
    const { transport } = start()
    const buffer = new ArrayBuffer(roomy)
    void transport.send(unknownRequest(40))
    void transport.send(ruleDump())
    const first = await transport.receive(buffer)
    expect(first.done).toBe(true)
    expect(messagesOf(buffer, first.bytes)).toHaveLength(1)
    const second = await transport.receive(buffer)
    expect(second.done).toBe(true)
    expect(messagesOf(buffer, second.bytes)[0]?.type).toBe(constant('RTM_NEWRULE'))
  })

  test.each([
    ['less than 32 KiB', () => new ArrayBuffer(least - 1)],
    ['nothing', () => new ArrayBuffer(0)],
    ['a view', () => new Uint8Array(least) as unknown as ArrayBuffer],
    ['shared memory', () => new SharedArrayBuffer(least) as unknown as ArrayBuffer],
    ['undefined', () => undefined as unknown as ArrayBuffer],
    [
      'a buffer that can shrink',
      () => Reflect.construct(ArrayBuffer, [least, { maxByteLength: least }]) as ArrayBuffer,
    ],
    ['a detached buffer', () => detached(new ArrayBuffer(least))],
  ])('does not receive into %s', async (_, make) => {
    const { transport } = start()
    await expect(transport.receive(make())).rejects.toThrow(TypeError)
    // The refusal leaves the socket as it was.
    void transport.send(ruleDump())
    await expect(transport.receive(new ArrayBuffer(roomy))).resolves.toMatchObject({ done: true })
  })

  test('takes a buffer whose length is odd', async () => {
    const { transport } = start()
    void transport.send(ruleDump())
    await expect(transport.receive(new ArrayBuffer(roomy + 1))).resolves.toMatchObject({ done: true })
  })

  test('does not send what is no Uint8Array', async () => {
    const { transport } = start()
    await expect(transport.send([1, 2, 3] as unknown as Uint8Array)).rejects.toThrow(TypeError)
    await expect(transport.send(new Uint16Array(16) as unknown as Uint8Array)).rejects.toThrow(TypeError)
  })

  test('sends a view of a larger buffer as the view is', async () => {
    const { transport } = start()
    const request = ruleDump()
    const larger = new Uint8Array(request.byteLength + 20).fill(0xff)
    larger.set(request, 4)
    void transport.send(larger.subarray(4, 4 + request.byteLength))
    await expect(transport.receive(new ArrayBuffer(roomy))).resolves.toMatchObject({ done: true })
  })

  test('waits for what comes later', async () => {
    const { transport } = start()
    const receiving = transport.receive(new ArrayBuffer(roomy))
    expect(await settledWithin(receiving, 50)).toBe(false)
    void transport.send(ruleDump())
    await expect(receiving).resolves.toMatchObject({ done: true })
  })

  test('refuses a second receive while one is in flight', async () => {
    const { transport } = start()
    const receiving = transport.receive(new ArrayBuffer(roomy))
    await expect(transport.receive(new ArrayBuffer(least))).rejects.toThrow(TypeError)
    void transport.send(ruleDump())
    await expect(receiving).resolves.toMatchObject({ done: true })
  })

  test('wakes a receive that waits when it is closed', async () => {
    const { transport } = start()
    const receiving = transport.receive(new ArrayBuffer(roomy))
    const outcome = expect(receiving).rejects.toEqual(refusal('ECANCELED'))
    expect(await settledWithin(receiving, 50)).toBe(false)
    transport.close()
    await outcome
  })

  test('cancels a receive that has only begun, even if something has come', async () => {
    const { transport } = start()
    const sending = transport.send(ruleDump()).catch(() => undefined)
    const receiving = transport.receive(new ArrayBuffer(roomy))
    transport.close()
    await sending
    await expect(receiving).rejects.toEqual(refusal('ECANCELED'))
  })

  test('can be closed twice, and then neither sends nor receives', async () => {
    const { transport } = start()
    transport.close()
    transport.close()
    await expect(transport.send(ruleDump())).rejects.toEqual(refusal('EBADF', 'send'))
    await expect(transport.receive(new ArrayBuffer(least))).rejects.toEqual(refusal('EBADF'))
    transport.close()
  })

  test('joins and leaves multicast groups, and drops what was queued', async () => {
    const { transport } = start()
    const group = constant('RTNLGRP_LINK')
    await transport.subscribe!([group], true)
    await transport.send(ruleDump())
    await expect(transport.receive(new ArrayBuffer(roomy))).resolves.toMatchObject({ done: true })
    await transport.send(ruleDump())
    await transport.subscribe!([group], false)
    const buffer = new ArrayBuffer(least)
    void transport.send(unknownRequest(40))
    const { bytes } = await transport.receive(buffer)
    expect(messagesOf(buffer, bytes).map(({ type }) => type)).toEqual([wire().NLMSG_ERROR])
  })

  test('joins no group when it is closed', async () => {
    const { transport } = start()
    transport.close()
    await expect(transport.subscribe!([1], true)).rejects.toEqual(refusal('EBADF', 'subscribe'))
  })

  test('tells the size of a datagram that does not fit, and takes it with more room', async () => {
    const { transport } = start()
    const request = unknownRequest(110_000)
    void transport.send(request)
    const error = await transport.receive(new ArrayBuffer(least)).catch((reason: unknown) => reason)
    expect(error).toEqual(refusal('EMSGSIZE'))
    const { size } = error as { size: number }
    expect(size).toBeGreaterThan(request.byteLength)
    const buffer = new ArrayBuffer(size)
    void transport.send(request)
    await expect(transport.receive(buffer)).resolves.toMatchObject({ bytes: size, done: true })
    expect(messagesOf(buffer, size)[0]?.type).toBe(wire().NLMSG_ERROR)
  })

  test('takes no notice of what is not from the kernel', async () => {
    const { transport, foreign } = start()
    const buffer = new ArrayBuffer(least)
    const receiving = transport.receive(buffer)
    await foreign(message(wire().NLMSG_DONE, 0, int32(0)))
    await foreign(message(wire().NLMSG_ERROR, 0, new Uint8Array(100_000)))
    await foreign(new Uint8Array(3))
    expect(await settledWithin(receiving, 50)).toBe(false)
    await foreign(message(wire().NLMSG_DONE, 0, int32(0)))
    void transport.send(unknownRequest(40))
    const { bytes } = await receiving
    const [error, ...rest] = messagesOf(buffer, bytes)
    expect(rest).toEqual([])
    expect(errnoOf(error!)).toBe(constants.errno.EOPNOTSUPP)
  })
})

describe('the fake alone', () => {
  test('begins each datagram at a multiple of four, after zeros', async () => {
    const transport = fakeTransport(() => [new Uint8Array(17).fill(0xee), new Uint8Array(2).fill(0xdd)])
    const buffer = new ArrayBuffer(least * 2)
    new Uint8Array(buffer).fill(0xaa)
    void transport.send(ruleDump())
    await expect(transport.receive(buffer)).resolves.toMatchObject({ bytes: 24, done: false })
    expect([...new Uint8Array(buffer, 16, 9)]).toEqual([0xee, 0, 0, 0, 0xdd, 0xdd, 0, 0, 0xaa])
  })

  test('leaves for the next receive what finds less than 32 KiB free', async () => {
    const transport = fakeTransport(() => [new Uint8Array(least / 2), new Uint8Array(least / 2)])
    void transport.send(ruleDump())
    const buffer = new ArrayBuffer(least + 100)
    await expect(transport.receive(buffer)).resolves.toMatchObject({ bytes: least / 2, done: false })
    await expect(transport.receive(buffer)).resolves.toMatchObject({ bytes: least / 2, done: false })
  })

  test('refuses a request, or ends a receive, with the error it is given', async () => {
    const refused = fakeTransport(() => {
      throw new Error('no')
    })
    const [sent, received] = [refused.send(ruleDump()), refused.receive(new ArrayBuffer(least))]
    await expect(sent).rejects.toThrow('no')
    await expect(received).rejects.toEqual(refusal('ECANCELED'))
    const broken = fakeTransport(() => [new Uint8Array(16), new Error('lost')])
    void broken.send(ruleDump())
    await expect(broken.receive(new ArrayBuffer(least * 2))).rejects.toThrow('lost')
  })
})

async function settledWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), milliseconds))
  const settled = promise.then(
    () => true,
    () => true,
  )
  return Promise.race([settled, late])
}

function detached(buffer: ArrayBuffer): ArrayBuffer {
  structuredClone(buffer, { transfer: [buffer] })
  return buffer
}
