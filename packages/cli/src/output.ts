import { writeFileSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from '@netsnap/core-native/compile'

const STDOUT = 1
const FULL_MS = 5 // not a kernel number: a choice

/**
 * Write to standard output, and wait where whoever reads it is slower than we are. Not by `process.stdout`: to load what
 * that needs takes a tenth of a short process.
 */
export async function print(text: string | Uint8Array): Promise<void> {
  for (let rest = typeof text === 'string' ? Buffer.from(text) : text; rest.length > 0; ) {
    const written = writeSome(rest)
    rest = rest.subarray(written) // a view: whoever calls waits until all of it is written
    if (written === 0) await sleep(FULL_MS)
  }
}

/** The same for a short text, at once. */
export const printNow = (text: string): void => writeFileSync(STDOUT, text)

/** How many of the bytes went out: none where a pipe that does not block is full. */
function writeSome(bytes: Uint8Array): number {
  try {
    return writeSync(STDOUT, bytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
    throw error
  }
}

/** JSON with the exact digits of 64-bit values: indented, or in one line. */
export function toJson(value: unknown, compact = false): string {
  return stringify(value, compact ? '' : '  ')
}

/** Text of the kernel's for people: an interface name may hold what a terminal would obey, or nothing would show. */
export function visible(text: string): string {
  return text.replaceAll(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`) // not a kernel number: the radix
}
