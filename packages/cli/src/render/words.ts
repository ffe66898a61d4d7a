import { constants } from '@netsnap/core-native/constants'

export type Part = string | undefined | false

/** The parts that are there, with a space between them. */
export function words(parts: readonly Part[], between = ' '): string {
  let text = ''
  for (const part of parts) if (part) text = text === '' ? part : text + between + part
  return text
}

/** A text that could be taken for more than one word, or for what stands around it. */
const quoted = /^$|[\s"{}[\],]/

/** A value as a word or more; two that differ read differently. */
export function spell(value: unknown): string {
  if (typeof value === 'string') return quoted.test(value) ? JSON.stringify(value) : value
  if (Array.isArray(value)) return value.length === 1 ? spellItem(value[0]) : `[${value.map(spell).join(', ')}]`
  if (typeof value === 'object' && value !== null) return `{ ${words(rest(value))} }`
  return String(value)
}

/** One of a list that holds no other: without brackets where it can be nothing else. */
const spellItem = (item: unknown) => (Array.isArray(item) ? `[${spell(item)}]` : spell(item))

interface Unknown {
  readonly number: number
  readonly base_number: number
  readonly name: string
  readonly length: number
  readonly bytes?: string
}

/** An attribute without a line of its own: its name and what it holds. */
function unknown({ number, base_number, name, length, bytes }: Unknown): string {
  const type = number === base_number ? '' : `:${number}`
  return `${name}${type} ${bytes === undefined ? `(${length} bytes)` : bytes || '""'}`
}

const UNKNOWN = /^unknown_.*_attrs(_decoded)?$/

function pair(key: string, value: unknown): Part {
  if (value === undefined) return undefined
  const [about, decoded] = UNKNOWN.exec(key) ?? []
  if (about !== undefined) return decoded && (value as Unknown[]).map(unknown).join(' ')
  return value === true ? key : `${key} ${spell(value)}`
}

const NONE: ReadonlySet<string> = new Set()

/** Every field of a record that nothing better has been said of, by its name in the JSON: so nothing is hidden. */
export function rest(record: object, said = NONE): Part[] {
  const parts: Part[] = []
  for (const key in record) if (!said.has(key)) parts.push(pair(key, Reflect.get(record, key)))
  return parts
}

/** The attributes without a name in a record of which not all is said. */
export function unknowns(record: object): string {
  return words(Object.entries(record).map(([key, value]) => UNKNOWN.test(key) && pair(key, value)))
}

const UNNAMED = { RT_TABLE_: 'TABLE_', RTPROT_: 'PROTO_' } as const
/** What was said of a number last. */
const said = { RT_TABLE_: new Map<number, readonly [name: string, text: string]>(), RTPROT_: new Map() } as const
const MOST = 4096 // not a kernel number: more than anybody has, and a bound

/** A name of a number; with the number where the administrator has given the name, who may have given it to two. */
export function numbered(name: string, id: number | undefined, prefix: keyof typeof said): string {
  if (id === undefined) return name
  const texts: Map<number, readonly [name: string, text: string]> = said[prefix]
  const [known, text] = texts.get(id) ?? []
  if (text !== undefined && known === name) return text
  const enough = name === UNNAMED[prefix] + id || constants().prefixed(prefix).has(id)
  const made = enough ? name : `${name}(${id})`
  if (texts.size >= MOST) texts.clear()
  texts.set(id, [name, made])
  return made
}

/** Realms of packets, in the words of `ip`. */
export const realms = (from: number | undefined, to: number | undefined): Part =>
  (from ?? to) !== undefined && `realms ${from === undefined ? '' : `${from}/`}${to ?? 0}`
