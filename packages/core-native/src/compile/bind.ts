import { stringify } from '../base/json.ts'
import { bundledLayout, type Constants, constants as hostConstants } from '../constants/index.ts'
import type { AnySet, Binding, Bound, Codec, Decode, DerivedLine, Line, Lines, Write } from '../schema/codec.ts'
import { framingOf } from '../schema/framing.ts'
import { headerLines } from '../schema/schema-of.ts'
import type { Table } from '../schema/set.ts'
import {
  type BoundLine,
  type BoundMember,
  type BoundSet,
  type DecoderFactory,
  type Factories,
  SKIP,
  setsOf,
  sourcesOf,
} from './bound.ts'
import { interpret } from './interpret.ts'
import { keepUnknown, malformed } from './unknown.ts'

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
  const { repeats = false, sparse = false, late = false, hoists = false, spreads = false } = codec
  const { readsHeader, bound } = bindWatched(codec, binding)
  const lasting = codec.json !== undefined && !late
  return { field, repeats, sparse, late, hoists, spreads, lasting, readsHeader, ...bound }
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
