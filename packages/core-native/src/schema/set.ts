import type { ConstantName, GroupName, MemberOf, StructMembers, StructName } from '../constants/index.ts'
import type { AttributeSet, DerivedLines, Header, Lines, Together, ValueOf, Widen } from './codec.ts'
import type { Otherwise } from './modify.ts'

/** Not data: markers, padding, and what kernels no longer use. */
type Filler = `${string}_UNSPEC` | `${string}_PAD` | `${string}_UNUSED${string}` | `__${string}`

type Named<A> = A[keyof A] extends readonly [infer N, unknown] ? N : never
type Missing<G extends GroupName, A, S> = Exclude<
  MemberOf<G>,
  Named<A> | Filler | (S extends readonly (infer N)[] ? N : never)
>

/** The compiler's list of what to do: an attribute that the headers define and no line names is a type error. */
export type Complete<G extends GroupName, A, S> = S extends 'others'
  ? unknown
  : [Missing<G, A, S>] extends [never]
    ? unknown
    : { readonly 'attributes without a line': Missing<G, A, S> }

/** `FRA_` gives `fra`. */
export type UnknownStem<G extends string> = G extends `${infer Stem}_` ? Lowercase<Stem> : Lowercase<G>

/** An attribute that no line names, or whose payload does not fit its line: kept, with its bytes. */
export interface UnknownAttribute {
  /** Type of the attribute with its flag bits (`NLA_F_NESTED`, `NLA_F_NET_BYTEORDER`). */
  readonly number: number
  /** Type without the flag bits. */
  readonly base_number: number
  /** True where the kernel says that it holds other attributes. */
  readonly nested: boolean
  /** The kernel's name of it, from any source of constants, or the group's prefix and the number. */
  readonly name: string
  /** Length of the payload in bytes. */
  readonly length: number
  /** The payload, as hexadecimal digits. Absent only in tables of secrets that were not asked for. */
  readonly bytes?: string
}

/** Members of a header that may be absent. */
type Sometimes<H> = {
  [K in keyof H]: H[K] extends readonly [unknown, infer C] ? (undefined extends ValueOf<C> ? K : never) : never
}[keyof H]
type Always<A> = { [K in keyof A]: A[K] extends readonly [unknown, Otherwise<unknown>] ? K : never }[keyof A]
/** What lines bring into the record around, whose keys are no fields: `'...info'`. */
type Spread = `...${string}`
type Own<A> = Omit<A, Spread>
type Spreads<A> = Together<
  {
    [K in keyof A]: K extends Spread ? (A[K] extends readonly [unknown, infer C] ? ValueOf<C> : never) : never
  }[keyof A]
>
type Values<A> = { -readonly [K in keyof A]: A[K] extends readonly [unknown, infer C] ? ValueOf<C> : never }
type DerivedValues<D> = { [K in keyof D]?: D[K] extends readonly [infer C, unknown] ? ValueOf<C> : never }
type Present<A> = { [K in keyof A]: Exclude<A[K], undefined> }
type Unknowns<U extends string> = { [K in `unknown_${U}_attrs`]?: number[] } & {
  [K in `unknown_${U}_attrs_decoded`]?: UnknownAttribute[]
}
type Simplify<T> = { [K in keyof T]: T[K] } & {}

/** The record that a set is read into. `W` is what its 64-bit values are: `number`, or `bigint`. */
export type RecordOf<T, W = number> =
  T extends AttributeSet<string, infer A, infer H, infer D, infer U>
    ? Simplify<
        Widen<Values<Omit<H, Sometimes<H>>>, W> &
          Partial<Widen<Present<Values<Pick<H, Sometimes<H>>>>, W>> &
          Widen<Values<Pick<A, Always<A>>>, W> &
          Partial<Widen<Present<Values<Own<Omit<A, Always<A>>>>>, W>> &
          Widen<Spreads<A>, W> &
          Widen<DerivedValues<D>, W> &
          Unknowns<U>
      >
    : never

export interface SetOptions<H extends Lines, D extends DerivedLines, U extends string, S> {
  readonly header?: Header<H>
  readonly derived?: D
  readonly unknown?: U
  /** Attributes to pass over. `'others'`: the table is of some only, and the rest are as unknown ones. */
  readonly skip?: S
}

/**
 * A set of attributes: `attributeSet('RTAX_', { mtu: ['RTAX_MTU', u32], ... })`. Each line's key is the field's public
 * name. A constant that the enumeration does not have, or one without a line, is a type error.
 */
export function attributeSet<
  G extends GroupName,
  const A extends Lines<MemberOf<G>>,
  const H extends Lines = {},
  const D extends DerivedLines = {},
  const U extends string = UnknownStem<G>,
  const S extends readonly MemberOf<G>[] | 'others' = [],
>(group: G, attributes: A & Complete<G, A, S>, options: SetOptions<H, D, U, S> = {}): AttributeSet<G, A, H, D, U> {
  return {
    group,
    attributes,
    header: options.header,
    derived: options.derived,
    unknown: options.unknown ?? (group.replace(/_$/, '').toLowerCase() as U),
    skip: options.skip === 'others' ? [] : (options.skip ?? []),
  }
}

/** A set whose attributes are numbered by macros, not by an enumeration: `macroSet('AF_', { inet: ['AF_INET', nest(inet)] }, 'af_spec')`. */
export function macroSet<
  const P extends string,
  const A extends Lines<ConstantName & `${P}${string}`>,
  const U extends string,
>(prefix: P, attributes: A, unknown: U): AttributeSet<P, A, {}, {}, U> {
  return { group: prefix, attributes, unknown, skip: [] }
}

/** Members of a fixed header that become fields, by the C struct's own names. */
export function header<S extends StructName, const H extends Lines<keyof StructMembers<S> & string>>(
  struct: S,
  lines: H,
): Header<H> {
  return { struct, lines }
}

/** A message that asks for something to be read: a type of rtnetlink, or a command of generic netlink. */
export type ReadRequest = Extract<
  ConstantName,
  `RTM_GET${string}` | `${string}_CMD_${string}GET${string}` | `${string}_GET`
>

/** A family of generic netlink: what messages of it say beside their command. */
export interface GenericMessages {
  /** The family's name; its id differs from boot to boot, and is asked for. */
  readonly family: string
  /** The version of its commands. */
  readonly version: ConstantName | number
}

/** A kernel table that can be dumped: its messages, their header and attributes. */
export interface Table<
  A extends Lines = Lines,
  H extends Lines = Lines,
  D extends DerivedLines = DerivedLines,
  U extends string = string,
> extends AttributeSet<string, A, H, D, U> {
  readonly name: string
  readonly request: ConstantName
  readonly reply: ConstantName
  readonly header: Header<H>
  /** Of generic netlink: `request` and `reply` are commands of this family. */
  readonly generic?: GenericMessages | undefined
  /** Messages hold secrets: they are wiped once they are read, and unknown attributes are kept without their bytes. */
  readonly secret?: true | undefined
  readonly watch?: readonly ConstantName[] | undefined
}

export interface TableDefinition<G extends GroupName, A, H extends Lines, D extends DerivedLines, U extends string, S>
  extends SetOptions<H, D, U, S> {
  /** What it is called in errors and schemas. */
  readonly name: string
  /** The message that asks for it. */
  readonly request: ReadRequest
  /** The message that a record comes in. */
  readonly reply: ConstantName
  /** The family of generic netlink whose commands these messages are. */
  readonly generic?: GenericMessages
  /** Its messages hold secrets. */
  readonly secret?: true
  readonly header: Header<H>
  /**
   * Multicast groups that tell of changes (`RTNLGRP_...`), for a table whose dumps the kernel does not mark with
   * `NLM_F_DUMP_INTR` though rows can be missed when it changes: a message of theirs during a dump marks it instead.
   */
  readonly watch?: readonly ConstantName[]
  /** The C enumeration that numbers its attributes, by its members' prefix. */
  readonly group: G
  readonly attributes: A & Complete<G, A, S>
}

/** A table: one line a field. */
export function table<
  G extends GroupName,
  const A extends Lines<MemberOf<G>>,
  const H extends Lines = {},
  const D extends DerivedLines = {},
  const U extends string = UnknownStem<G>,
  const S extends readonly MemberOf<G>[] | 'others' = [],
>(definition: TableDefinition<G, A, H, D, U, S>): Table<A, H, D, U> {
  const { name, request, reply, group, attributes, header, generic, secret, watch } = definition
  const set = attributeSet<G, A, H, D, U, S>(group, attributes, definition)
  return { ...set, name, request, reply, header, generic, secret, watch }
}
