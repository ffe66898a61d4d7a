/** A set whose names have become numbers: what decoders are made of, emitted or interpreted. */
import type { AnySet, Bound, Decode, Line, Lines } from '../schema/codec.ts'
import type { Frame } from '../schema/frame.ts'
import type { Framing } from '../schema/framing.ts'

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
  /** Its value is fields of the record around. */
  readonly spreads: boolean
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
