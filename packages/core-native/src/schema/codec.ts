import type { Constants, Layout } from '../constants/index.ts'
import type { Frame } from './frame.ts'
import type { JsonSchema } from './json-schema.ts'

/** The fields of the record in hand that were read before this one. */
export type Siblings = Readonly<Record<string, unknown>>

/**
 * Read `length` bytes at `at`. `undefined` leaves the field absent. The glue has checked that the bytes are inside the
 * message and that the length suits the codec.
 */
export type Read<T> = (frame: Frame, at: number, length: number, record: Siblings) => T

/** Decode the attributes from `at` up to `end` into a record. */
export type Decode = (frame: Frame, at: number, end: number) => Record<string, unknown>

/** Write the record of a message as JSON, without making it. */
export type Write = (frame: Frame, at: number, end: number) => string

/** A codec whose names have become numbers. */
export interface Bound<T> {
  readonly read: Read<T>
  /** Which payload lengths it can read; any, when it is absent. Another length goes to the unknown attributes. */
  readonly fits?: { readonly exactly: number } | { readonly atLeast: number } | ((length: number) => boolean)
}

/** What a codec may ask for when it is bound. */
export interface Binding {
  readonly constants: Constants
  /** The decoder of a nested set: interpreted or emitted, as its parent is. */
  decoder(set: AnySet): Decode
  /** Layout of the fixed header of the message, for codecs that read a header member beside their attribute. */
  readonly header: Layout | undefined
  /** The table's messages hold secrets. */
  readonly secret?: boolean
}

/** Finds the description of a field, from what stands above its line. */
export type Describe = (source: string, field: string) => string | undefined

/** A binding that also knows the words that stand above the lines. */
export interface SchemaBinding extends Binding {
  readonly describe?: Describe
}

/** How the bytes of a value are read, and what they become. */
export interface Codec<out T> {
  bind(binding: Binding): Bound<T>
  /** What the value is in JSON, as the kernel's own names fill it in. */
  schema(binding: SchemaBinding): JsonSchema
  /** The sets that are nested in it. */
  readonly sets?: readonly AnySet[]
  /** Of those sets no record is left; their unknown attributes are kept in the record around. */
  readonly hoists?: true
  /** The attribute may come several times, and the field is an array of all. */
  readonly repeats?: true
  /** `read` may answer `undefined`: the field then stays absent. */
  readonly sparse?: true
  /**
   * How its value is put into JSON without `JSON.stringify`: as it is; between quotes, since it never needs an escape; or
   * as before, since many records share it. Any other value is stringified.
   */
  readonly json?: 'raw' | 'quoted' | 'shared'
  /** Its value is fields of the record around: the line's own key is none. */
  readonly spreads?: true
  /** Of one that spreads: the codecs of those fields, where they are not those of its one set. */
  readonly fields?: Readonly<Record<string, Codec<unknown>>>
  /** It is read after all others of its set, since it depends on them wherever the kernel writes them. */
  readonly late?: true
  /** What the field holds where the kernel sent no such attribute. */
  readonly fallback?: { readonly value: unknown }
}

/** A field's public name stands before it as the key; then where its bytes come from, and how they are read. */
export type Line<Source extends string = string> = readonly [source: Source, codec: Codec<unknown>]
export type Lines<Source extends string = string> = { readonly [field: string]: Line<Source> }

/** A field made of others: what it is in JSON, and the pure function that makes it. `undefined` leaves it absent. */
// biome-ignore lint/suspicious/noExplicitAny: the record's type depends on the table that is being written.
export type DerivedLine = readonly [codec: Codec<unknown>, from: (record: any) => unknown]
export type DerivedLines = { readonly [field: string]: DerivedLine }

/** A C struct's members that become fields. */
export interface Header<H extends Lines = Lines> {
  readonly struct: string
  /** `'all'`: every member, by its own name. */
  readonly lines: H | 'all'
}

/** A set of attributes that one C enumeration numbers, and the fields that they become. */
export interface AttributeSet<
  G extends string = string,
  A extends Lines = Lines,
  H extends Lines = Lines,
  D extends DerivedLines = DerivedLines,
  U extends string = string,
> {
  readonly group: G
  readonly attributes: A
  readonly header?: Header<H> | undefined
  readonly derived?: D | undefined
  /** Stem of the keys that unknown attributes go under: `unknown_fra_attrs`. */
  readonly unknown: U
  /** Attributes that are known and left out on purpose. */
  readonly skip: readonly string[]
  /** A C struct alone: a payload may be shorter than it, and then holds fewer fields. */
  readonly whole?: true
}

// biome-ignore lint/suspicious/noExplicitAny: sets of all shapes.
export type AnySet = AttributeSet<string, any, any, any, string>

/** The TypeScript type that a codec reads. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never

/** What all of a union's types together are. */
export type Together<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never

declare const wide: unique symbol
/** Stands in types for a value of 64 bits: `number`, or `bigint` where the caller asked for that. */
export interface Wide {
  readonly [wide]: never
}

/** A type with its 64-bit values filled in. */
export type Widen<T, W> = T extends Wide
  ? W
  : T extends string | number | bigint | boolean | null | undefined
    ? T
    : T extends (infer E)[]
      ? Widen<E, W>[]
      : T extends readonly (infer E)[]
        ? readonly Widen<E, W>[]
        : T extends object
          ? { [K in keyof T]: Widen<T[K], W> }
          : T
