import { bundledLayout, type Constants, constants as hostConstants } from '../constants/index.ts'
import { stringify } from '../json.ts'
import type { Binding, Bound, Codec, Decode, Write } from '../schema/codec.ts'
import type { Frame } from '../schema/frame.ts'
import { type Framing, framingOf } from '../schema/framing.ts'
import { headerLines } from '../schema/schema-of.ts'
import type { AnySet, DerivedLine, Line, Lines, Table } from '../schema/set.ts'
import { interpret } from './interpret.ts'
import { keepUnknown, malformed } from './unknown.ts'

/** One member of a set's fixed header. */
export interface BoundMember {
  readonly field: string
  readonly offset: number
  readonly size: number
  /** It may be absent. */
  readonly sparse: boolean
  readonly read: Bound<unknown>['read']
  /** Its value may serve for every message with the same bytes there: no record owns it. */
  readonly lasting: boolean
  /** It reads other members beside its own. */
  readonly readsHeader: boolean
}

/** One attribute line, with its numbers. */
export interface BoundLine extends Bound<unknown> {
  readonly field: string
  readonly repeats: boolean
  readonly sparse: boolean
  readonly late: boolean
  /** Unknown attributes within it are kept in the record around. */
  readonly hoists: boolean
  /** Its value may serve for every message with the same payload: no record owns it. */
  readonly lasting: boolean
  /** It reads the message's header beside its payload. */
  readonly readsHeader: boolean
}

/** A set whose names have become numbers: what a decoder, interpreted or emitted, works with. */
export interface BoundSet {
  readonly framing: Framing
  readonly header: readonly BoundMember[]
  /** Members that a newer kernel has appended to the struct since the decoders were emitted. */
  readonly appended: readonly BoundMember[]
  /** Bytes of the fixed header, with its padding; of a whole struct, those of the members that are read. */
  readonly headerBytes: number
  /** A C struct alone, without attributes. */
  readonly whole: boolean
  readonly lines: readonly BoundLine[]
  /** The lines of an attribute type: the same numbers as in `slots`. */
  readonly byType: ReadonlyMap<number, readonly BoundLine[]>
  /** Which case of the emitted `switch` an attribute type goes to; 0 without one, {@link SKIP} for padding. */
  readonly slots: Uint8Array
  readonly fallbacks: readonly { readonly field: string; readonly value: unknown }[]
  readonly derived: readonly { readonly field: string; readonly from: (record: unknown) => unknown }[]
  /** The set is a table: its header is the message's. */
  readonly outermost: boolean
  readonly keepUnknown: (
    record: Record<string, unknown>,
    frame: Frame,
    type: number,
    at: number,
    length: number,
  ) => void
  readonly malformed: (type: number) => Error
  readonly interpreted: Decode
}

/** The number, or the function, that says which payload lengths a line reads. */
export function lengthsOf({ fits }: BoundLine): number | ((length: number) => boolean) | undefined {
  if (typeof fits !== 'object') return fits
  return 'exactly' in fits ? fits.exactly : fits.atLeast
}

/** The slot of an attribute that is passed over: padding. */
export const SKIP = 255 // not a kernel number: the last value of a byte

/** A function that makes a decoder of a bound set; the emitted modules hold one for each set. */
export type DecoderFactory = (set: BoundSet) => Decode

/** Which factory decodes which set. */
export type Factories = ReadonlyMap<AnySet, DecoderFactory>

/** The attribute constants of a set in the order of their lines, each once: slot 1 is the first. */
export function sourcesOf(set: AnySet): string[] {
  return [...new Set(Object.values(set.attributes as Lines).map(([source]) => source))]
}

/** Every set that is nested in this one, itself first, each once. */
export function setsOf(set: AnySet, seen = new Set<AnySet>()): Set<AnySet> {
  if (seen.has(set)) return seen
  seen.add(set)
  for (const [, codec] of [...headerCodecs(set), ...Object.values(set.attributes as Lines)]) {
    for (const nested of codec.sets ?? []) setsOf(nested, seen)
  }
  return seen
}

const headerCodecs = (set: AnySet): Line[] =>
  set.header && set.header.lines !== 'all' ? Object.values(set.header.lines as Lines) : []

/** Makes a writer of a bound set; `slow` writes what the writer does not. */
export type WriterFactory = (set: BoundSet, slow: Write) => Write

/** What a table's emitted module holds. */
export interface Emitted {
  readonly factories: readonly DecoderFactory[]
  readonly writer: WriterFactory
}

const emitted = new WeakMap<Table, { readonly factories: Factories; readonly writer: WriterFactory }>()

/** Use the code that was emitted for a table at build time. */
export function attachEmitted(table: Table, { factories, writer }: Emitted): void {
  const sets = [...setsOf(table)]
  if (sets.length !== factories.length) throw new TypeError(`the decoders of ${table.name} are older than its table`)
  emitted.set(table, { factories: new Map(sets.map((set, i) => [set, factories[i]!])), writer })
}

/** The decoder of a table's messages: from the first byte after `nlmsghdr` to the message's end. */
export function decoderOf(table: Table): Decode {
  return readerOf(table).decode
}

/** The decoder of a table's messages, and the bound set that it was made of. */
export function readerOf(table: Table): { readonly decode: Decode; readonly bound: BoundSet } {
  return bindWith(table, emitted.get(table)?.factories, hostConstants())
}

/** The writer of a table's messages: JSON equal to what `stringify` makes of the decoder's records. */
export function writerOf(table: Table): Write {
  const { decode, bound } = bindWith(table, emitted.get(table)?.factories, hostConstants())
  const slow: Write = (frame, at, end) => stringify(decode(frame, at, end))
  return emitted.get(table)?.writer(bound, slow) ?? slow
}

/** The same with chosen factories and constants: the interpreter's decoder where there are no factories. */
export function bindTable(table: Table, factories: Factories | undefined, constants: Constants): Decode {
  return bindWith(table, factories, constants).decode
}

function bindWith(
  table: Table,
  factories: Factories | undefined,
  constants: Constants,
): { decode: Decode; bound: BoundSet } {
  const made = new Map<AnySet, Decode>()
  const make = (set: AnySet, bound: BoundSet): Decode => factories?.get(set)?.(bound) ?? bound.interpreted
  const binding: Binding = {
    constants,
    header: constants.layout(table.header.struct),
    secret: table.secret === true,
    decoder(set) {
      const known = made.get(set)
      if (known) return known
      // Nested sets are bound when a message first has one, for most messages never have most of them.
      let decode: Decode | undefined
      const lazily: Decode = (frame, at, end) => {
        decode ??= make(set, bindSet(set, binding, set === table))
        return decode(frame, at, end)
      }
      made.set(set, lazily)
      return lazily
    },
  }
  const bound = bindSet(table, binding, true)
  return { decode: make(table, bound), bound }
}

function bindSet(set: AnySet, binding: Binding, outermost: boolean): BoundSet {
  const { constants } = binding
  const framing = framingOf(constants)
  const lines = Object.entries(set.attributes as Lines).map((entry) => bindLine(entry, binding))
  const { header, appended, headerBytes } = bindHeader(set, binding)
  const bound: BoundSet = {
    framing,
    header,
    appended,
    headerBytes: set.whole ? headerBytes : framing.align(headerBytes),
    whole: set.whole === true,
    lines,
    byType: linesByType(set, lines, constants),
    slots: slotsOf(set, constants),
    fallbacks: Object.entries(set.attributes as Lines).flatMap(([field, [, codec]]) =>
      codec.fallback ? [{ field, value: codec.fallback.value }] : [],
    ),
    derived: Object.entries((set.derived ?? {}) as Record<string, DerivedLine>).map(([field, [, from]]) => ({
      field,
      from,
    })),
    outermost,
    keepUnknown: keepUnknown(set, binding),
    malformed: malformed(set, constants),
    interpreted: (frame, at, end) => interpreted(frame, at, end),
  }
  const interpreted = interpret(bound)
  return bound
}

function slotsOf(set: AnySet, constants: Constants): Uint8Array {
  // A constant that no source here has is of a kernel that is not here either.
  const numbers = sourcesOf(set).map((source) => constants.value(source) ?? -1)
  const padding = [...constants.group(set.group)].filter(([, name]) => name.endsWith('_PAD') || set.skip.includes(name))
  const slots = new Uint8Array(Math.max(...numbers, ...padding.map(([number]) => number), -1) + 1)
  for (const [number] of padding) slots[number] = SKIP
  // Some groups pad with their 0, which goes by the name of UNSPEC.
  const pad = constants.value(`${set.group}PAD`)
  if (pad !== undefined && slots[pad] === 0) slots[pad] = SKIP
  for (const [index, number] of numbers.entries()) if (number >= 0) slots[number] = index + 1
  return slots
}

function bindLine([field, [, codec]]: [string, Line], binding: Binding): BoundLine {
  const { repeats = false, sparse = false, late = false, hoists = false } = codec
  const { readsHeader, bound } = bindWatched(codec, binding)
  return { field, repeats, sparse, late, hoists, lasting: codec.json !== undefined && !late, readsHeader, ...bound }
}

/** A bound codec, and whether it has asked for the layout of the message's header. */
export function bindWatched(codec: Codec<unknown>, binding: Binding): { bound: Bound<unknown>; readsHeader: boolean } {
  let readsHeader = false
  const bound = codec.bind({
    ...binding,
    get header() {
      readsHeader = true
      return binding.header
    },
  })
  return { bound, readsHeader }
}

function linesByType(set: AnySet, lines: readonly BoundLine[], constants: Constants): Map<number, BoundLine[]> {
  const byType = new Map<number, BoundLine[]>()
  for (const [index, [source]] of (Object.values(set.attributes) as Line[]).entries()) {
    const number = constants.value(source)
    if (number === undefined) continue
    byType.set(number, [...(byType.get(number) ?? []), lines[index]!])
  }
  return byType
}

function bindHeader(set: AnySet, binding: Binding): Pick<BoundSet, 'header' | 'appended' | 'headerBytes'> {
  if (!set.header) return { header: [], appended: [], headerBytes: 0 }
  const layout = binding.constants.layout(set.header.struct)
  if (!layout) throw new TypeError(`no source of constants has the layout of struct ${set.header.struct}`)
  const header: BoundMember[] = []
  const appended: BoundMember[] = []
  const emitted = new Set(
    Object.keys((set.header.lines === 'all' ? bundledLayout(set.header.struct) : layout)?.members ?? {}),
  )
  for (const [field, [name, codec]] of Object.entries(headerLines(set, binding))) {
    const member = layout.members[name]
    if (!member) throw new TypeError(`struct ${set.header.struct} has no member ${name}`)
    const {
      bound: { read, fits },
      readsHeader,
    } = bindWatched(codec, binding)
    if (typeof fits === 'object' && 'exactly' in fits && fits.exactly !== member.size) {
      throw new TypeError(`${field} reads ${fits.exactly} bytes, and ${set.header.struct}.${name} has ${member.size}`)
    }
    const [sparse, lasting] = [codec.sparse === true, codec.json !== undefined]
    const bound = { field, offset: member.offset, size: member.size, sparse, read, lasting, readsHeader }
    ;(emitted.has(name) ? header : appended).push(bound)
  }
  const headerBytes = set.whole ? Math.max(0, ...header.map(({ offset, size }) => offset + size)) : layout.size
  return { header, appended, headerBytes }
}
