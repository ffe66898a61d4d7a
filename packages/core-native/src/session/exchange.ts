import { NetlinkError } from '../base/errors.ts'
import { setImmediate } from '../base/timers.ts'
import type { Repeats } from '../compile/repeat.ts'
import type { Decode } from '../schema/codec.ts'
import { type DecodeOptions, Frame } from '../schema/frame.ts'
import type { Received, Transport } from '../socket/transport.ts'
import type { Buffers, Turn } from './buffers.ts'
import { abortable, checkAbort, isAbort } from './deadline.ts'
import type { Follower } from './follow.ts'
import { endsReply, follow, type Reply, readMessages } from './reply.ts'
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
  readonly follower?: Follower | undefined
  readonly buffers: Buffers
  /** Whether the session has been closed. */
  readonly closed: () => boolean
}

/** How much is read at a time, at first: what the kernel fills in one go, hundreds of messages. */
const FIRST_SLICE_BYTES = 32 * 1024 // not a kernel number: chosen
/** And at most: records of such a batch are garbage before the collector copies them. Those of a mebibyte are not. */
const MOST_SLICE_BYTES = 128 * 1024 // not a kernel number: measured
/** A slice that takes less time is followed by a larger one: code that is not compiled yet must not hold up the event loop. */
const SLICE_SECONDS = 0.004 // not a kernel number: chosen
/** So many receives in a row may fail before the rest of a reply is given up. */
const MOST_FAILURES = 64 // not a kernel number: chosen

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
  readonly #buffers: Buffers
  readonly #options: DecodeOptions
  readonly #reply: Reply
  readonly #secret: boolean
  readonly #closed: () => boolean
  readonly #watch: readonly number[]
  /** What the kernel says of joining and sending: undefined, or the error. */
  readonly #refusal: Promise<unknown>
  readonly #frames: [Frame | undefined, Frame | undefined] = [undefined, undefined]
  /** What holds messages that have not been read, or may: a receive that failed or that nobody took leaves some, too. */
  readonly #filled = new Set<Frame>()
  #receiving: Promise<Received> | undefined
  #turn: Turn = 0
  /** The groups to watch were joined. */
  #joined = false
  /** Nothing more is to come: the message that ends the reply has been received, or the request was never sent. */
  #over = false

  /** All that the kernel has to do is queued at once: it takes one thread's turn. */
  constructor(transport: Transport, parts: ExchangeParts) {
    const {
      request,
      sequence,
      type,
      watch,
      decode,
      repeats,
      options,
      secret = false,
      buffers,
      closed,
      follower,
    } = parts
    this.#transport = transport
    this.#buffers = buffers
    this.#options = options
    this.#secret = secret
    this.#closed = closed
    this.#watch = watch
    const [port, watched] = [transport.port, watch.length > 0]
    const state = { records: [], ended: false, interrupted: false }
    this.#reply = { request, sequence, port, type, decode, repeats, watched, follower, ...state }
    setSequence(request, sequence)
    this.#refusal = this.#begin(request.bytes).then(
      () => undefined,
      (error: unknown) => error,
    )
    this.#receive()
  }

  async #begin(request: Uint8Array): Promise<void> {
    const joining = this.#watch.length > 0 ? this.#transport.subscribe?.(this.#watch, true) : undefined
    // What is called behind a call that was refused is not done: the first one says why.
    const done = await Promise.allSettled([joining, this.#transport.send(request)])
    this.#joined = this.#watch.length > 0 && done[0].status === 'fulfilled'
    const refused = done.find((one) => one.status === 'rejected')
    if (refused) throw refused.reason
  }

  /** The reply as it grows: `records` holds what came last. Between two slices of a receive there is a turn of the event loop. */
  async *batches(signal: AbortSignal | undefined): AsyncGenerator<Reply, void, void> {
    const reply = this.#reply
    for (let slice = FIRST_SLICE_BYTES; !reply.ended; ) {
      const [frame, { bytes, datagrams }] = await this.#next(signal)
      if (reply.follower) follow(frame, datagrams, bytes, reply, reply.follower)
      for (let at = 0; at < bytes && !reply.ended; ) {
        const begin = process.uptime()
        at = this.#read(frame, at, Math.min(at + slice, bytes), bytes)
        if (process.uptime() - begin < SLICE_SECONDS) slice = Math.min(slice * 2, MOST_SLICE_BYTES)
        yield reply
        this.#check(signal)
        if (at >= bytes || reply.ended) continue
        await new Promise((resolve) => setImmediate(resolve))
        this.#check(signal)
      }
    }
  }

  /** What has been received counts no more once the call was aborted, or the session closed. */
  #check(signal: AbortSignal | undefined): void {
    const { table } = this.#reply.request
    checkAbort(signal, table)
    if (!this.#closed()) return
    const message = `${table}: the session was closed meanwhile (ECANCELED)`
    throw new NetlinkError(message, { code: 'ECANCELED', table, operation: 'receive' })
  }

  /**
   * Receive to the end of the reply, so that the next request finds the socket at rest, whatever has happened. Nothing of
   * it is looked at but for its end. Never fails.
   */
  async settle(): Promise<void> {
    for (let failures = 0; !this.#over && failures < MOST_FAILURES; ) {
      if (!this.#receiving) this.#receive()
      const frame = this.#frames[this.#turn]!
      try {
        const { bytes, done } = await this.#receiving!
        this.#over = done && endsReply(frame, bytes, this.#reply)
        failures = 0
      } catch (error) {
        failures = isEndless(error) ? MOST_FAILURES : failures + 1
        await this.#lost(error)
      }
      this.#receiving = undefined
    }
    if (!this.#over) this.#restart()
    // One that was begun meanwhile has nothing to come, unless it is of a session that is closed.
    await this.#receiving?.catch((error) => this.#lost(error))
    for (const frame of this.#filled) this.#wipe(frame)
    await this.#refusal
    if (this.#joined) void this.#transport.subscribe?.(this.#watch, false).catch(() => undefined)
  }

  /** What cannot be received to its end is left with its socket. Where there is no other, the next request will fail. */
  #restart(): void {
    try {
      this.#transport.restart?.()
    } catch {
      this.#transport.close()
    }
  }

  #wipe(frame: Frame, bytes = frame.u8.length): void {
    if (this.#secret) frame.u8.fill(0, 0, bytes)
    this.#filled.delete(frame)
  }

  /** Read the messages from `at` up to `to`, or a little further, and answer where the next one is. */
  #read(frame: Frame, at: number, to: number, bytes: number): number {
    const reply = this.#reply
    reply.records = emptyBatch()
    try {
      const next = readMessages(frame, at, to, bytes, reply)
      if (next >= bytes || reply.ended) this.#wipe(frame, bytes)
      return next
    } catch (error) {
      this.#wipe(frame, bytes)
      throw error
    }
  }

  #receive(): void {
    const turn = this.#turn
    const buffer = this.#buffers.at(turn)
    const known = this.#frames[turn]
    const frame = known?.u8.buffer === buffer ? known : new Frame(buffer, this.#options)
    this.#frames[turn] = frame
    this.#filled.add(frame)
    this.#receiving = this.#transport.receive(buffer)
    // Whoever takes the promise hears of its failure; until then it must not count as unhandled.
    this.#receiving.catch(() => undefined)
  }

  /** What has been received, while the kernel already fills the other buffer. */
  async #next(signal: AbortSignal | undefined): Promise<[Frame, Received]> {
    const reply = this.#reply
    for (;;) {
      if (!this.#receiving) this.#receive()
      const frame = this.#frames[this.#turn]!
      try {
        const received = await abortable(this.#receiving!, signal, reply.request.table)
        this.#receiving = undefined
        this.#buffers.filled(received.bytes, frame.u8.buffer as ArrayBuffer)
        this.#turn = this.#turn === 0 ? 1 : 0
        this.#over = received.done && endsReply(frame, received.bytes, reply)
        if (!this.#over) this.#receive()
        return [frame, received]
      } catch (error) {
        if (isAbort(error)) throw error
        const lost = await this.#lost(error)
        this.#receiving = undefined
        // More changed than the queue could hold. The reply itself waits for room.
        if (!reply.watched || !isOverrun(lost)) throw withTable(lost, reply.request.table)
        reply.interrupted = true
      }
    }
  }

  /** What there is to say of a receive that failed. */
  async #lost(error: unknown): Promise<unknown> {
    // A datagram that did not fit was cut behind what came before it.
    for (const frame of this.#frames) if (frame) this.#filled.add(frame)
    if (isEndless(error)) return cut(error as NetlinkError)
    if (!(error instanceof NetlinkError) || !['EBADF', 'ECANCELED'].includes(error.code)) return error
    // It was closed, or the request was refused before it. The thread that it was for may be in the kernel still.
    this.#over = true
    const frame = this.#frames[this.#turn]
    if (frame) this.#filled.delete(frame)
    this.#buffers.abandon(this.#turn)
    return (await this.#refusal) ?? error
  }
}

const isEndless = (error: unknown) => error instanceof NetlinkError && error.code === 'ENODATA'

/** Linux ends no dump of all families in which one object does not fit into a frame: it sends empty ones. */
const cut = (cause: NetlinkError) =>
  new NetlinkError('one of the objects is larger than what the kernel lists in one go (DUMP_TRUNCATED)', {
    code: 'DUMP_TRUNCATED',
    operation: 'receive',
    cause,
  })

const isOverrun = (error: unknown) =>
  error instanceof NetlinkError && error.code === 'ENOBUFS' && error.operation === 'receive'

function withTable(error: unknown, table: string): unknown {
  return error instanceof NetlinkError && error.table === undefined ? error.about(table) : error
}
