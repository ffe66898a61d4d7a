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
