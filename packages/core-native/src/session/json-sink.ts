import { shown } from '../base/shown.ts'
import type { Write } from '../schema/codec.ts'
import type { Frame } from '../schema/frame.ts'

/** How records become JSON. */
export interface JsonOptions {
  /** What stands between two records. Default: a line feed. */
  readonly separator?: string | undefined
  /** A piece is overwritten once the next one is asked for. Default: it is the caller's to keep, a copy. */
  readonly reuse?: boolean | undefined
}

const START_BYTES = 64 * 1024 // not a kernel number: a guess, which grows
const UTF8_BYTES = 3 // not a kernel number: the most that a UTF-16 unit takes

/**
 * Collects the JSON of records as bytes. A text is written as soon as it is made, so that it is garbage at once: kept
 * until a batch is whole, and joined then, texts take three times as long.
 */
export class JsonSink {
  readonly #write: Write
  readonly #separator: Buffer
  readonly #reuse: boolean
  #bytes = Buffer.allocUnsafeSlow(START_BYTES)
  #length = 0
  #first = true

  constructor(write: Write, { separator = '\n', reuse = false }: JsonOptions = {}) {
    if (typeof separator !== 'string') throw new TypeError(`separator: ${shown(separator)} is no text`)
    if (typeof reuse !== 'boolean') throw new TypeError(`reuse: ${shown(reuse)} is not true or false`)
    this.#write = write
    this.#separator = Buffer.from(separator)
    this.#reuse = reuse
  }

  add(frame: Frame, at: number, end: number): void {
    const text = this.#write(frame, at, end)
    const room = this.#separator.length + text.length * UTF8_BYTES
    if (this.#length + room > this.#bytes.length) this.#grow(room)
    if (!this.#first) for (const byte of this.#separator) this.#bytes[this.#length++] = byte
    this.#first = false
    this.#length += this.#bytes.write(text, this.#length)
  }

  /** What has come together; undefined where nothing has. No Buffer, whose `slice` would not copy. */
  take(): Uint8Array | undefined {
    if (this.#length === 0) return undefined
    const taken = new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#length)
    this.#length = 0
    return this.#reuse ? taken : new Uint8Array(taken)
  }

  #grow(room: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + room))
    this.#bytes.copy(bytes, 0, 0, this.#length)
    this.#bytes = bytes
  }
}
