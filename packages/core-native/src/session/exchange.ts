import { NetlinkError } from '../base/errors.ts'
import type { Repeats } from '../compile/repeat.ts'
import type { Decode } from '../schema/codec.ts'
import { type DecodeOptions, Frame } from '../schema/frame.ts'
import type { Received, Transport } from '../socket/transport.ts'
import { type Reply, readMessages } from './reply.ts'
import { type Request, setSequence } from './request.ts'

/** What an exchange needs beside the transport. */
export interface ExchangeParts {
  readonly request: Request
  readonly sequence: number
  /** Type of the messages that hold records. */
  readonly type: number
  /** Multicast groups whose messages tell that the reply is not one consistent picture. */
  readonly watch: readonly number[]
  readonly decode: Decode
  readonly repeats: Repeats | undefined
  readonly options: DecodeOptions
  /** What is received is wiped once it is read. */
  readonly secret?: boolean
  /** Two, which take turns: the kernel fills one while the other is read. */
  readonly buffers: readonly [ArrayBuffer, ArrayBuffer]
}

/** How much is read at a time, at first: what the kernel fills in one go, hundreds of messages. */
const FIRST_SLICE_BYTES = 32 * 1024 // not a kernel number: chosen
/** And at most: records of such a batch are garbage before the collector copies them. Those of a mebibyte are not. */
const MOST_SLICE_BYTES = 128 * 1024 // not a kernel number: measured
/** A slice that takes less time is followed by a larger one: code that is not compiled yet must not hold up the event loop. */
const SLICE_SECONDS = 0.004 // not a kernel number: chosen

/**
 * An empty list of which V8 knows that it will hold objects: it takes one without a history for a list of small integers,
 * and throws away what it has compiled for the others at each first object.
 */
function emptyBatch(): Record<string, unknown>[] {
  const batch = [{}]
  batch.length = 0
  return batch
}

/** One request and the whole of its reply. */
export class Exchange {
  readonly #transport: Transport
  readonly #frames: readonly [Frame, Frame]
  readonly #reply: Reply
  readonly #buffers: readonly [ArrayBuffer, ArrayBuffer]
  readonly #secret: boolean
  readonly #joined: number[] = []
  /** What holds messages that have not been read, or may: a receive that failed or that nobody took leaves some, too. */
  readonly #filled = new Set<Frame>()
  #receiving: Promise<Received> | undefined
  #turn: 0 | 1 = 0
  #broken = false
  /** The message that ends the reply has been received, and not been read yet. */
  #leftEnd = false

  constructor(transport: Transport, parts: ExchangeParts) {
    const { request, sequence, type, watch, decode, repeats, options, secret = false, buffers } = parts
    this.#transport = transport
    this.#secret = secret
    this.#buffers = buffers
    this.#frames = [new Frame(buffers[0], options), new Frame(buffers[1], options)]
    const { port } = transport
    const watched = watch.length > 0
    this.#reply = {
      request,
      sequence,
      port,
      type,
      decode,
      repeats,
      watched,
      records: [],
      ended: false,
      interrupted: false,
    }
    setSequence(request, sequence)
    try {
      this.#join(watch)
      transport.send(request.bytes)
    } catch (error) {
      this.#broken = true
      this.#leave()
      throw withTable(error, request.table)
    }
  }

  #join(groups: readonly number[]): void {
    for (const group of groups) {
      this.#transport.subscribe?.(group, true)
      this.#joined.push(group)
    }
  }

  #leave(): void {
    try {
      for (const group of this.#joined.splice(0)) this.#transport.subscribe?.(group, false)
    } catch {
      // The socket has been closed, and its memberships with it.
    }
  }

  /** The reply as it grows: `records` holds what came last. Between two slices of a receive there is a turn of the event loop. */
  async *batches(signal: AbortSignal | undefined): AsyncGenerator<Reply, void, void> {
    const reply = this.#reply
    this.#receive()
    for (let slice = FIRST_SLICE_BYTES; !reply.ended; ) {
      const [frame, { bytes, done }] = await this.#next(reply, signal)
      for (let at = 0; at < bytes && !reply.ended; ) {
        const begin = process.uptime()
        at = this.#read(reply, frame, at, Math.min(at + slice, bytes), bytes, done)
        if (process.uptime() - begin < SLICE_SECONDS) slice = Math.min(slice * 2, MOST_SLICE_BYTES)
        this.#leftEnd = done && at < bytes
        yield reply
        if (at < bytes) await new Promise(setImmediate)
      }
    }
  }

  /** Read to the end of the reply, so that the next request finds the socket at rest. Never fails. */
  async settle(): Promise<void> {
    const reply: Reply = { ...this.#reply, decode: () => ({}), repeats: undefined }
    if (this.#leftEnd) this.#reply.ended = true
    try {
      while (!this.#reply.ended && !this.#broken) {
        const [frame, { bytes, done }] = await this.#next(reply, undefined)
        this.#read(reply, frame, 0, bytes, bytes, done)
        this.#reply.ended = reply.ended
      }
    } catch (error) {
      // What did not fit, or cannot be read, is gone; the rest of the reply still comes.
      if (error instanceof NetlinkError && ['EMSGSIZE', 'EBADMSG'].includes(error.code)) return this.settle()
    } finally {
      await this.#receiving?.catch(() => undefined)
      for (const frame of this.#filled) this.#wipe(frame)
      this.#leave()
    }
  }

  #wipe(frame: Frame, bytes = frame.u8.length): void {
    if (this.#secret) frame.u8.fill(0, 0, bytes)
    this.#filled.delete(frame)
  }

  /** Read the messages from `at` up to `to`, or a little further, and answer where the next one is. */
  #read(reply: Reply, frame: Frame, at: number, to: number, bytes: number, done: boolean): number {
    reply.records = emptyBatch()
    try {
      const next = readMessages(frame, at, to, bytes, reply)
      if (next >= bytes || reply.ended) this.#wipe(frame, bytes)
      return next
    } catch (error) {
      // The messages after the bad one were not looked at; among them is the one that ends the reply.
      this.#reply.ended = reply.ended || done
      this.#wipe(frame, bytes)
      throw error
    }
  }

  #receive(): void {
    this.#filled.add(this.#frames[this.#turn])
    this.#receiving = this.#transport.receive(this.#buffers[this.#turn])
    // Whoever takes the promise hears of its failure; until then it must not count as unhandled.
    this.#receiving.catch(() => undefined)
  }

  /** What has been received, while the kernel already fills the other buffer. */
  async #next(reply: Reply, signal: AbortSignal | undefined): Promise<[Frame, Received]> {
    if (!this.#receiving) this.#receive()
    const { table } = this.#reply.request
    try {
      const received = await abortable(this.#receiving!, signal, table)
      const frame = this.#frames[this.#turn]
      this.#receiving = undefined
      this.#turn = this.#turn === 0 ? 1 : 0
      if (!received.done) this.#receive()
      return [frame, received]
    } catch (error) {
      // A datagram that did not fit was cut behind what came before it.
      for (const frame of this.#frames) this.#filled.add(frame)
      if (!isAbort(error)) this.#receiving = undefined
      if (reply.watched && error instanceof NetlinkError && error.code === 'ENOBUFS') {
        // More changed than the queue could hold. The reply itself waits for room.
        reply.interrupted = true
        return this.#next(reply, signal)
      }
      this.#broken = error instanceof NetlinkError && !['EMSGSIZE', 'ABORTED', 'TIMEOUT'].includes(error.code)
      throw withTable(error, table)
    }
  }
}

const isAbort = (error: unknown) => error instanceof NetlinkError && ['ABORTED', 'TIMEOUT'].includes(error.code)

function withTable(error: unknown, table: string): unknown {
  if (!(error instanceof NetlinkError) || error.table !== undefined) return error
  const { code, operation, kernelMessage, attribute, size } = error
  return new NetlinkError(`${table}: ${error.message}`, {
    code,
    operation,
    kernelMessage,
    attribute,
    size,
    table,
    cause: error,
  })
}

/** The error of a call whose signal was aborted. */
export function abortError(signal: AbortSignal, table: string): NetlinkError {
  const timedOut = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
  return new NetlinkError(
    `${table}: ${timedOut ? 'timed out while the kernel was answering' : 'aborted by the caller'}`,
    {
      code: timedOut ? 'TIMEOUT' : 'ABORTED',
      table,
      operation: 'receive',
      cause: signal.reason,
    },
  )
}

/** `promise`, unless `signal` is aborted before it settles. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined, table: string): Promise<T> {
  if (!signal) return promise
  if (signal.aborted) throw abortError(signal, table)
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortError(signal, table))
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
