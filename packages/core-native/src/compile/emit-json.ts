import { bundledConstants } from '../constants/index.ts'
import type { Binding, Codec } from '../schema/codec.ts'
import { framingOf } from '../schema/framing.ts'
import type { Line, Lines, Table } from '../schema/set.ts'
import { SKIP, sourcesOf } from './bind.ts'
import { check, type EmittedLine, emitHeader, emitLines, emittedLines, headerFields, member, plus } from './emit.ts'

/** Slots that one number holds a bit for. */
const SLOTS = 30 // not a kernel number: bits of a small integer of V8's

/** JavaScript that writes a codec's value as JSON, after a constant text: as few pieces as there can be. */
function asJson({ json }: Codec<unknown>, value: string, before = ''): string {
  if (json === 'quoted') return `'${before}"' + ${value} + '"'`
  const prefix = before === '' ? '' : `'${before}' + `
  if (json === 'raw') return prefix + value
  return `${prefix}${json === 'shared' ? 'sharedJson' : 'stringify'}(${value})`
}

/**
 * The JavaScript that writes a table's records as JSON, from bytes to text, without making objects: equal to what
 * `stringify` makes of the decoder's records. Whatever is rare goes that way (`slow`): unknown attributes, one that comes
 * twice, lists, payloads that depend on a sibling.
 */
export function emitWriter(name: string, table: Table, binding: Binding): string {
  const lines = emittedLines(table, binding)
  if (Object.keys(table.derived ?? {}).length > 0) {
    return `export function ${name}(_: BoundSet, slow: Write): Write {\n  return slow\n}\n`
  }
  const { headerBytes, lengthAt, typeAt, typeMask, alignTo } = framingOf(bundledConstants())
  const fast = lines.filter(({ codec }) => !codec.late && !codec.repeats)
  const words = Math.ceil(sourcesOf(table).length / SLOTS)
  return `export function ${name}(b: BoundSet, slow: Write): Write {
${emitHeader(table)}${emitLines(fast)}  const { slots, malformed, headerBytes } = b
  return (f, at, end) => {
    f.body = at
    if (end - at < headerBytes) throw malformed(-1)
    const { view, little } = f
    let s = ''
${Array.from({ length: words }, (_, i) => `    let seen${i} = 0\n`).join('')}${emitPlaces(table)}    for (let p = at + headerBytes, size = 0; p + ${headerBytes} <= end; p += (size + ${alignTo - 1}) & -${alignTo}) {
      size = view.getUint16(p${plus(lengthAt)}, little)
      const type = view.getUint16(p${plus(typeAt)}, little)
      if (size < ${headerBytes} || p + size > end) throw malformed(type)
      const n = size - ${headerBytes}
      switch (slots[type & ${typeMask}]) {
${emitCases(table, lines)}        case ${SKIP}: continue
      }
      if (f.captureUnknown) return slow(f, at, end)
    }
    return ${emitResult(table)}
  }
}
`
}

const place = (field: string) => `x_${field}`

/** The fields whose places stand before the attributes: of the header, and those that have a fallback. */
function placedFields(table: Table): string[] {
  const members = headerFields(table).flatMap(({ field, sparse }) => (sparse ? [] : [field]))
  const fallbacks = Object.entries(table.attributes as Lines).flatMap(([field, [, codec]]) =>
    codec.fallback ? [field] : [],
  )
  return [...new Set([...members, ...fallbacks])]
}

function emitPlaces(table: Table): string {
  const members = headerFields(table).map(({ field, sparse, codec }, i) => {
    if (!sparse) return `    let ${place(field)} = ${asJson(codec, member(i))}\n`
    const text = asJson(codec, `m${i}`, `,"${field}":`)
    return `    const m${i} = ${member(i)}\n    if (m${i} !== undefined) s += ${text}\n`
  })
  const fallbacks = Object.entries(table.attributes as Lines).map(([field, [, codec]]) =>
    codec.fallback ? `    let ${place(field)} = '${JSON.stringify(codec.fallback.value)}'\n` : '',
  )
  return [...members, ...fallbacks].join('')
}

function emitResult(table: Table): string {
  const [first, ...others] = placedFields(table)
  if (first === undefined) return `'{' + s.slice(1) + '}'`
  const rest = others.map((field) => ` + ',"${field}":' + ${place(field)}`)
  return `'{"${first}":' + ${place(first)}${rest.join('')} + s + '}'`
}

function emitCases(table: Table, lines: readonly EmittedLine[]): string {
  const sources = Object.values(table.attributes as Lines).map(([source]: Line) => source)
  const placed = new Set(placedFields(table))
  return sourcesOf(table)
    .map((source, slot) => {
      const mine = lines.filter(({ index }) => sources[index] === source)
      const label = `        case ${slot + 1}:`
      if (mine.some(({ codec }) => codec.late || codec.repeats)) return `${label} return slow(f, at, end)\n`
      const [word, bit] = [`seen${Math.floor(slot / SLOTS)}`, 2 ** (slot % SLOTS)]
      const checks = new Set(mine.flatMap((line) => check(line) ?? []))
      const guard = checks.size > 0 ? `if (${[...checks].join(' || ')}) break; ` : ''
      const once = `if ((${word} & ${bit}) !== 0) return slow(f, at, end); ${word} |= ${bit}; `
      return `${label} ${guard}${once}${mine.map((line) => emitWrite(line, placed)).join('; ')}; continue\n`
    })
    .join('')
}

function emitWrite({ field, index, codec }: EmittedLine, placed: ReadonlySet<string>): string {
  const { headerBytes } = framingOf(bundledConstants())
  const read = `a${index}(f, p + ${headerBytes}, n, NONE)`
  const put = (value: string) =>
    placed.has(field) ? `${place(field)} = ${asJson(codec, value)}` : `s += ${asJson(codec, value, `,"${field}":`)}`
  if (!codec.sparse) return put(read)
  return `{ const v = ${read}; if (v === KEEP) return slow(f, at, end); if (v !== undefined) ${put('v')} }`
}
