import type { LayoutMember } from '../constants/index.ts'
import type { Codec } from './codec.ts'
import { scalars } from './integer.ts'
import { text } from './text.ts'

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
