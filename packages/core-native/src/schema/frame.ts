import { endianness } from 'node:os'

/** True where the host, and with it netlink, puts the lowest byte first. */
export const HOST_LITTLE = endianness() === 'LE'

/** How records are to be made. */
export interface DecodeOptions {
  /** Keep the attributes that no line names, with their bytes. Default: true. */
  readonly captureUnknown?: boolean | undefined
  /**
   * Give 64-bit values as bigint, exact beyond 2^53; with `large` only those that a number would not hold exactly. Default:
   * false, numbers.
   */
  readonly bigint?: boolean | 'large' | undefined
  /** What numbers in a message stand for, by kind: the names of `interfaces`, ... Fields that need one stay absent without it. */
  readonly lookups?: Lookups | undefined
  /** Give what is secret. Default: false. */
  readonly secrets?: boolean | undefined
  /** Byte order of the messages. Default: the host's. */
  readonly littleEndian?: boolean | undefined
}

/** What numbers stand for that only other dumps tell: an interface's name by its index. */
export type Lookups = Readonly<Record<string, ReadonlyMap<number, unknown>>>

const NONE: Lookups = {}
const WORD_BYTES = 4
const NO_WORDS = new Uint32Array(0)

let frames = 0

/** A window on one buffer of netlink messages: what the codecs read from. */
export class Frame {
  /** Tells frames apart, for what is kept of the last one: not the frame, which holds a buffer. */
  readonly id: number = ++frames
  readonly u8: Uint8Array
  /** The same bytes in words; none where they are not aligned, or not in the host's byte order. */
  readonly words: Uint32Array
  readonly view: DataView
  /** The same bytes, for the native text and hexadecimal conversions. */
  readonly bytes: Buffer
  readonly little: boolean
  readonly captureUnknown: boolean
  readonly bigint: boolean
  /** Those of 64 bits that a number does not hold exactly are bigints. */
  readonly large: boolean
  readonly secrets: boolean
  readonly lookups: Lookups
  /** Where the fixed header of the message in hand begins. */
  body = 0

  constructor(source: ArrayBuffer | Uint8Array, options: DecodeOptions = {}) {
    const [buffer, from, length] =
      source instanceof Uint8Array
        ? [source.buffer, source.byteOffset, source.byteLength]
        : [source, 0, source.byteLength]
    this.u8 = new Uint8Array(buffer, from, length)
    this.view = new DataView(buffer, from, length)
    this.bytes = Buffer.from(buffer as ArrayBuffer, from, length)
    this.little = options.littleEndian ?? HOST_LITTLE
    this.captureUnknown = options.captureUnknown ?? true
    this.bigint = options.bigint === true
    this.large = options.bigint === 'large'
    this.secrets = options.secrets ?? false
    this.lookups = options.lookups ?? NONE
    const comparable = from % WORD_BYTES === 0 && this.little === HOST_LITTLE
    this.words = comparable ? new Uint32Array(buffer, from, Math.floor(length / WORD_BYTES)) : NO_WORDS
  }
}
