import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'
import { setImmediate } from '../base/timers.ts'
import { wire } from '../constants/wire.ts'
import { socketError } from '../socket/socket.ts'
import type { Received, Transport } from '../socket/transport.ts'

/** A datagram from somebody else than the kernel, whose port is 0. */
export interface ForeignDatagram {
  readonly port: number
  readonly bytes: Uint8Array
}

/** One step of an answer: a datagram, or the error that receiving it ends with. */
export type FakeDatagram = Uint8Array | ForeignDatagram | Error

export interface FakeTransport extends Transport {
  /** Copies of the requests so far. */
  readonly requests: readonly Uint8Array[]
  readonly closed: boolean
  /** The multicast groups that it is a member of. */
  readonly groups: ReadonlySet<number>
  /** Have a datagram come in that no request has asked for. */
  deliver(...datagrams: readonly FakeDatagram[]): void
}

export interface FakeTransportOptions {
  /** The socket's port. Without one, the port that messages carry is not looked at. */
  readonly port?: number | undefined
}

/** The addon's own rule, by which it fills a buffer as long as this much is free. */
const leastSpace = 32 * 1024 // not a kernel number: bytes in a KiB

interface Waiting {
  readonly into: ArrayBuffer
  resolve(received: Received): void
  reject(reason: unknown): void
}

/**
 * A transport without a kernel: `answer` gives the datagrams that a request brings, lazily if it is a generator, and
 * refuses a request by throwing. In all else it does what the socket does: both pass one suite.
 */
export function fakeTransport(
  answer: (request: Uint8Array) => Iterable<FakeDatagram>,
  { port }: FakeTransportOptions = {},
): FakeTransport {
  return new Fake(answer, port)
}

class Fake implements FakeTransport {
  readonly requests: Uint8Array[] = []
  closed = false
  readonly groups = new Set<number>()
  readonly port: number | undefined
  readonly #answer: (request: Uint8Array) => Iterable<FakeDatagram>
  readonly #answers: Iterator<FakeDatagram>[] = []
  #waiting: Waiting | undefined

  constructor(answer: (request: Uint8Array) => Iterable<FakeDatagram>, port: number | undefined) {
    this.#answer = answer
    this.port = port
  }

  async send(request: Uint8Array): Promise<void> {
    if (!(request instanceof Uint8Array)) throw new TypeError('the request must be a Uint8Array')
    if (this.closed) throw failure('send', 'EBADF')
    const copy = request.slice()
    this.requests.push(copy)
    try {
      this.#arrive(this.#answer(copy))
    } catch (error) {
      // What was called in the same turn, behind it, is not done.
      queueMicrotask(() => this.#cancel())
      throw error
    }
  }

  #cancel(): void {
    this.#waiting?.reject(failure('receive', 'ECANCELED'))
    this.#waiting = undefined
  }

  deliver(...datagrams: readonly FakeDatagram[]): void {
    this.#arrive(datagrams)
  }

  async receive(into: ArrayBuffer): Promise<Received> {
    if (!(into instanceof ArrayBuffer)) throw new TypeError('the buffer must be an ArrayBuffer')
    if (into.byteLength < leastSpace) throw new TypeError('the buffer must be of 32 KiB or more')
    if (Reflect.get(into, 'resizable')) throw new TypeError('the buffer must be of a fixed length')
    if (this.closed) throw failure('receive', 'EBADF')
    if (this.#waiting !== undefined) throw new TypeError('a receive is already in flight on this socket')
    return new Promise((resolve, reject) => {
      this.#waiting = { into, resolve, reject }
      setImmediate(() => this.#take())
    })
  }

  async subscribe(groups: readonly number[], on: boolean): Promise<void> {
    if (this.closed) throw failure('subscribe', 'EBADF')
    for (const group of groups) {
      if (on) this.groups.add(group)
      else this.groups.delete(group)
    }
    if (!on) this.#answers.length = 0
  }

  close(): void {
    this.closed = true
    this.#answers.length = 0
    this.#cancel()
  }

  #arrive(datagrams: Iterable<FakeDatagram>): void {
    this.#answers.push(datagrams[Symbol.iterator]())
    // Never within the caller's turn: the socket's thread takes its time too.
    setImmediate(() => this.#take())
  }

  /** Give a waiting receive what has come, if anything has. */
  #take(): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    try {
      const received = fill(waiting.into, () => this.#next())
      if (received.bytes === 0) return
      waiting.resolve(received)
    } catch (error) {
      waiting.reject(error)
    }
    this.#waiting = undefined
  }

  #next(): FakeDatagram | undefined {
    for (let answer = this.#answers[0]; answer !== undefined; answer = this.#answers[0]) {
      const { done, value } = answer.next()
      if (!done) return value
      this.#answers.shift()
    }
    return undefined
  }
}

function fill(into: ArrayBuffer, next: () => FakeDatagram | undefined): Received {
  let bytes = 0
  let done = false
  const datagrams: number[] = []
  while (!done && into.byteLength - bytes >= leastSpace) {
    const datagram = next()
    if (datagram === undefined) break
    if (datagram instanceof Error) throw datagram
    if ('port' in datagram && datagram.port !== 0) continue
    const taken = 'port' in datagram ? datagram.bytes : datagram
    const space = into.byteLength - bytes
    if (taken.byteLength > space) throw failure('receive', 'EMSGSIZE', taken.byteLength)
    const end = Math.min(wire().align(taken.byteLength), space)
    const room = new Uint8Array(into, bytes, end)
    room.fill(0)
    room.set(taken)
    const [ends, last] = endsReply(taken)
    done = ends
    datagrams.push(bytes, bytes + last)
    bytes += end
  }
  return { bytes, done, datagrams }
}

/** Whether a message of the datagram is an `NLMSG_DONE` or an `NLMSG_ERROR`, and where the one before it begins. */
function endsReply(datagram: Uint8Array): [ends: boolean, last: number] {
  const { align, at, headerBytes, NLMSG_DONE, NLMSG_ERROR } = wire()
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength)
  let last = 0
  for (let start = 0; start + headerBytes <= datagram.byteLength; ) {
    const length = view.getUint32(start + at.nlmsg_len, littleEndian)
    if (length < headerBytes || length > datagram.byteLength - start) return [false, last]
    const type = view.getUint16(start + at.nlmsg_type, littleEndian)
    if (type === NLMSG_DONE || type === NLMSG_ERROR) return [true, last]
    last = start
    start += align(length)
  }
  return [false, last]
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

function failure(
  operation: 'subscribe' | 'send' | 'receive',
  code: 'EBADF' | 'ECANCELED' | 'EMSGSIZE',
  size?: number,
): Error {
  const errno = constants.errno[code]
  const message = getSystemErrorMap().get(-errno)?.[1] ?? code
  return socketError(operation, { errno, message, ...(size === undefined ? {} : { size }) })
}
