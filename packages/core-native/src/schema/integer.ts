import type { Bound, Codec, Read, Wide } from './codec.ts'
import type { Frame } from './frame.ts'
import type { JsonSchema } from './json-schema.ts'

/** A codec of one integer of a fixed width. */
export interface Scalar<T = number> extends Codec<T> {
  readonly width: number
}

const BYTE = 8

function scalar<T>(width: number, read: Read<T>, signed = false): Scalar<T> {
  const bits = width * BYTE
  const bound: Bound<T> = { read, fits: { exactly: width } }
  const schema: JsonSchema = signed
    ? { type: 'integer', minimum: -(2 ** (bits - 1)), maximum: 2 ** (bits - 1) - 1 }
    : { type: 'integer', minimum: 0, maximum: 2 ** bits - 1 }
  return { width, json: 'raw', bind: () => bound, schema: () => schema }
}

const WORD = 2 ** 32

/** Upper halves from here on make numbers beyond 2^53. */
const EXACT_HIGH = 2 ** 21 // not a kernel number: of 53 bits, those beyond 32

const bigintAt = ({ view }: Frame, at: number, little: boolean, signed: boolean): Wide =>
  (signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little)) as unknown as Wide

function wide(frame: Frame, at: number, little: boolean, signed: boolean): Wide {
  const { view } = frame
  if (frame.bigint) return bigintAt(frame, at, little, signed)
  const upper = little ? at + 4 : at
  const high = signed ? view.getInt32(upper, little) : view.getUint32(upper, little)
  if (frame.large && (high >= EXACT_HIGH || high < -EXACT_HIGH)) return bigintAt(frame, at, little, signed)
  return (high * WORD + view.getUint32(little ? at : at + 4, little)) as unknown as Wide
}

/** One byte. */
export const u8 = scalar(1, (f, at) => f.u8[at]!)
/** One byte, signed. */
export const s8 = scalar(1, (f, at) => f.view.getInt8(at), true)
/** 16 bits in the host's byte order. */
export const u16 = scalar(2, (f, at) => f.view.getUint16(at, f.little))
/** 16 bits, signed, in the host's byte order. */
export const s16 = scalar(2, (f, at) => f.view.getInt16(at, f.little), true)
/** 32 bits in the host's byte order. */
export const u32 = scalar(4, (f, at) => f.view.getUint32(at, f.little))
/** 32 bits, signed, in the host's byte order. */
export const s32 = scalar(4, (f, at) => f.view.getInt32(at, f.little), true)
/** 64 bits in the host's byte order. */
export const u64 = scalar(8, (f, at) => wide(f, at, f.little, false))
/** 64 bits, signed, in the host's byte order. */
export const s64 = scalar(8, (f, at) => wide(f, at, f.little, true), true)
/** 16 bits in network byte order. */
export const be16 = scalar(2, (f, at) => f.view.getUint16(at))
/** 32 bits in network byte order. */
export const be32 = scalar(4, (f, at) => f.view.getUint32(at))
/** 64 bits in network byte order. */
export const be64 = scalar(8, (f, at) => wide(f, at, false, false))
/** One byte that is 0 or 1. */
export const bool: Scalar<boolean> = {
  ...scalar(1, (f, at) => f.u8[at] !== 0),
  schema: () => ({ type: 'boolean' }),
}

/** The scalar of a width that the kernel chose at run time: `nla_put_uint` sends 4 or 8 bytes. */
export const uint: Codec<Wide> = {
  json: 'raw',
  bind: () => ({
    read: (f, at, length) =>
      length === 4 ? (toWide(f.view.getUint32(at, f.little), f.bigint) as Wide) : wide(f, at, f.little, false),
    fits: (length) => length === 4 || length === 8,
  }),
  schema: u64.schema,
}

/** The signed scalar of a width that the kernel chose at run time: `nla_put_sint` sends 4 or 8 bytes. */
export const sint: Codec<Wide> = {
  json: 'raw',
  bind: () => ({
    read: (f, at, length) =>
      length === 4 ? (toWide(f.view.getInt32(at, f.little), f.bigint) as Wide) : wide(f, at, f.little, true),
    fits: (length) => length === 4 || length === 8,
  }),
  schema: s64.schema,
}

/** 64 bits that are an identity rather than an amount: `0x` and 16 hexadecimal digits. */
export const id64: Codec<string> = {
  json: 'quoted',
  bind: () => ({
    // biome-ignore format: one line
    read: ({ view, little }, at) => `0x${view.getBigUint64(at, little).toString(16).padStart(16, '0')}`, // not a kernel number: the radix, and digits
    fits: { exactly: 8 },
  }),
  schema: () => ({ type: 'string', pattern: '^0x[0-9a-f]{16}$' }),
}

const toWide = (value: number, bigint: boolean) => (bigint ? BigInt(value) : value) as unknown as Wide

/** Present without a payload. */
export const flag: Codec<true> = {
  json: 'raw',
  bind: () => ({ read: () => true }),
  schema: () => ({ type: 'boolean', const: true }),
}

/** The codecs by the name that a struct's member has for them. */
export const scalars = { u8, s8, u16, s16, u32, s32, u64, s64, be16, be32, be64, char: u8 } as const

/** The bytes of a 32-bit value in the host's byte order, for an attribute of a request. */
export const uint32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer)
