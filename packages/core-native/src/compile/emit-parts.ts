/** What the emitted decoders and writers have in common. */
import { bundledConstants } from '../constants/index.ts'
import type { AnySet, Binding, Bound, Codec, Lines } from '../schema/codec.ts'
import { headerLines } from '../schema/schema-of.ts'
import { bindWatched } from './bind.ts'

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

/** The attribute lines of a set. */
export function emittedLines(set: AnySet, binding: Binding): EmittedLine[] {
  return Object.entries(set.attributes as Lines).map(([field, [, codec]], index) => {
    const { bound, readsHeader } = bindWatched(codec, binding)
    return { field, index, codec, lengths: lengthsOf(bound), readsHeader }
  })
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

export const plus = (offset: number) => (offset === 0 ? '' : ` + ${offset}`)

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
