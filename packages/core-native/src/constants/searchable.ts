import { remember } from '../base/remember.ts'
import type { Definitions, Numbers, StructDefinition } from './model.ts'

/** One source, or several merged, as it is read from headers or BTF. */
export type Layer = Pick<Definitions, 'groups'> & Partial<Definitions>

/** One source in the form that it is searched in: a few names are wanted of thousands. */
export interface Searchable {
  number(name: string): number | undefined
  /** The names that begin with a word (see {@link wordOf}), in order: enums before macros. */
  numbers(word: string): ReadonlyMap<string, number>
  /** The members of a C enum, in order. */
  members(group: string): readonly string[]
  struct(name: string): StructDefinition | undefined
}

/**
 * A layer as texts of which only the lines that are wanted are read. V8 takes as long for objects of as many keys as for
 * all the rest of a short process.
 */
export interface LayerText {
  /**
   * A line for each word: the word, a tab, and ` DST=1 ` for each name, without the word. `/16` after a number: in
   * network order.
   */
  readonly numbers: string
  /** A line for each enum: its name, a tab, its members. */
  readonly groups: string
  /** A line for each struct: its name, a tab, its definition in JSON. */
  readonly structs: string
}

/** The first word of a name, which its neighbours share: `FRA_` of `FRA_DST`. */
export const wordOf = (name: string): string => name.slice(0, name.indexOf('_') + 1)

const bigEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0

/** A value in network order, as a load of that width sees it on this machine. */
export function toHostOrder(value: number, bits: 16 | 32, big = bigEndian): number {
  if (big) return value
  const view = new DataView(new ArrayBuffer(4))
  if (bits === 16) {
    view.setUint16(0, value)
    return view.getUint16(0, true)
  }
  view.setUint32(0, value)
  return view.getUint32(0, true)
}

/** Write a layer as texts. */
export function textOf({ groups, macros = {}, networkOrder, structs = {} }: Layer): LayerText {
  const words = new Map<string, Map<string, string>>()
  const add = (numbers: Numbers, suffix = '') => {
    for (const [name, value] of Object.entries(numbers)) {
      const word = wordOf(name)
      remember(words, word, () => new Map()).set(name.slice(word.length), `${value}${suffix}`)
    }
  }
  for (const group of Object.values(groups)) add(group)
  add(macros)
  add(networkOrder?.be16 ?? {}, '/16')
  add(networkOrder?.be32 ?? {}, '/32')
  const lines = (entries: Iterable<string>) => `\n${[...entries].join('\n')}\n`
  return {
    numbers: lines([...words].map(([word, numbers]) => `${word}\t ${entriesOf(numbers)} `)),
    groups: lines(Object.entries(groups).map(([group, members]) => `${group}\t${Object.keys(members).join(' ')}`)),
    structs: lines(Object.entries(structs).map(([name, definition]) => `${name}\t${JSON.stringify(definition)}`)),
  }
}

const entriesOf = (numbers: ReadonlyMap<string, string>) => [...numbers].map((entry) => entry.join('=')).join(' ')

/** What follows a key and a tab in its line. */
function lineOf(text: string, key: string): string | undefined {
  const start = text.indexOf(`\n${key}\t`)
  if (start < 0) return undefined
  const begin = start + key.length + 2
  return text.slice(begin, text.indexOf('\n', begin))
}

/** Search a layer. */
export function searchable(layer: Layer | LayerText): Searchable {
  const { numbers, groups, structs } = 'numbers' in layer ? layer : textOf(layer)
  const lines = new Map<string, Line>()
  const line = (word: string) => remember(lines, word, () => new Line(word, lineOf(numbers, word) ?? ''))
  return {
    number: (name) => line(wordOf(name)).number(name),
    numbers: (word) => line(word).numbers,
    members: (group) => lineOf(groups, group)?.split(' ') ?? [],
    struct(name) {
      const definition = lineOf(structs, name)
      return definition === undefined ? undefined : (JSON.parse(definition) as StructDefinition)
    },
  }
}

/** `IFLA_` begins 700 names, of which a process asks for a tenth: so many are found sooner than all are taken apart. */
const FEW = 100 // not a kernel number: names

class Line {
  #asked = 0
  #numbers: ReadonlyMap<string, number> | undefined
  readonly #word: string
  readonly #text: string

  constructor(word: string, text: string) {
    this.#word = word
    this.#text = text
  }

  number(name: string): number | undefined {
    return this.#numbers === undefined && this.#asked++ < FEW ? numberIn(name, this.#text) : this.numbers.get(name)
  }

  get numbers(): ReadonlyMap<string, number> {
    this.#numbers ??= numbersIn(this.#word, this.#text)
    return this.#numbers
  }
}

function numberIn(name: string, line: string): number | undefined {
  const key = ` ${name.slice(wordOf(name).length)}=`
  const start = line.indexOf(key)
  if (start < 0) return undefined
  const begin = start + key.length
  return parse(line.slice(begin, line.indexOf(' ', begin)))
}

function numbersIn(word: string, line: string): Map<string, number> {
  const entries = line.split(' ').filter((entry) => entry !== '')
  return new Map(
    entries.map((entry) => {
      const [rest, number] = entry.split('=') as [string, string]
      return [word + rest, parse(number)]
    }),
  )
}

function parse(number: string): number {
  const [value, bits] = number.split('/') as [string, string?]
  return bits === undefined ? Number(value) : toHostOrder(Number(value), bits === '16' ? 16 : 32) // not a kernel number: bits
}
