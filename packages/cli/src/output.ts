import { randomUUID } from 'node:crypto'
import { once } from 'node:events'

/** Write to standard output, and wait where whoever reads it is slower than we are. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

const INDENT = 2

/**
 * JSON with the exact digits of 64-bit values, as RFC 8259 allows: `JSON.stringify` refuses bigints. Readers that have
 * only doubles lose digits above 2^53, and nothing else.
 */
export function toJson(value: unknown, compact = false): string {
  // What a large value is marked with until it is written, anew each time: no text can be mistaken for it.
  let mark: string | undefined
  const json = JSON.stringify(
    value,
    (_, entry: unknown) => {
      if (typeof entry !== 'bigint') return entry
      const number = Number(entry)
      if (Number.isSafeInteger(number)) return number
      mark ??= randomUUID()
      return `${mark}${entry}`
    },
    compact ? undefined : INDENT,
  )
  return mark === undefined ? json : json.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1')
}

/** Text of the kernel's for people: an interface name may hold what a terminal would obey, or nothing would show. */
export function visible(text: string): string {
  return text.replaceAll(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`) // not a kernel number: the radix
}
