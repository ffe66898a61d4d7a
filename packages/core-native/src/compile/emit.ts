import { bundledConstants } from '../constants/index.ts'
import type { AnySet, Binding, Codec, Line, Lines } from '../schema/codec.ts'
import { framingOf } from '../schema/framing.ts'
import { SKIP, sourcesOf } from './bound.ts'
import {
  check,
  type EmittedLine,
  emitHeader,
  emitKeptHeader,
  emitLines,
  emittedLines,
  headerFields,
  headerIsKept,
  KEPT,
  member,
  plus,
  standIns,
} from './emit-parts.ts'

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

function refuseOddName(field: string): void {
  if (!/^(\.\.\.)?[0-9]*[a-z][a-z0-9_]*$/i.test(field))
    throw new TypeError(`${JSON.stringify(field)} cannot be the name of a field`)
}

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

/** Reads what stands at the place that the loop has left. */
function emitLate({ field, index, codec }: EmittedLine): string {
  const { headerBytes, lengthAt, typeAt } = framingOf(bundledConstants())
  const at = `q${index}${plus(headerBytes)}`
  return `    if (q${index} >= 0) {
      const n = view.getUint16(q${index}${plus(lengthAt)}, little) - ${headerBytes}
      const v = a${index}(f, ${at}, n, r)
      if (v === KEEP) { if (f.captureUnknown) keepUnknown(r, f, view.getUint16(q${index}${plus(typeAt)}, little), ${at}, n) }
      else if (v !== undefined) ${put(field, codec, 'v')}
    }
`
}

function emitDerived(field: string, index: number): string {
  return `    const v${index} = d${index}(r); if (v${index} !== undefined) r[${JSON.stringify(field)}] = v${index}\n`
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
      const checks = [...new Set(mine.flatMap((line) => check(line) ?? []))]
      const back = takeBack(mine, stand)
      const leave = back === '' ? 'break' : `{ ${back}break }`
      const guard = checks.length ? `if (${checks.join(' || ')}) ${leave}; ` : ''
      const lateFirst = [...mine.filter(({ codec }) => codec.late), ...mine.filter(({ codec }) => !codec.late)]
      const reads = lateFirst.map((line) => emitRead(line, leave)).join('; ')
      return `        case ${slot + 1}: ${mine.length ? guard : ''}${reads}; continue\n`
    })
    .join('')
}

function emitRead({ field, index, codec }: EmittedLine, leave: string): string {
  const { headerBytes } = framingOf(bundledConstants())
  const value = `a${index}(f, p + ${headerBytes}, n, r)`
  if (codec.late) return `q${index} = p`
  if (codec.repeats && !codec.sparse) return `(r[${JSON.stringify(field)}] ??= []).push(${value})`
  if (!codec.sparse) return put(field, codec, value)
  return `{ const v = ${value}; if (v === KEEP) ${leave}; if (v !== undefined) ${put(field, codec, 'v')} }`
}

/** Puts a value into the record: as one field, or as those that it holds. */
const put = (field: string, { spreads }: Codec<unknown>, value: string): string =>
  spreads ? `Object.assign(r, ${value})` : `r[${JSON.stringify(field)}] = ${value}`
