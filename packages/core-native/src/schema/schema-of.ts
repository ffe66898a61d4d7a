import type { AnySet, Binding, Line, Lines, SchemaBinding } from './codec.ts'
import type { JsonSchema } from './json-schema.ts'
import { codecOf } from './member.ts'

/** Their bytes are left out of tables of secrets. */
const unknownAttributes = (secret: boolean): JsonSchema => ({
  type: 'array',
  items: {
    type: 'object',
    properties: {
      number: { type: 'integer' },
      base_number: { type: 'integer' },
      nested: { type: 'boolean' },
      name: { type: 'string' },
      length: { type: 'integer' },
      bytes: { type: 'string', pattern: '^([0-9a-f]{2})*$' },
    },
    required: ['number', 'base_number', 'nested', 'name', 'length', ...(secret ? [] : ['bytes'])],
    additionalProperties: false,
  },
})

/** The lines of a set's fixed header; those of a whole struct come from its layout. */
export function headerLines(set: AnySet, { constants }: Pick<Binding, 'constants'>): Lines {
  if (!set.header) return {}
  if (set.header.lines !== 'all') return set.header.lines as Lines
  const members = constants.layout(set.header.struct)?.members ?? {}
  return Object.fromEntries(
    Object.entries(members).map(([name, member]): [string, Line] => [name, [name, codecOf(member)]]),
  )
}

/** Several lines may fill one object. */
function mergeProperties(into: Record<string, JsonSchema>, from: Readonly<Record<string, JsonSchema>>): void {
  for (const [field, schema] of Object.entries(from)) {
    const known = into[field]
    into[field] = known?.properties ? { ...known, properties: { ...known.properties, ...schema.properties } } : schema
  }
}

/** The JSON Schema of a set's record. */
export function schemaOf(set: AnySet, binding: SchemaBinding): JsonSchema {
  const properties: Record<string, JsonSchema> = {}
  const required: string[] = []
  const add = (field: string, [source, codec]: Line, always: boolean) => {
    if (codec.spreads) return mergeProperties(properties, codec.schema(binding).properties ?? {})
    const description = binding.describe?.(source, field)
    properties[field] = { ...(description ? { description } : {}), ...codec.schema(binding) }
    if (always) required.push(field)
  }
  for (const [field, line] of Object.entries(headerLines(set, binding))) add(field, line, !set.whole && !line[1].sparse)
  for (const [field, line] of Object.entries(set.attributes as Lines)) add(field, line, line[1].fallback !== undefined)
  for (const [field, [codec]] of Object.entries(set.derived ?? {}) as [string, Line][]) {
    add(field, ['', codec as unknown as Line[1]], false)
  }
  const hoisted = Object.values(set.attributes as Lines).flatMap(([, { hoists, sets = [] }]) => (hoists ? sets : []))
  for (const { unknown } of [set, ...hoisted]) {
    if (unknown === '') continue
    properties[`unknown_${unknown}_attrs`] = { type: 'array', items: { type: 'integer' } }
    properties[`unknown_${unknown}_attrs_decoded`] = unknownAttributes(binding.secret === true)
  }
  return { type: 'object', properties, ...(required.length ? { required } : {}), additionalProperties: false }
}
