import { bundledConstants } from '../constants/index.ts'
import type { Binding, Bound, Codec } from '../schema/codec.ts'
import { framingOf } from '../schema/framing.ts'
import { headerLines } from '../schema/schema-of.ts'
import type { AnySet, Line, Lines, Table } from '../schema/set.ts'
import { bindWatched, SKIP, setsOf, sourcesOf } from './bind.ts'
import { emitWriter } from './emit-json.ts'

/** What a line looks like to the emitter. */
export interface EmittedLine {
  readonly field: string
  readonly index: number
  readonly codec: Codec<unknown>
  /** Which payload lengths it reads; the numbers themselves come when the set is bound. */
  readonly lengths: 'any' | 'exactly' | 'atLeast' | 'function'
  /** It reads the message's header beside its payload. */
  readonly readsHeader: boolean
}

/**
 * The JavaScript of a set's decoder factory. It holds names and places in lists, no kernel number: those come with the
 * bound set that it is called with. Framing is the protocol's and is written out.
 */
export function emitFactory(name: string, set: AnySet, binding: Binding): string {
  const lines = emittedLines(set, binding)
  for (const field of [...lines.map(({ field }) => field), ...Object.keys(set.derived ?? {})]) refuseOddName(field)
  const body = set.whole ? emitStruct(set) : emitSet(set, lines)
  return `export function ${name}(b: BoundSet): Decode {\n${body}}\n`
}

/** The attribute lines of a set. */
export function emittedLines(set: AnySet, binding: Binding): EmittedLine[] {
  return Object.entries(set.attributes as Lines).map(([field, [, codec]], index) => {
    const { bound, readsHeader } = bindWatched(codec, binding)
    return { field, index, codec, lengths: lengthsOf(bound), readsHeader }
  })
}

function refuseOddName(field: string): void {
  if (!/^[a-z][a-z0-9_]*$/i.test(field)) throw new TypeError(`${JSON.stringify(field)} cannot be the name of a field`)
}

/** A member of the fixed header. */
export interface EmittedMember {
  readonly field: string
  readonly sparse: boolean
  readonly codec: Codec<unknown>
}

export function headerFields(set: AnySet): EmittedMember[] {
  const lines = Object.entries(headerLines(set, { constants: bundledConstants() }))
  return lines.map(([field, [, codec]]) => ({ field, sparse: codec.sparse === true, codec }))
}

/** Reads a member: `h0(f, at + o0, z0, NONE)`. */
export const member = (index: number) => `h${index}(f, at + o${index}, z${index}, NONE)`

/**
 * Whether the values of the header may serve again for the next message with the same header: they are texts, numbers
 * and shared lists, and the header is a message's. Most messages of a dump have the header of the one before.
 */
export function headerIsKept(set: AnySet): boolean {
  const members = headerFields(set)
  return 'request' in set && members.length > 0 && members.every(({ codec }) => codec.json !== undefined)
}

/** JavaScript that runs `refresh` where the header is not that of the message before, in the same frame. */
export function emitKeptHeader(refresh: string): string {
  return `    let same = f.id === last
    for (let i = 0; same && i < headerBytes; i += 4) same = view.getUint32(at + i, little) === words[i >> 2]
    if (!same) {
      last = f.id
      for (let i = 0; i < headerBytes; i += 4) words[i >> 2] = view.getUint32(at + i, little)
${refresh}    }
`
}

/** What {@link emitKeptHeader} keeps beside the values. */
export const KEPT = '  const words = new Uint32Array(headerBytes >> 2)\n  let last = 0\n'

/** The value of a member: kept, or read. */
const memberValue = (set: AnySet, index: number) => (headerIsKept(set) ? `m${index}` : member(index))

/** Header members that may be absent. */
function sparseMembers(set: AnySet): string {
  const kept = headerIsKept(set)
  const lines = headerFields(set).map(({ field, sparse }, i) => {
    if (!sparse) return ''
    const read = kept ? '' : `const m${i} = ${member(i)}; `
    return `    ${read}if (m${i} !== undefined) r[${JSON.stringify(field)}] = m${i}\n`
  })
  return lines.join('')
}

/** `const [a0, a1] = b.reads`: closures over constants, which V8 can inline. */
function emitList(letter: string, indexes: readonly number[], list: string): string {
  if (indexes.length === 0) return ''
  const places = Array.from({ length: Math.max(...indexes) + 1 }, (_, i) => (indexes.includes(i) ? letter + i : ''))
  return `  const [${places.join(', ')}] = ${list} as Any\n`
}

export function emitHeader(set: AnySet): string {
  const indexes = headerFields(set).map((_, i) => i)
  const list = (letter: string, member: string) =>
    emitList(letter, indexes, `b.header.map((member) => member.${member})`)
  return list('h', 'read') + list('o', 'offset') + list('z', 'size')
}

export function emitLines(lines: readonly EmittedLine[]): string {
  const indexes = lines.map(({ index }) => index)
  const checked = lines.filter(({ lengths }) => lengths !== 'any').map(({ index }) => index)
  return emitList('a', indexes, 'b.lines.map((line) => line.read)') + emitList('s', checked, 'b.lines.map(lengthsOf)')
}

/** Header members that are always there; {@link sparseMembers} has the others. */
function recordLiteral(set: AnySet): string {
  const fields = headerFields(set).flatMap(({ field, sparse }, i) =>
    sparse ? [] : [`${JSON.stringify(field)}: ${memberValue(set, i)}`],
  )
  const fallbacks = Object.entries(set.attributes as Lines).flatMap(([field, [, codec]]) =>
    codec.fallback ? [`${JSON.stringify(field)}: ${JSON.stringify(codec.fallback.value)}`] : [],
  )
  return `{ ${[...fields, ...fallbacks].join(', ')} }`
}

function emitStruct(set: AnySet): string {
  return `${emitHeader(set)}  const appended = b.appended.length > 0
  return (f, at, end) => {
    if (appended || end - at < b.headerBytes) return b.interpreted(f, at, end)
    const r: Loose = ${recordLiteral(set)}
${sparseMembers(set)}    return r
  }
`
}

function emitSet(set: AnySet, lines: readonly EmittedLine[]): string {
  const { headerBytes, lengthAt, typeAt, typeMask, alignTo } = framingOf(bundledConstants())
  const derived = Object.keys(set.derived ?? {})
  const late = lines.filter(({ codec }) => codec.late)
  const members = headerIsKept(set) ? headerFields(set).map((_, i) => `m${i}`) : []
  const keep = members.length > 0 ? `${KEPT}  let ${members.map((m) => `${m}: Any`).join(', ')}\n` : ''
  const kept = members.length > 0 ? emitKeptHeader(members.map((m, i) => `      ${m} = ${member(i)}\n`).join('')) : ''
  return `${emitHeader(set)}${emitLines(lines)}  const { slots, keepUnknown, malformed, headerBytes, outermost } = b
${keep}${derived.map((_, i) => `  const d${i} = b.derived[${i}]!.from\n`).join('')}  return (f, at, end) => {
    if (outermost) f.body = at
    if (end - at < headerBytes) throw malformed(-1)
    const { view, little } = f
${kept}    const r: Loose = ${recordLiteral(set)}
${sparseMembers(set)}${late.map(({ index }) => `    let q${index} = -1\n`).join('')}    for (let p = at + headerBytes, size = 0; p + ${headerBytes} <= end; p += (size + ${alignTo - 1}) & -${alignTo}) {
      size = view.getUint16(p${plus(lengthAt)}, little)
      const type = view.getUint16(p${plus(typeAt)}, little)
      if (size < ${headerBytes} || p + size > end) throw malformed(type)
      const n = size - ${headerBytes}
      switch (slots[type & ${typeMask}]) {
${emitCases(set, lines)}        case ${SKIP}: continue
      }
      if (f.captureUnknown) keepUnknown(r, f, type, p + ${headerBytes}, n)
    }
${late.map(emitLate).join('')}${derived.map((field, i) => emitDerived(field, i)).join('')}    return r
  }
`
}

export const plus = (offset: number) => (offset === 0 ? '' : ` + ${offset}`)

/** Reads what stands at the place that the loop has left. */
function emitLate({ field, index }: EmittedLine): string {
  const { headerBytes, lengthAt, typeAt } = framingOf(bundledConstants())
  const at = `q${index}${plus(headerBytes)}`
  return `    if (q${index} >= 0) {
      const n = view.getUint16(q${index}${plus(lengthAt)}, little) - ${headerBytes}
      const v = a${index}(f, ${at}, n, r)
      if (v === KEEP) { if (f.captureUnknown) keepUnknown(r, f, view.getUint16(q${index}${plus(typeAt)}, little), ${at}, n) }
      else if (v !== undefined) r[${JSON.stringify(field)}] = v
    }
`
}

function emitDerived(field: string, index: number): string {
  return `    const v${index} = d${index}(r); if (v${index} !== undefined) r[${JSON.stringify(field)}] = v${index}\n`
}

function lengthsOf({ fits }: Bound<unknown>): EmittedLine['lengths'] {
  if (fits === undefined) return 'any'
  if (typeof fits === 'function') return 'function'
  return 'exactly' in fits ? 'exactly' : 'atLeast'
}

export function check({ index, lengths }: EmittedLine): string | undefined {
  if (lengths === 'any') return undefined
  if (lengths === 'function') return `!s${index}(n)`
  return lengths === 'exactly' ? `n !== s${index}` : `n < s${index}`
}

/** Fields that have a value before the attributes are read: a member's, or what stands for an attribute that is left out. */
export function standIns(set: AnySet): ReadonlySet<string> {
  const fallbacks = Object.entries(set.attributes as Lines).filter(([, [, codec]]) => codec.fallback)
  return new Set([...headerFields(set), ...fallbacks.map(([field]) => ({ field }))].map(({ field }) => field))
}

/** Takes the values back that stood for an attribute which is there and cannot be read. */
const takeBack = (mine: readonly EmittedLine[], stand: ReadonlySet<string>) =>
  mine.flatMap(({ field }) => (stand.has(field) ? [`delete r[${JSON.stringify(field)}]; `] : [])).join('')

function emitCases(set: AnySet, lines: readonly EmittedLine[]): string {
  const sources = Object.values(set.attributes as Lines).map(([source]: Line) => source)
  const stand = standIns(set)
  return sourcesOf(set)
    .map((source, slot) => {
      const mine = lines.filter(({ index }) => sources[index] === source)
      if (mine.length > 1 && mine.some(({ codec }) => codec.late))
        throw new TypeError(`${source} has a late line and others`)
      const checks = [...new Set(mine.flatMap((line) => check(line) ?? []))]
      const back = takeBack(mine, stand)
      const leave = back === '' ? 'break' : `{ ${back}break }`
      const guard = checks.length ? `if (${checks.join(' || ')}) ${leave}; ` : ''
      const reads = mine.map((line) => emitRead(line, leave)).join('; ')
      return `        case ${slot + 1}: ${mine.length ? guard : ''}${reads}; continue\n`
    })
    .join('')
}

function emitRead({ field, index, codec }: EmittedLine, leave: string): string {
  const { headerBytes } = framingOf(bundledConstants())
  const value = `a${index}(f, p + ${headerBytes}, n, r)`
  const target = `r[${JSON.stringify(field)}]`
  if (codec.late) return `q${index} = p`
  if (!codec.sparse) return codec.repeats ? `(${target} ??= []).push(${value})` : `${target} = ${value}`
  return `{ const v = ${value}; if (v === KEEP) ${leave}; if (v !== undefined) ${target} = v }`
}

/** The module with the decoders of a table and of all sets nested in it. */
export function emitModule(source: string, table: Table): string {
  const constants = bundledConstants()
  const binding: Binding = { constants, header: constants.layout(table.header.struct), decoder: () => () => ({}) }
  const names = [...setsOf(table)].map((set, i) => [i === 0 ? table.name : `${table.name}_${i}`, set] as const)
  const factories = names.map(([name, set]) => emitFactory(`decode_${name}`, set, binding))
  const writer = emitWriter(`write_${table.name}`, table, binding)
  const used = [
    'type BoundSet',
    'type Decode',
    'KEEP',
    'lengthsOf',
    'flat',
    'sharedJson',
    'stringify',
    'type Write',
  ].filter((name) => {
    return (
      name.startsWith('type ') || [...factories, writer].some((factory) => new RegExp(`\\b${name}\\b`).test(factory))
    )
  })
  return `// Generated from ${source} by scripts/compile-tables.ts. Do not edit.
import { ${used.join(', ')} } from '@netsnap/core-native/compile'

type Any = any
type Loose = Record<string, Any>
const NONE = {}
${factories.join('\n')}
${writer}
/** A factory for each set of the table, in the order of \`setsOf\`. */
export const factories = [${names.map(([name]) => `decode_${name}`).join(', ')}]
/** Writes the records of the table as JSON. */
export const writer = write_${table.name}
`
}
