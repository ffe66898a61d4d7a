import { bundledConstants } from '../constants/index.ts'
import type { Binding, Codec, Line, Lines } from '../schema/codec.ts'
import { framingOf } from '../schema/framing.ts'
import type { Table } from '../schema/set.ts'
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

/** Bytes of the payloads whose texts are kept. */
const WORD = 4
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
 * twice, lists, payloads that depend on a sibling. A table whose fields are not all lines of its own goes that way whole.
 */
export function emitWriter(name: string, table: Table, binding: Binding): string {
  const lines = emittedLines(table, binding)
  if (Object.keys(table.derived ?? {}).length > 0 || lines.some(({ codec }) => codec.spreads)) {
    return `export function ${name}(_: BoundSet, slow: Write): Write {\n  return slow\n}\n`
  }
  const { headerBytes, lengthAt, typeAt, typeMask, alignTo } = framingOf(bundledConstants())
  const fast = lines.filter(({ codec }) => !codec.late && !codec.repeats)
  const words = Math.ceil(sourcesOf(table).length / SLOTS)
  return `export function ${name}(b: BoundSet, slow: Write): Write {
${emitHeader(table)}${emitLines(fast)}  const { slots, malformed, headerBytes } = b
${emitKeptTexts(table)}${emitKeptPieces(table, lines)}  return (f, at, end) => {
    f.body = at
    if (end - at < headerBytes) throw malformed(-1)
    const { view, little } = f
${emitStart(table)}${Array.from({ length: words }, (_, i) => `    let seen${i} = 0\n`).join('')}    for (let p = at + headerBytes, size = 0; p + ${headerBytes} <= end; p += (size + ${alignTo - 1}) & -${alignTo}) {
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

/** A field whose place stands before the attributes, and the text that it has without any. */
interface Placed {
  readonly field: string
  readonly text: string
  /** An attribute may have another value for it. */
  readonly replaced: boolean
}

function placed(table: Table): Placed[] {
  const lines = table.attributes as Lines
  const members = headerFields(table).flatMap(({ field, sparse, codec }, i) =>
    sparse ? [] : [{ field, text: asJson(codec, member(i)), replaced: field in lines }],
  )
  const fallbacks = Object.entries(lines).flatMap(([field, [, { fallback }]]) =>
    fallback && !members.some((member) => member.field === field)
      ? [{ field, text: `'${JSON.stringify(fallback.value)}'`, replaced: true }]
      : [],
  )
  return [...members, ...fallbacks]
}

/** The places in runs: each a constant text, which ends where a value that an attribute may replace stands. */
interface Run {
  readonly text: string
  readonly value: string | undefined
}

function runsOf(table: Table): Run[] {
  const runs: Run[] = []
  let text = ''
  for (const [i, { field, text: value, replaced }] of placed(table).entries()) {
    text += `${text === '' ? '' : ' + '}'${i === 0 ? '{' : ','}"${field}":'`
    if (replaced) {
      runs.push({ text, value: place(field) })
      text = ''
    } else text += ` + ${value}`
  }
  if (text !== '') runs.push({ text, value: undefined })
  return runs
}

const place = (field: string) => `x_${field}`

/** Members that may be absent, and whose value an attribute may replace: whether one is there decides on its place. */
function uncertain(table: Table): ReadonlySet<string> {
  const sparse = headerFields(table).filter((member) => member.sparse && member.field in (table.attributes as Lines))
  return new Set(sparse.map(({ field }) => field))
}

/** Whether the header in hand has such a member. */
const has = (field: string) => `has_${field}`

/** The texts that serve again for a message with the same header. */
function emitKeptTexts(table: Table): string {
  if (!headerIsKept(table)) return ''
  const runs = runsOf(table).map((_, i) => `run${i} = ''`)
  const values = placed(table).flatMap(({ field, replaced }) => (replaced ? [`kept_${field} = ''`] : []))
  const members = [...uncertain(table)].map((field) => `${has(field)} = false`)
  return `${KEPT}  let ${[...runs, ...values, ...members, "start = ''"].join(', ')}\n`
}

/** The last word of each attribute whose text is kept, the frame that it was in, and the text. */
function emitKeptPieces(table: Table, lines: readonly EmittedLine[]): string {
  const sources = Object.values(table.attributes as Lines).map(([source]: Line) => source)
  const places = new Set(placed(table).map(({ field }) => field))
  const slots = [...sourcesOf(table).entries()].flatMap(([slot, source]) => {
    const mine = lines.filter(({ index }) => sources[index] === source)
    if (mine.some(({ codec }) => codec.late || codec.repeats) || !isKeptPiece(mine, places)) return []
    return [`w${slot} = 0, f${slot} = 0, t${slot} = ''`]
  })
  return slots.length > 0 ? `  let ${slots.join(', ')}\n` : ''
}

/** What stands before the attributes: the runs, the values in their places, and members that may be absent. */
function emitStart(table: Table): string {
  const kept = headerIsKept(table)
  const runs = runsOf(table).map(({ text }, i) => `run${i} = ${kept ? `flat(${text})` : text}`)
  const replaced = placed(table).filter((one) => one.replaced)
  const replaceable = uncertain(table)
  const sparse = headerFields(table).flatMap(({ field, sparse, codec }, i) => {
    if (!sparse) return []
    const add = `${kept ? 'start' : 's'} += ${asJson(codec, `m${i}`, `,"${field}":`)}`
    const told = replaceable.has(field) ? `${has(field)} = m${i} !== undefined; ` : ''
    return [`{ const m${i} = ${member(i)}; ${told}if (m${i} !== undefined) ${add} }`]
  })
  if (!kept) {
    const values = replaced.map(({ field, text }) => `${place(field)} = ${text}`)
    const lets = [...runs, ...values, ...[...replaceable].map((field) => `${has(field)} = false`), "s = ''"]
    return [...lets.map((one) => `let ${one}`), ...sparse].map((line) => `    ${line}\n`).join('')
  }
  const refresh = [...runs, ...replaced.map(({ field, text }) => `kept_${field} = ${text}`), "start = ''", ...sparse]
  const values = replaced.map(({ field }) => `    let ${place(field)} = kept_${field}\n`).join('')
  return `${emitKeptHeader(refresh.map((line) => `      ${line}\n`).join(''))}${values}    let s = start\n`
}

function emitResult(table: Table): string {
  const runs = runsOf(table)
  if (runs.length === 0) return `'{' + s.slice(1) + '}'`
  const parts = runs.flatMap(({ value }, i) => [`run${i}`, ...(value === undefined ? [] : [value])])
  return `${parts.join(' + ')} + s + '}'`
}

function emitCases(table: Table, lines: readonly EmittedLine[]): string {
  const sources = Object.values(table.attributes as Lines).map(([source]: Line) => source)
  const places = new Set(placed(table).map(({ field }) => field))
  const [stand, replaceable] = [standIns(table), uncertain(table)]
  return sourcesOf(table)
    .map((source, slot) => {
      const mine = lines.filter(({ index }) => sources[index] === source)
      const label = `        case ${slot + 1}:`
      if (mine.some(({ codec }) => codec.late || codec.repeats)) return `${label} return slow(f, at, end)\n`
      const [word, bit] = [`seen${Math.floor(slot / SLOTS)}`, 2 ** (slot % SLOTS)]
      const checks = new Set(mine.flatMap((line) => check(line) ?? []))
      const leave = mine.some(({ field }) => stand.has(field)) ? 'return slow(f, at, end)' : 'break'
      const guard = checks.size > 0 ? `if (${[...checks].join(' || ')}) ${leave}; ` : ''
      const once = `if ((${word} & ${bit}) !== 0) return slow(f, at, end); ${word} |= ${bit}; `
      const again = mine.filter(({ field }) => replaceable.has(field)).map(({ field }) => has(field))
      const twice = again.length > 0 ? `if (${again.join(' || ')}) return slow(f, at, end); ` : ''
      const write = mine.map((line) => emitWrite(line, places, 's')).join('; ')
      const kept = isKeptPiece(mine, places) ? emitKeptPiece(mine, slot) : ''
      return `${label} ${guard}${once}${twice}${kept}${write}; continue\n`
    })
    .join('')
}

/** Whether the text of an attribute may serve again: it depends on nothing but its own bytes. */
const isKeptPiece = (mine: readonly EmittedLine[], places: ReadonlySet<string>): boolean =>
  mine.length > 0 &&
  mine.every(({ field, codec, readsHeader }) => !places.has(field) && !readsHeader && codec.json !== undefined)

/** Gateways, interfaces and metrics are those of the route before more often than not. */
function emitKeptPiece(mine: readonly EmittedLine[], slot: number): string {
  const { headerBytes } = framingOf(bundledConstants())
  const writes = mine.map((line) => emitWrite(line, new Set(), 't')).join('; ')
  return `if (n === ${WORD}) { const w = view.getUint32(p + ${headerBytes}, little); if (w !== w${slot} || f.id !== f${slot}) { let t = ''; ${writes}; t${slot} = flat(t); w${slot} = w; f${slot} = f.id }; s += t${slot}; continue }; `
}

function emitWrite({ field, index, codec }: EmittedLine, places: ReadonlySet<string>, into: 's' | 't'): string {
  const { headerBytes } = framingOf(bundledConstants())
  const read = `a${index}(f, p + ${headerBytes}, n, NONE)`
  const put = (value: string) =>
    places.has(field)
      ? `${place(field)} = ${asJson(codec, value)}`
      : `${into} += ${asJson(codec, value, `,"${field}":`)}`
  if (!codec.sparse) return put(read)
  return `{ const v = ${read}; if (v === KEEP) return slow(f, at, end); if (v !== undefined) ${put('v')} }`
}
