import { NetlinkError } from '../base/errors.ts'
import { Repeats } from '../compile/repeat.ts'
import { constant } from '../constants/index.ts'
import type { Decode } from '../schema/codec.ts'
import { refreshNames } from '../schema/named.ts'
import type { RecordOf, Table } from '../schema/set.ts'
import type { Transport } from '../socket/transport.ts'
import { Buffers } from './buffers.ts'
import { abortable, checkAbort, deadlineOf } from './deadline.ts'
import { Exchange } from './exchange.ts'
import { controller, Families } from './families.ts'
import { endWhenForgotten } from './forgotten.ts'
import { type JsonOptions, JsonSink } from './json-sink.ts'
import { checkOptions, type Dump, dumpOf, type Integer64, type ReadOptions, type StreamEnd } from './options.ts'
import { type Reader, readerFor, writerFor } from './reader.ts'
import type { Reply } from './reply.ts'
import { buildRequest, checkRequest, type RequestParts } from './request.ts'

type RecordsOf<T, O> = RecordOf<T, Integer64<O>>

const DEFAULT_RESTARTS = 5 // not a kernel number: a choice, documented in ReadOptions

/** What is read, and how a message of it becomes a record. */
interface Reading extends Reader {
  readonly table: Table
  readonly request: RequestParts
  readonly options: ReadOptions
}

type Read = (...parts: Parameters<Decode>) => unknown

/**
 * One socket to the kernel. It does one thing at a time: a second call waits for the first. A stream has the socket until
 * it is read to its end or left; meanwhile other calls fail with `SESSION_BUSY`.
 */
export class Session implements AsyncDisposable, Disposable {
  readonly #transport: Transport
  readonly #buffers: Buffers
  readonly #families = new Families()
  #sequence = 0
  #turn: Promise<void> = Promise.resolve()
  /** Exchanges that are not settled yet. */
  #exchanges = 0
  /** The table of the stream that has the socket. */
  #streamed: string | undefined
  #closed = false

  constructor(transport: Transport, options: { readonly bufferBytes?: number } = {}) {
    this.#transport = transport
    this.#buffers = new Buffers(transport, options.bufferBytes)
  }

  /**
   * Close the socket. A call that is under way fails with `ECANCELED`, and so does a stream at its next batch; later calls
   * fail with `EBADF`. May be called twice.
   */
  close(): void {
    this.#closed = true
    this.#transport.close()
    if (this.#exchanges === 0) this.#buffers.release()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  /** Every record of a table. An interrupted dump is started again. */
  async dump<T extends Table, const O extends ReadOptions = {}>(
    table: T,
    request: RequestParts = {},
    options?: O,
  ): Promise<Dump<RecordsOf<T, O>>> {
    const reading = this.#reading(table, request, options, readerFor(table))
    return (await this.#dump(reading)) as Dump<unknown> as Dump<RecordsOf<T, O>>
  }

  /** What is to be read, if it makes sense and may be read now. */
  #reading(table: Table, request: RequestParts, options: ReadOptions = {}, reader: Reader): Reading {
    checkOptions(options)
    this.#checkProtocol(table)
    checkRequest(table, request)
    if (this.#streamed !== undefined) throw busy(table.name, this.#streamed)
    return { table, request, options, ...reader }
  }

  #checkProtocol({ name, generic }: Table): void {
    const needed = generic ? 'NETLINK_GENERIC' : 'NETLINK_ROUTE'
    const { protocol } = this.#transport
    if (protocol === undefined || protocol === constant(needed)) return
    throw new TypeError(`session: ${name} is read over ${needed}, and this session is of another protocol`)
  }

  async #dump(reading: Reading): Promise<Dump<Record<string, unknown>>> {
    const { table, options } = reading
    using deadline = deadlineOf(options)
    const limit = options.restarts ?? DEFAULT_RESTARTS
    for (let restarts = 0; ; restarts++) {
      const records: Record<string, unknown>[] = []
      const interrupted = await this.#collect(reading, deadline?.signal, records).catch((error) =>
        ended(error, options),
      )
      if (interrupted && restarts < limit && interrupted !== 'cut') continue
      if (interrupted && options.onInterrupted !== 'return') throw interruptedError(table.name, restarts)
      return dumpOf(records, { interrupted: interrupted !== false, restarts })
    }
  }

  async #collect(reading: Reading, signal: AbortSignal | undefined, into: Record<string, unknown>[]): Promise<boolean> {
    const forget = () => {
      into.length = 0
      return true
    }
    for await (const reply of this.#replies(reading, signal, forget)) {
      for (const record of reply.records) into.push(record)
      if (reply.ended) return reply.interrupted
    }
    return false
  }

  /**
   * The records of a table in batches, as they come. What has been given cannot be taken back: a dump that was
   * interrupted fails with `DUMP_INTERRUPTED` at its end, or says so in what it returns if `onInterrupted` is `return`.
   */
  stream<T extends Table, const O extends ReadOptions = {}>(
    table: T,
    request: RequestParts = {},
    options?: O,
  ): AsyncGenerator<RecordsOf<T, O>[], StreamEnd, void> {
    const reading = () => this.#reading(table, request, options, readerFor(table))
    const stream = this.#stream(reading, ({ records }) => (records.length > 0 ? records : undefined))
    return stream as AsyncGenerator<unknown[], StreamEnd, void> as AsyncGenerator<RecordsOf<T, O>[], StreamEnd, void>
  }

  /**
   * The same records as JSON in UTF-8, which is written from the bytes without making objects. 64-bit values are exact.
   * The pieces put together are the texts of the records with the separator between them.
   */
  streamJson(
    table: Table,
    request: RequestParts = {},
    options: ReadOptions = {},
    json?: JsonOptions,
  ): AsyncGenerator<Uint8Array, StreamEnd, void> {
    const sink = new JsonSink(writerFor(table), json)
    const read = ((frame, at, end) => sink.add(frame, at, end)) as Read as Decode
    const reading = () => {
      checkOptions(options)
      return this.#reading(table, request, { ...options, bigint: true }, { read })
    }
    return this.#stream(reading, () => sink.take())
  }

  #stream<B>(reading: () => Reading, take: (reply: Reply) => B | undefined): AsyncGenerator<B, StreamEnd, void> {
    return endWhenForgotten(this.#batches(reading, take))
  }

  /** What `take` makes of each batch, but for those of which it makes nothing. */
  async *#batches<B>(begin: () => Reading, take: (reply: Reply) => B | undefined): AsyncGenerator<B, StreamEnd, void> {
    const reading = begin()
    const { table, options } = reading
    using deadline = deadlineOf(options)
    let interrupted: boolean | 'cut' = false
    let given = false
    this.#streamed = table.name
    try {
      for await (const reply of this.#replies(reading, deadline?.signal, () => !given)) {
        interrupted = reply.interrupted
        const batch = take(reply)
        if (batch === undefined) continue
        given = true
        deadline?.rest()
        yield batch
        deadline?.resume()
      }
    } catch (error) {
      interrupted = ended(error, options)
    } finally {
      this.#streamed = undefined
    }
    if (interrupted && options.onInterrupted !== 'return') throw interruptedError(table.name, 0)
    return { interrupted: interrupted !== false }
  }

  /** The one record that a request asks for, or the kernel's refusal (`ENOENT`, `ENODEV`, ...). */
  async get<T extends Table, const O extends ReadOptions = {}>(
    table: T,
    request: RequestParts,
    options?: O,
  ): Promise<RecordsOf<T, O> | undefined> {
    const records = await this.dump(table, { ...request, single: true }, options)
    return records[0]
  }

  /** `again` says whether the dump may start anew when a datagram did not fit: not once rows were given away. */
  async *#replies(
    { table, request: parts, options, read, set }: Reading,
    signal: AbortSignal | undefined,
    again: () => boolean,
  ): AsyncGenerator<Reply, void, void> {
    checkAbort(signal, table.name)
    refreshNames()
    const types = await this.#families.typesOf(table, parts.single === true, () => this.#listFamilies(signal))
    const request = buildRequest(table, parts, types.request)
    const watch = groupsToWatch(table, parts)
    const release = await this.#take(signal, table.name)
    let exchange: Exchange | undefined
    try {
      for (;;) {
        exchange = new Exchange(this.#transport, {
          ...{ request, watch, options, decode: read },
          sequence: ++this.#sequence,
          type: types.reply,
          repeats: set && new Repeats(set, parts.accept),
          secret: table.secret === true,
          follower: watch.length > 0 ? parts.follow?.() : undefined,
          buffers: this.#buffers,
          closed: () => this.#closed,
        })
        try {
          yield* exchange.batches(signal)
          return
        } catch (error) {
          this.#families.refused(table, error)
          if (!this.#grow(error) || !again()) throw error
          await exchange.settle()
        }
      }
    } finally {
      // The rest of the reply is read before the next request; nobody waits for that but whoever makes it.
      void (exchange?.settle() ?? Promise.resolve()).finally(release)
    }
  }

  #listFamilies(signal: AbortSignal | undefined) {
    const options = { signal, captureUnknown: false }
    return this.#dump({ table: controller, request: {}, options, ...readerFor(controller) })
  }

  /** Wait for the calls before this one. The function that it answers lets the next one go. */
  async #take(signal: AbortSignal | undefined, table: string): Promise<() => void> {
    const before = this.#turn
    let next = () => {}
    const mine = new Promise<void>((resolve) => {
      next = resolve
    })
    this.#turn = before.then(() => mine)
    this.#exchanges++
    const release = () => {
      this.#exchanges--
      if (this.#closed && this.#exchanges === 0) this.#buffers.release()
      next()
    }
    try {
      await abortable(before, signal, table)
    } catch (error) {
      release()
      throw error
    }
    return release
  }

  /** Make room for a datagram that did not fit. False where that is not what went wrong. */
  #grow(error: unknown): boolean {
    if (!(error instanceof NetlinkError) || error.code !== 'EMSGSIZE' || error.size === undefined) return false
    return this.#buffers.fit(error.size)
  }
}

/** A dump that the kernel has cut short is as one that was interrupted to the last, to those who take what there is. */
function ended(error: unknown, { onInterrupted }: ReadOptions): 'cut' {
  if (error instanceof NetlinkError && error.code === 'DUMP_TRUNCATED' && onInterrupted === 'return') return 'cut'
  throw error
}

const groupsToWatch = (table: Table, { single, watch }: RequestParts): number[] =>
  single ? [] : (watch ?? table.watch ?? []).map((group) => constant(group))

const busy = (table: string, streamed: string) =>
  new NetlinkError(
    `${table}: the session is busy with a stream of ${streamed}: read that to its end or leave it, or open another session`,
    { code: 'SESSION_BUSY', table, operation: 'send' },
  )

function interruptedError(table: string, restarts: number): NetlinkError {
  const again = restarts > 0 ? `, and again each of the ${restarts} times that it was started anew` : ''
  return new NetlinkError(`${table}: the kernel's objects changed while it listed them (NLM_F_DUMP_INTR)${again}`, {
    code: 'DUMP_INTERRUPTED',
    table,
    operation: 'receive',
  })
}
