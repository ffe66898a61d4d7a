import { once } from 'node:events'
import { stringify } from '@netsnap/core-native/compile'

/** Write to standard output, and wait where whoever reads it is slower than we are. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** JSON with the exact digits of 64-bit values: indented, or in one line. */
export function toJson(value: unknown, compact = false): string {
  return stringify(value, compact ? '' : '  ')
}

/** Text of the kernel's for people: an interface name may hold what a terminal would obey, or nothing would show. */
export function visible(text: string): string {
  return text.replaceAll(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`) // not a kernel number: the radix
}
