import type { LayoutMember, StructMembers, StructName } from '../constants/index.ts'
import type { Binding, Codec, Wide } from './codec.ts'
import { scalars } from './integer.ts'
import type { JsonSchema } from './json-schema.ts'
import { schemaOf } from './schema-of.ts'
import type { AnySet, AttributeSet, Lines, RecordOf } from './set.ts'
import { text } from './text.ts'

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

/** How a member is read, from what its C type says. */
export function codecOf(member: LayoutMember): Codec<unknown> {
  if (member.type === 'char' && member.count !== undefined) return text
  if (member.count !== undefined) return arrayOf(member, member.count)
  if (member.members) return wholeStruct(member.members.members)
  const codec = (scalars as Record<string, Codec<unknown>>)[member.type]
  if (!codec) throw new TypeError(`no codec reads a member of type ${member.type}`)
  return codec
}

function arrayOf({ count: _, ...member }: LayoutMember, count: number): Codec<unknown[]> {
  const size = count === 0 ? 0 : member.size / count
  const element = codecOf({ ...member, size })
  return {
    bind(binding) {
      const { read } = element.bind(binding)
      return {
        read(frame, at, length, record) {
          const values: unknown[] = []
          for (let p = at; size > 0 && p + size <= at + length; p += size) values.push(read(frame, p, size, record))
          return values
        },
      }
    },
    schema: (binding) => ({ type: 'array', items: element.schema(binding) }),
  }
}

/** The members of a struct that stands inside another. */
function wholeStruct(members: Readonly<Record<string, LayoutMember>>): Codec<Record<string, unknown>> {
  const lines = Object.entries(members).map(([name, member]) => ({ name, member, codec: codecOf(member) }))
  return {
    bind(binding) {
      const bound = lines.map(({ name, member, codec }) => ({ name, member, read: codec.bind(binding).read }))
      return {
        read(frame, at, _length, record) {
          const value: Record<string, unknown> = {}
          for (const { name, member, read } of bound) value[name] = read(frame, at + member.offset, member.size, record)
          return value
        },
      }
    },
    schema: (binding) => ({
      type: 'object',
      properties: Object.fromEntries(lines.map(({ name, codec }) => [name, codec.schema(binding)])),
    }),
  }
}

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
