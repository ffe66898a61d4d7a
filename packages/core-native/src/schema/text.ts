import type { Codec } from './codec.ts'
import type { Frame } from './frame.ts'

/** Where the bytes of a C string end: at its first NUL, or with its payload. */
function terminator(u8: Uint8Array, at: number, length: number): number {
  const end = at + length
  for (let p = at; p < end; p++) if (u8[p] === 0) return p
  return end
}

const ASCII_LIMIT = 0x80 // not a kernel number: the first byte that ASCII does not have
const LONE = 0xdc00 // not a kernel number: first low surrogate of UTF-16

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A byte that is no UTF-8 becomes a lone surrogate (U+DC80 to U+DCFF), as Python's `surrogateescape` has it. */
function escapeInvalid(bytes: Uint8Array): string {
  let out = ''
  for (let at = 0; at < bytes.length; ) {
    let length = 4
    for (; length > 0; length--) {
      try {
        const one = utf8.decode(bytes.subarray(at, at + length)) // a view: decoded at once
        if ([...one].length === 1) {
          out += one
          break
        }
      } catch {}
    }
    if (length === 0) out += String.fromCharCode(LONE + bytes[at]!)
    at += length || 1
  }
  return out
}

/** The characters of a name that the kernel holds as bytes. Bytes that are no UTF-8 survive as lone surrogates. */
export function decodeText(frame: Frame, at: number, length: number): string {
  const end = terminator(frame.u8, at, length)
  let bits = 0
  for (let p = at; p < end; p++) bits |= frame.u8[p]!
  if (bits < ASCII_LIMIT) return frame.bytes.toString('latin1', at, end)
  return textOf(frame.u8.subarray(at, end)) // a view: decoded at once
}

/** The characters of bytes. Those that are no UTF-8 survive as lone surrogates. */
export function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return escapeInvalid(bytes)
  }
}

/** The bytes that {@link decodeText} made a text of. */
export function encodeText(text: string): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (code >= LONE + ASCII_LIMIT && code < LONE + 2 * ASCII_LIMIT) bytes.push(code - LONE)
    else bytes.push(...Buffer.from(character))
  }
  return Uint8Array.from(bytes)
}

/** A C string, up to its NUL. */
export const text: Codec<string> = {
  bind: () => ({ read: decodeText }),
  schema: () => ({ type: 'string' }),
}

/** Bytes without a meaning of their own, as hexadecimal digits. */
export const hex: Codec<string> = {
  json: 'quoted',
  bind: () => ({ read: (f, at, length) => f.bytes.toString('hex', at, at + length) }),
  schema: () => ({ type: 'string', pattern: '^([0-9a-f]{2})*$' }),
}

/** Bytes as base64: how keys are written. */
export const base64: Codec<string> = {
  json: 'quoted',
  bind: () => ({ read: (f, at, length) => f.bytes.toString('base64', at, at + length) }),
  schema: () => ({ type: 'string', pattern: '^[A-Za-z0-9+/]*={0,2}$' }),
}

/** Bytes without a meaning of their own, copied. */
export const bytes: Codec<Uint8Array> = {
  bind: () => ({
    read: (f, at, length) => new Uint8Array(f.u8.subarray(at, at + length)), // a view: copied at once
  }),
  schema: () => ({ type: 'object' }),
}
