import type { AnySet, Codec, Siblings, Together, ValueOf, Wide } from './codec.ts'
import type { JsonSchema } from './json-schema.ts'
import { fits, KEEP } from './nest.ts'
import { schemaOf } from './schema-of.ts'
import type { RecordOf } from './set.ts'

/**
 * A codec whose value is fields of the record around, not a value of one. The key of its line begins with three dots and
 * is no field: `'...info': ['IFLA_LINKINFO', inline(info)]`.
 */
export interface Spreading<T> extends Codec<T> {
  readonly spreads: true
}

/**
 * A codec that reads into an object of the record's, which several attributes fill: `'...gso_max_segs':
 * ['IFLA_GSO_MAX_SEGS', within('offload', 'gso_max_segs', u32)]`.
 */
export function within<const G extends string, const F extends string, T>(
  group: G,
  field: F,
  codec: Codec<T>,
): Spreading<{ [K in G]?: { [L in F]?: T } }> {
  return {
    spreads: true,
    bind(binding) {
      const { read, ...bound } = codec.bind(binding)
      return {
        ...bound,
        read: (frame, at, length, record) =>
          ({
            [group]: { ...(record[group] as object | undefined), [field]: read(frame, at, length, record) },
          }) as never,
      }
    },
    schema: (binding) => ({ type: 'object', properties: { [group]: objectOf({ [field]: codec.schema(binding) }) } }),
  }
}

const objectOf = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  properties,
  additionalProperties: false,
})

/** A nested set whose fields are the record's around, unknown attributes too. */
export function inline<const T extends AnySet>(set: T): Spreading<RecordOf<T, Wide>> {
  return {
    spreads: true,
    sets: [set],
    bind(binding) {
      const decode = binding.decoder(set)
      return { read: (frame, at, length) => decode(frame, at, at + length) as RecordOf<T, Wide> }
    },
    schema: (binding) => schemaOf(set, binding),
  }
}

type Case = Readonly<Record<string, Codec<unknown>>>
type Cases = Readonly<Record<string, Case>>
type FieldsOf<C extends Case> = { [K in keyof C]?: ValueOf<C[K]> }

/** The one field of a case, and how it is read. */
const fieldOf = (one: Case): [field: string, codec: Codec<unknown>] => Object.entries(one)[0]!

/**
 * A payload whose kind a sibling tells, and that each kind has a field of its own for: `oneOf('kind', { vlan: { vlan:
 * nest(vlan) }, bridge: { bridge_config: nest(bridge) } }, others)`. Of another kind `others` reads it.
 */
export function oneOf<const C extends Cases>(
  sibling: string,
  cases: C,
  others: Codec<Readonly<Record<string, unknown>>>,
): Spreading<Together<FieldsOf<C[keyof C]>>> {
  const codecs = Object.values(cases).map((one) => fieldOf(one)[1])
  return {
    spreads: true,
    sparse: true,
    late: true,
    fields: Object.fromEntries(Object.values(cases).map(fieldOf)),
    sets: codecs.flatMap(({ sets = [] }) => sets),
    bind(binding) {
      const bind = ([field, codec]: [string, Codec<unknown>]) => ({ field, codec, bound: codec.bind(binding) })
      const known = new Map(Object.entries(cases).map(([kind, one]) => [kind, bind(fieldOf(one))]))
      const other = others.bind(binding)
      return {
        read(frame, at, length, record: Siblings) {
          const found = known.get(String(record[sibling]))
          if (!found) return other.read(frame, at, length, record) as never
          const value = fits(found.bound, length) ? found.bound.read(frame, at, length, record) : KEEP
          return (value === KEEP ? KEEP : { [found.field]: value }) as never
        },
      }
    },
    schema(binding): JsonSchema {
      const properties = { ...others.schema(binding).properties }
      for (const one of Object.values(cases)) {
        const [field, codec] = fieldOf(one)
        const schema = codec.schema(binding)
        const known = properties[field]
        properties[field] = known && JSON.stringify(known) !== JSON.stringify(schema) ? either(known, schema) : schema
      }
      return objectOf(properties)
    },
  }
}

const either = (known: JsonSchema, schema: JsonSchema): JsonSchema => ({ anyOf: [...(known.anyOf ?? [known]), schema] })
