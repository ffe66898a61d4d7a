/**
 * JSON with the exact digits of bigints, as RFC 8259 allows: `JSON.stringify` refuses them. Readers that have only
 * doubles lose digits above 2^53, and nothing else. `indent` is what each level is set in by.
 */
export function stringify(value: unknown, indent = ''): string {
  try {
    return JSON.stringify(value, undefined, indent)
  } catch {
    // It holds a bigint: rare, and worth the time.
    return exact(value, indent, '\n')
  }
}

function exact(value: unknown, indent: string, before: string): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const next = before + indent
  const colon = indent === '' ? ':' : ': '
  const inner = Array.isArray(value)
    ? value.map((entry) => exact(entry ?? null, indent, next))
    : Object.entries(value).flatMap(([key, entry]) =>
        entry === undefined ? [] : [JSON.stringify(key) + colon + exact(entry, indent, next)],
      )
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  if (inner.length === 0) return `${open}${close}`
  return indent === ''
    ? `${open}${inner.join(',')}${close}`
    : `${open}${next}${inner.join(`,${next}`)}${before}${close}`
}

const MOST = 4096 // not a kernel number: enough for every name of a namespace, and a bound
const sharedTexts = new Map<unknown, string>()

/** The JSON of a value that many records share: made once. */
export function sharedJson(value: unknown): string {
  const known = sharedTexts.get(value)
  if (known !== undefined) return known
  const text = stringify(value)
  if (sharedTexts.size >= MOST) sharedTexts.clear()
  sharedTexts.set(value, text)
  return text
}

/**
 * A text in one piece. V8 makes a rope of what is put together with `+`; looked at, it becomes one string and its parts
 * are garbage at once.
 */
export const flat = (text: string): string => (text.charCodeAt(0) === 0 ? '' : text)
