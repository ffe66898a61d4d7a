import { once } from 'node:events'

/** Write to standard output, and wait where whoever reads it is slower than we are. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

const INDENT = 2
/** What {@link toJson} marks a large value with, as JSON escapes it: no text of the kernel's holds a NUL. */
const MARKED = /"\\u0000bigint:(-?\d+)"/g

/**
 * JSON with the exact digits of 64-bit values, as RFC 8259 allows: `JSON.stringify` refuses bigints. Readers that have
 * only doubles lose digits above 2^53, and nothing else.
 */
export function toJson(value: unknown, compact = false): string {
  let large = false
  const json = JSON.stringify(
    value,
    (_, entry: unknown) => {
      if (typeof entry !== 'bigint') return entry
      const number = Number(entry)
      if (Number.isSafeInteger(number)) return number
      large = true
      return `\u0000bigint:${entry}`
    },
    compact ? undefined : INDENT,
  )
  return large ? json.replaceAll(MARKED, '$1') : json
}
