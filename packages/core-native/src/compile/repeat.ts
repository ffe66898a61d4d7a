import { stringify } from '../base/json.ts'
import { wire } from '../constants/wire.ts'
import type { Read } from '../schema/codec.ts'
import type { Frame } from '../schema/frame.ts'
import { fits, KEEP } from '../schema/nest.ts'
import { type BoundLine, type BoundMember, type BoundSet, SKIP } from './bound.ts'

type Loose = Record<string, unknown>

/** One field of a record: where in the message its bytes are. */
interface Step {
  readonly field: string
  readonly read: Read<unknown>
  /** From the beginning of the message, with its `nlmsghdr`. */
  readonly offset: number
  readonly length: number
  /** It leaves the field out. */
  readonly absent: boolean
}

/** What is known of a message, so that the next one like it need not be taken apart. */
interface Pattern {
  /** Bytes of the message. */
  readonly size: number
  /** Bytes of its `nlmsghdr`. */
  readonly headerBytes: number
  readonly words: Uint32Array
  /** For each word the steps to do again where another one stands there, as bits; {@link FIXED} where none may. */
  readonly affected: Int32Array
  /** The steps to do for each message: what they make belongs to one record. */
  readonly always: number
  readonly steps: readonly Step[]
  readonly record: Loose
}

const WORD = 4
/** Of a word that says how the message is made: lengths, types, flags. */
const FIXED = -1
/** Steps that a small integer of V8's has bits for. */
const MOST_STEPS = 30 // not a kernel number: bits of a number
/** Longer messages hold lists and nested sets, which are read again anyway. */
const MOST_WORDS = 64 // not a kernel number: chosen
/** Strange messages of one length before the next one is a pattern. Each time twice as many: a table in which all differ is left alone. */
const PATIENCE = 3 // not a kernel number: chosen
const MOST_PATIENCE = 2 ** 20 // not a kernel number: never reached

/** Whether the message of a table between two places is wanted. */
export type Accept = ((frame: Frame, at: number, end: number) => boolean) | undefined

/**
 * Reads of a message what differs from an earlier one of the same make, and copies the rest of its record: most messages
 * of a dump have the same attributes in the same order, and few other values. Against a decoder of all attributes this
 * takes three fifths of the time for a route, it is compiled sooner, and its records are a fifth smaller.
 *
 * One of these serves one reading: names and options are the same in all of it.
 */
export class Repeats {
  readonly #set: () => BoundSet
  readonly #accept: Accept
  readonly #headerBytes = wire().headerBytes
  /** By the length of the message in words. */
  readonly #patterns = new Array<Pattern | undefined>(MOST_WORDS + 1).fill(undefined)
  readonly #strange = new Uint32Array(MOST_WORDS + 1)
  readonly #patience = new Uint32Array(MOST_WORDS + 1).fill(PATIENCE)

  constructor(set: () => BoundSet, accept: Accept) {
    this.#set = set
    this.#accept = accept
  }

  /** Keep in mind a message that was decoded by itself. */
  learn(frame: Frame, at: number, end: number, record: Loose): void {
    const count = (end - at) / WORD
    if (!Number.isInteger(count) || count > MOST_WORDS || frame.words.length === 0 || at % WORD !== 0) return
    if (++this.#strange[count]! <= this.#patience[count]!) return
    this.#strange[count] = 0
    this.#patience[count] = Math.min(this.#patience[count]! * 2, MOST_PATIENCE)
    this.#patterns[count] = patternOf(this.#set(), frame, at, end, this.#headerBytes, record)
  }

  /**
   * Read the messages from `at` on that are like earlier ones, up to the first that begins at `to` or later, and answer
   * where the first other one is. The frame holds `bytes`.
   */
  read(frame: Frame, at: number, to: number, bytes: number, into: Loose[]): number {
    const { words } = frame
    const end = Math.min(bytes, words.length * WORD)
    for (let begin = at, next = at; ; begin = next) {
      const length = begin < to && begin < end ? words[begin / WORD]! : 0
      const pattern = length <= MOST_WORDS * WORD ? this.#patterns[length >> 2] : undefined // not a kernel number: bytes to words
      if (pattern === undefined) return begin
      next = readAlike(pattern, frame, begin, Math.min(to, end - pattern.size + 1), into, this.#accept)
      if (next === begin) return begin
    }
  }
}

/** Read on as long as the messages are like the one that the pattern was made of, and begin before `to`. */
function readAlike(pattern: Pattern, frame: Frame, from: number, to: number, into: Loose[], accept: Accept): number {
  const { steps, size, headerBytes } = pattern
  const { words } = frame
  let at = from
  for (; at < to; at += size) {
    const todo = differing(pattern, words, at >> 2) // not a kernel number: bytes to words
    if (todo < 0) break
    if (accept !== undefined && !accept(frame, at + headerBytes, at + size)) continue
    frame.body = at + headerBytes
    const record = { ...pattern.record }
    if (todo !== 0 && !redo(frame, at, steps, todo, record)) break
    into.push(record)
  }
  return at
}

/** The steps whose bytes are others than those of the pattern; negative where the message is of another make. */
function differing({ words, affected, always }: Pattern, found: Uint32Array, at: number): number {
  let todo = always
  for (let i = 0; i < words.length; i++) if (found[at + i] !== words[i]) todo |= affected[i]!
  return todo
}

/** Do some steps again. False where a field is there that was not, or the other way round: the record has another form. */
function redo(frame: Frame, at: number, steps: readonly Step[], todo: number, record: Loose): boolean {
  for (let left = todo; left !== 0; left &= left - 1) {
    const { field, read, offset, length, absent } = steps[31 - Math.clz32(left & -left)]! // not a kernel number: bits of a number
    const value = read(frame, at + offset, length, record)
    if ((value === undefined) !== absent || value === KEEP) return false
    if (!absent) record[field] = value
  }
  return true
}

/** What a {@link Step} is made of. */
interface Planned extends Omit<Step, 'absent'> {
  readonly line: BoundLine | BoundMember
}

function patternOf(
  set: BoundSet,
  frame: Frame,
  at: number,
  end: number,
  headerBytes: number,
  record: Loose,
): Pattern | undefined {
  // A derived field may depend on any of the others.
  if (set.derived.length > 0 || set.appended.length > 0) return undefined
  const attributes = planAttributes(set, frame, at, end, headerBytes)
  if (attributes === undefined) return undefined
  const replaced = new Set(attributes.map(({ field }) => field))
  // Of an attribute that comes twice, the later one's value stays.
  if (replaced.size < attributes.length) return undefined
  const members = set.header
    .filter(({ field }) => !replaced.has(field))
    .map(
      (line): Planned => ({
        line,
        field: line.field,
        read: line.read,
        offset: headerBytes + line.offset,
        length: line.size,
      }),
    )
  const planned = [...members, ...attributes]
  if (planned.length > MOST_STEPS) return undefined
  const words = frame.words.slice(at / WORD, end / WORD)
  return {
    size: end - at,
    headerBytes,
    words,
    affected: affectedBy(planned, headerBytes, set.headerBytes, words.length),
    always: planned.reduce((bits, { line }, i) => (line.lasting ? bits : bits | (1 << i)), 0),
    steps: stepsOf(planned, record),
    record: compact(record),
  }
}

/** By hand, so that all lists of steps are alike for V8. */
function stepsOf(planned: readonly Planned[], record: Loose): Step[] {
  const steps: Step[] = []
  for (const { field, read, offset, length } of planned)
    steps.push({ field, read, offset, length, absent: record[field] === undefined })
  return steps
}

/** The steps for the attributes of a message that has been decoded; undefined where they are not all there is to it. */
function planAttributes(set: BoundSet, frame: Frame, at: number, end: number, from: number): Planned[] | undefined {
  const { headerBytes, typeMask, align, lengthAt, typeAt } = set.framing
  const planned: Planned[] = []
  for (let p = at + from + set.headerBytes, size = 0; p + headerBytes <= end; p += align(size)) {
    size = frame.view.getUint16(p + lengthAt, frame.little)
    const type = frame.view.getUint16(p + typeAt, frame.little) & typeMask
    if (set.slots[type] === SKIP) continue
    const [offset, length] = [p - at + headerBytes, size - headerBytes]
    const lines = set.byType.get(type)
    const plain = lines?.every((line) => !line.repeats && !line.hoists && !line.spreads && fits(line, length))
    if (!plain && (lines !== undefined || frame.captureUnknown)) return undefined
    for (const line of lines ?? []) planned.push({ line, field: line.field, read: line.read, offset, length })
  }
  const late = ({ line }: Planned) => 'late' in line && line.late
  return [...planned.filter((step) => !late(step)), ...planned.filter(late)]
}

/** For each word the bits of the steps that read it. Of what nobody reads nothing may differ either. */
function affectedBy(planned: readonly Planned[], from: number, headerBytes: number, words: number): Int32Array {
  const affected = new Int32Array(words).fill(FIXED)
  const mark = (offset: number, length: number, bit: number) => {
    const end = Math.ceil((offset + length) / WORD)
    for (let i = Math.floor(offset / WORD); i < end; i++) affected[i] = affected[i] === FIXED ? bit : affected[i]! | bit
  }
  for (const [i, { line, offset, length }] of planned.entries()) {
    mark(offset, length, 1 << i)
    if (line.readsHeader) mark(from, headerBytes, 1 << i)
  }
  return affected
}

/**
 * A record with room for just its fields, all within the object: V8 gives that to what it parses. Of one that was made
 * by a literal the later fields stand apart, and each copy takes a tenth more memory.
 */
function compact(record: Loose): Loose {
  return Object.assign(JSON.parse(stringify(record)) as Loose, record)
}
