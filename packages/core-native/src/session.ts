import { Repeats } from './compile/repeat.ts'
import { constant } from './constants/index.ts'
import { NetlinkError } from './errors.ts'
import { abortable, Exchange } from './exchange.ts'
import { FamilyIds } from './generic.ts'
import { type JsonOptions, JsonSink } from './json-sink.ts'
import { type Reader, readerFor, writerFor } from './reader.ts'
import type { Reply } from './reply.ts'
import { buildRequest, type RequestParts } from './request.ts'
import type { Decode } from './schema/codec.ts'
import type { DecodeOptions } from './schema/frame.ts'
import { refreshNames } from './schema/named.ts'
import type { RecordOf, Table } from './schema/set.ts'
import type { Transport } from './transport.ts'

/** How a table is read. */
export interface ReadOptions extends Pick<DecodeOptions, 'captureUnknown' | 'bigint' | 'lookups' | 'secrets'> {
  /** Stop reading when this is aborted: the call fails with `ABORTED`. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds after which the call fails with `TIMEOUT`. Default: none. */
  readonly timeout?: number | undefined
  /** How often a dump that the kernel says was interrupted starts again. Default: 5. */
  readonly restarts?: number | undefined
  /**
   * What becomes of a dump that was interrupted to the last: `fail` with `DUMP_INTERRUPTED` (the default), or `return`
   * what there is, with `interrupted: true` on the array.
   */
  readonly onInterrupted?: 'fail' | 'return' | undefined
}

/** The records of a table, and whether they are one consistent picture. */
export type Dump<T> = T[] & {
  /** The kernel's objects changed while they were listed, every time: rows may be missing, or there twice. */
  readonly interrupted: boolean
  /** How often the dump was started again. */
  readonly restarts: number
}

/** `records` as a dump that went as `like` did, or as one that nothing interrupted. */
export function dumpOf<T>(
  records: T[],
  { interrupted, restarts }: Pick<Dump<T>, 'interrupted' | 'restarts'> = { interrupted: false, restarts: 0 },
): Dump<T> {
  Object.defineProperties(records, { interrupted: { value: interrupted }, restarts: { value: restarts } })
  return records as Dump<T>
}

/** What a stream returns at its end. */
export interface StreamEnd {
  readonly interrupted: boolean
}

type RecordsOf<T, O> = RecordOf<T, O extends { readonly bigint: true } ? bigint : number>

/**
 * Bytes of each of the two buffers that take turns. The larger they are, the further the kernel runs ahead, and the less
 * often one thread waits for the other; beyond a mebibyte it gains nothing.
 */
const BUFFER_BYTES = 1024 * 1024 // not a kernel number: measured
/** The least that a receive must have free. */
const RECEIVE_BYTES = 32 * 1024 // not a kernel number: what the kernel fills at most in one go
const DEFAULT_RESTARTS = 5 // not a kernel number: a choice, documented above

/** What is read, and how a message of it becomes a record. */
interface Reading extends Reader {
  readonly table: Table
  readonly request: RequestParts
  readonly options: ReadOptions
}

type Read = (...parts: Parameters<Decode>) => unknown

/** One socket to the kernel. It does one thing at a time; a second call waits for the first. */
export class Session implements AsyncDisposable, Disposable {
  readonly #transport: Transport
  #buffers: [ArrayBuffer, ArrayBuffer] | undefined
  #bufferBytes: number
  readonly #families = new FamilyIds()
  #sequence = 0
  #turn: Promise<void> = Promise.resolve()

  constructor(transport: Transport, options: { readonly bufferBytes?: number } = {}) {
    this.#transport = transport
    this.#bufferBytes = options.bufferBytes ?? BUFFER_BYTES
  }

  /** Close the socket. A call that is under way fails with `ECANCELED`; later ones with `EBADF`. May be called twice. */
  close(): void {
    this.#transport.close()
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
    const signal = deadline(options)
    const limit = options?.restarts ?? DEFAULT_RESTARTS
    for (let restarts = 0; ; restarts++) {
      const records: Record<string, unknown>[] = []
      const interrupted = await this.#collect(table, request, options ?? {}, signal, records)
      if (interrupted && restarts < limit) continue
      if (interrupted && options?.onInterrupted !== 'return') throw interruptedError(table.name, restarts)
      return dumpOf(records, { interrupted, restarts }) as Dump<unknown> as Dump<RecordsOf<T, O>>
    }
  }

  async #collect(
    table: Table,
    request: RequestParts,
    options: ReadOptions,
    signal: AbortSignal | undefined,
    into: Record<string, unknown>[],
  ): Promise<boolean> {
    const forget = () => {
      into.length = 0
      return true
    }
    const reading = { table, request, options, ...readerFor(table) }
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
    const stream = this.#stream({ table, request, options: options ?? {}, ...readerFor(table) }, ({ records }) =>
      records.length > 0 ? records : undefined,
    )
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
    return this.#stream({ table, request, options: { ...options, bigint: true }, read }, () => sink.take())
  }

  /** What `take` makes of each batch, but for those of which it makes nothing. */
  async *#stream<B>(reading: Reading, take: (reply: Reply) => B | undefined): AsyncGenerator<B, StreamEnd, void> {
    const { table, options } = reading
    let interrupted = false
    let given = false
    for await (const reply of this.#replies(reading, deadline(options), () => !given)) {
      interrupted = reply.interrupted
      const batch = take(reply)
      if (batch === undefined) continue
      given = true
      yield batch
    }
    if (interrupted && options.onInterrupted !== 'return') throw interruptedError(table.name, 0)
    return { interrupted }
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
    refreshNames()
    const types = await this.#families.typesOf(this, table, signal)
    const request = buildRequest(table, parts, types.request)
    const watch = parts.single ? [] : (parts.watch ?? table.watch ?? []).map((group) => constant(group))
    const release = await this.#take(signal, table.name)
    let exchange: Exchange | undefined
    try {
      for (;;) {
        const sequence = ++this.#sequence
        exchange = new Exchange(this.#transport, {
          request,
          sequence,
          type: types.reply,
          watch,
          decode: read,
          repeats: set && new Repeats(set, parts.accept),
          options,
          secret: table.secret === true,
          buffers: this.#takeBuffers(),
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

  /** Wait for the calls before this one. The function that it answers lets the next one go. */
  async #take(signal: AbortSignal | undefined, table: string): Promise<() => void> {
    const before = this.#turn
    let release = () => {}
    const mine = new Promise<void>((resolve) => {
      release = resolve
    })
    this.#turn = before.then(() => mine)
    try {
      await abortable(before, signal, table)
    } catch (error) {
      release()
      throw error
    }
    return release
  }

  #takeBuffers(): [ArrayBuffer, ArrayBuffer] {
    this.#buffers ??= [new ArrayBuffer(this.#bufferBytes), new ArrayBuffer(this.#bufferBytes)]
    return this.#buffers
  }

  /** Make room for a datagram that did not fit. False where that is not what went wrong. */
  #grow(error: unknown): boolean {
    if (!(error instanceof NetlinkError) || error.code !== 'EMSGSIZE' || error.size === undefined) return false
    if (error.size <= this.#bufferBytes) return false
    while (this.#bufferBytes < error.size + RECEIVE_BYTES) this.#bufferBytes *= 2
    this.#buffers = undefined
    return true
  }
}

function deadline(options: ReadOptions | undefined): AbortSignal | undefined {
  const { signal, timeout } = options ?? {}
  if (timeout === undefined) return signal
  if (!Number.isFinite(timeout) || timeout < 0) throw new TypeError('timeout: not a number of milliseconds')
  const timer = AbortSignal.timeout(timeout)
  return signal ? AbortSignal.any([signal, timer]) : timer
}

function interruptedError(table: string, restarts: number): NetlinkError {
  const again = restarts > 0 ? `, and again each of the ${restarts} times that it was started anew` : ''
  return new NetlinkError(`${table}: the kernel's objects changed while it listed them (NLM_F_DUMP_INTR)${again}`, {
    code: 'DUMP_INTERRUPTED',
    table,
    operation: 'receive',
  })
}
