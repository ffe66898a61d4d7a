import type { LayoutMember, StructMembers, StructName } from '../constants/index.ts'
import type { AnySet, AttributeSet, Binding, Codec, Lines, Wide } from './codec.ts'
import type { JsonSchema } from './json-schema.ts'
import { codecOf } from './member.ts'
import { schemaOf } from './schema-of.ts'
import type { RecordOf } from './set.ts'

type IsWide<M extends string> = M extends `${'u' | 's' | 'be' | 'le'}64${string}` ? true : false
type MemberValue<M> = M extends `struct ${infer S}` | `union ${infer S}`
  ? S extends StructName
    ? StructValue<S>
    : unknown
  : M extends readonly ['char', number]
    ? string
    : M extends readonly [infer E, number]
      ? MemberValue<E>[]
      : M extends string
        ? IsWide<M> extends true
          ? Wide
          : number
        : M extends object
          ? MembersValue<M>
          : unknown
type BitField<M> = M extends `${string}:${string}` ? true : false
type MembersValue<M> = {
  -readonly [K in keyof M as K extends `$${string}` ? never : BitField<M[K]> extends true ? never : K]: MemberValue<
    M[K]
  >
}

/** A whole C struct as a record, by its members' own names. */
export type StructValue<S extends StructName> = MembersValue<StructMembers<S>>

/** A struct as a set without attributes, so that its reader is emitted like any other. */
function structSet(name: string, lines: Lines | 'all'): AnySet {
  return { group: '', attributes: {}, header: { struct: name, lines }, unknown: '', skip: [], whole: true }
}

/**
 * A payload that is a C struct. With `lines`, their members under public names; without, all of its members by their
 * own names, and those too that a newer kernel has appended. A payload that is longer than the struct is read as far
 * as it is known; one that is shorter gives the fields that it holds.
 */
export function struct<S extends StructName>(name: S): Codec<StructValue<S>>
export function struct<S extends StructName, const H extends Lines<keyof StructMembers<S> & string>>(
  name: S,
  lines: H,
): Codec<RecordOf<AttributeSet<string, {}, H, {}, never>, Wide>>
export function struct(name: string, lines?: Lines): Codec<unknown> {
  const set = structSet(name, lines ?? 'all')
  return {
    sets: [set],
    bind(binding) {
      const decode = binding.decoder(set)
      return { read: (frame, at, length) => decode(frame, at, at + length) }
    },
    schema: (binding): JsonSchema => schemaOf(set, binding),
  }
}

/** One member of a payload that is a C struct: `member('fib_rule_port_range', 'start')`. */
export function member<S extends StructName, M extends keyof StructMembers<S> & string>(
  struct: S,
  name: M,
): Codec<MemberValue<StructMembers<S>[M]>>
export function member<S extends StructName, T>(
  struct: S,
  name: keyof StructMembers<S> & string,
  as: Codec<T>,
): Codec<T>
export function member(struct: string, name: string, as?: Codec<unknown>): Codec<unknown> {
  const find = ({ constants }: Binding): LayoutMember => {
    const found = constants.layout(struct)?.members[name]
    if (!found) throw new TypeError(`struct ${struct} has no member ${name}`)
    return found
  }
  return {
    bind(binding) {
      const { offset, size, ...rest } = find(binding)
      const { read } = (as ?? codecOf({ offset, size, ...rest })).bind(binding)
      return {
        fits: { atLeast: offset + size },
        read: (frame, at, _length, record) => read(frame, at + offset, size, record),
      }
    },
    schema: (binding) => (as ?? codecOf(find(binding))).schema(binding),
  }
}
