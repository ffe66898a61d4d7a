import { fstatSync, readFileSync, type Stats, statSync, writeSync } from 'node:fs'
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

/**
 * Whether this process was started without a standard output. Node opens /dev/null in its place, for reading too. So do
 * parents that throw the output away; they have done the same for standard error, or for an input that is not theirs, or
 * have no other output themselves.
 */
export function isStdoutClosed(): boolean {
  const nothing = statSync('/dev/null', { throwIfNoEntry: false })
  const isNull = (stats: Stats | undefined) => stats?.isCharacterDevice() === true && stats.rdev === nothing?.rdev
  const ours = (fd: number) => isNull(fstatSync(fd))
  const parents = (fd: number) => isNull(statSync(`/proc/${process.ppid}/fd/${fd}`, { throwIfNoEntry: false }))
  try {
    if (!ours(STDOUT) || !isForBoth(STDOUT)) return false
    return !(parents(STDOUT) || (ours(STDERR) && isForBoth(STDERR)) || (ours(0) && !parents(0)))
  } catch {
    // Nothing is known without /proc, or of the parent.
    return false
  }
}

/** Whether a file is open for reading and writing: O_RDWR in the octal digits of its flags. */
const isForBoth = (fd: number) => /^flags:\s+\d*2$/m.test(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))

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
