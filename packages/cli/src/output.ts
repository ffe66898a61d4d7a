import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from '@netsnap/core-native/compile'

const STDOUT = 1
const STDERR = 2
const FULL_MS = 5 // not a kernel number: a choice

/**
 * Write to standard output, and wait where whoever reads it is slower than we are. Not by `process.stdout`: to load what
 * that needs takes a tenth of a short process.
 */
export async function print(text: string | Uint8Array): Promise<void> {
  for (let rest = bytesOf(text); rest.length > 0; ) {
    const written = writeSome(STDOUT, rest)
    rest = rest.subarray(written) // a view: whoever calls waits until all of it is written
    if (written === 0) await sleep(FULL_MS)
  }
}

/** The same for what comes in pieces. */
export async function printAll(pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) await print(piece)
}

/** One line on standard error. If nobody takes it, that changes nothing: the status says how it went. */
export function complain(sentence: string): void {
  try {
    writeSome(STDERR, bytesOf(`netsnap: ${oneLine(sentence)}\n`))
  } catch {}
}

const bytesOf = (text: string | Uint8Array): Uint8Array => (typeof text === 'string' ? Buffer.from(text) : text)

const oneLine = (text: string) => text.trim().replaceAll(/\s*\n\s*/g, ' ')

/** How many of the bytes went out: none where a pipe that does not block is full. */
function writeSome(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
    throw error
  }
}

/** JSON with the exact digits of 64-bit values: indented, or in one line. */
export function toJson(value: unknown, compact = false): string {
  return stringify(value, compact ? '' : '  ')
}

/** What becomes an object of JSON whose keys are in this order, whatever they are: JavaScript puts whole numbers first. */
export class Keyed {
  readonly entries: readonly (readonly [key: string, value: unknown])[]

  constructor(entries: readonly (readonly [key: string, value: unknown])[]) {
    this.entries = entries
  }
}

/** The JSON of an object in pieces, a value or more each; a value that is {@link Keyed} is such an object too. */
export function* objectJson({ entries }: Keyed, compact = false): Generator<string, void, void> {
  if (entries.length === 0) return yield '{}'
  const [before, colon, after] = compact ? ['', ':', ''] : ['\n  ', ': ', '\n']
  let separator = '{'
  for (const [key, value] of entries) {
    yield `${separator}${before}${toJson(key, true)}${colon}`
    const pieces = value instanceof Keyed ? objectJson(value, compact) : [toJson(value, compact)]
    // No text of JSON holds a line feed of its own.
    for (const piece of pieces) yield compact ? piece : piece.replaceAll('\n', '\n  ')
    separator = ','
  }
  yield `${after}}`
}

/** Pieces joined to ones that are worth a write. */
export function* gathered(pieces: Iterable<string>): Generator<string, void, void> {
  let piece = ''
  for (const one of pieces) {
    piece += one
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  yield piece
}

const PIECE = 1 << 16 // not a kernel number: characters that are written at a time

/** Records as JSON, one a line. */
export const toLines = (records: readonly unknown[]): string =>
  records.map((record) => `${toJson(record, true)}\n`).join('')

const PLAIN = /^[ -[\]-~]*$/

/** Whether a text is of printable ASCII without the backslash: it shows as it is, a column a character. */
export const isPlain = (text: string): boolean => PLAIN.test(text)

const HIDDEN = /[\p{C}\p{Z}\\]/gu

/**
 * Text of the kernel's for people: an interface name may hold what a terminal would obey, or nothing would show. The
 * backslash of these escapes is escaped itself, so that no two names look alike.
 */
export function visible(text: string): string {
  if (isPlain(text)) return text
  return text.replaceAll(HIDDEN, (one) => (one === ' ' ? one : `\\u{${one.codePointAt(0)!.toString(16)}}`)) // not a kernel number: the radix
}
