import type { Transport } from '../socket/transport.ts'

/** Enough for most tables of most hosts; a larger one costs more page faults than the reading of a small table. */
const FIRST_BYTES = 64 * 1024 // not a kernel number: measured
/** The larger buffers are, the further the kernel runs ahead; beyond this it gains nothing. What is not filled costs nothing. */
const LARGE_BYTES = 1024 * 1024 // not a kernel number: measured
/** The least that a receive must have free. */
const RECEIVE_BYTES = 32 * 1024 // not a kernel number: what the kernel fills at most in one go
/** Of each size, two sessions' worth. */
const MOST_IDLE = 4

/** Buffers of sessions that were closed, for those to come, by size: their pages have been touched already. */
const idle = new Map<number, ArrayBuffer[]>([
  [FIRST_BYTES, []],
  [LARGE_BYTES, []],
])

/** Which of two buffers. */
export type Turn = 0 | 1

/** The two buffers of a session, which take turns: the kernel fills one while the other is read. */
export class Buffers {
  readonly #transport: Transport
  readonly #pair: [ArrayBuffer | undefined, ArrayBuffer | undefined] = [undefined, undefined]
  #bytes: number

  constructor(transport: Transport, bytes = FIRST_BYTES) {
    this.#transport = transport
    this.#bytes = bytes
  }

  /** The buffer whose turn it is; nothing of what it held is kept. */
  at(turn: Turn): ArrayBuffer {
    const buffer = this.#pair[turn]
    if (buffer && buffer.byteLength >= this.#bytes) return buffer
    if (buffer && this.#transport.allocate) giveBack(buffer)
    const made = this.#make()
    this.#pair[turn] = made
    return made
  }

  #make(): ArrayBuffer {
    const free = this.#transport.allocate && idle.get(this.#bytes)?.pop()
    return free ?? this.#transport.allocate?.(this.#bytes) ?? new ArrayBuffer(this.#bytes)
  }

  /** After a receive that came to an end with so many bytes: the next ones may be larger. */
  filled(bytes: number, buffer: ArrayBuffer): void {
    if (buffer.byteLength < this.#bytes || buffer.byteLength - bytes >= RECEIVE_BYTES) return
    this.#bytes = Math.max(this.#bytes, LARGE_BYTES)
  }

  /** Make room for a datagram of that size. False where there is. */
  fit(datagram: number): boolean {
    if (datagram <= this.#bytes) return false
    while (this.#bytes < datagram + RECEIVE_BYTES) this.#bytes *= 2
    return true
  }

  /** A thread may still write to this one. */
  abandon(turn: Turn): void {
    this.#pair[turn] = undefined
  }

  /** They are needed no more. */
  release(): void {
    for (const buffer of this.#pair) if (buffer && this.#transport.allocate) giveBack(buffer)
    this.#pair[0] = undefined
    this.#pair[1] = undefined
  }
}

function giveBack(buffer: ArrayBuffer): void {
  const free = idle.get(buffer.byteLength)
  if (free && free.length < MOST_IDLE) free.push(buffer)
}
