import { bundledConstants } from '../constants/index.ts'
import type { AnySet, Describe, Line, Lines, SchemaBinding } from '../schema/codec.ts'
import type { JsonSchema } from '../schema/json-schema.ts'
import { schemaOf } from '../schema/schema-of.ts'
import type { Table } from '../schema/set.ts'

function schemaBinding(table: Table, describe?: Describe): SchemaBinding {
  const constants = bundledConstants()
  const header = constants.layout(table.header.struct)
  const secret = table.secret === true
  return { constants, header, secret, decoder: () => () => ({}), ...(describe ? { describe } : {}) }
}

/** The JSON Schema (2020-12) of a table's record. */
export function tableSchema(table: Table, describe?: Describe): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: table.name,
    ...schemaOf(table, schemaBinding(table, describe)),
  }
}

/** A row of a README's table of fields. */
export interface FieldRow {
  readonly field: string
  readonly type: string
  readonly source: string
  readonly description: string
}

/** The rows of a README's table of fields, nested sets after the field that holds them. */
export function fieldRows(table: Table, describe: Describe): FieldRow[] {
  return rowsOf(table, '', schemaBinding(table, describe), new Set())
}

/** A set that several fields hold is described where it comes first. */
function rowsOf(set: AnySet, path: string, binding: SchemaBinding, seen: Set<AnySet>): FieldRow[] {
  if (seen.has(set)) return []
  seen.add(set)
  const struct = set.header?.struct
  const members = Object.entries((set.header?.lines === 'all' ? {} : (set.header?.lines ?? {})) as Lines)
  const derived = Object.entries((set.derived ?? {}) as Record<string, Line>)
  return [
    ...members.flatMap(([field, line]) => rowOf(path + field, field, line, `${struct}.${line[0]}`, binding, seen)),
    ...Object.entries(set.attributes as Lines).flatMap(([field, line]) =>
      rowOf(path + field, field, line, line[0], binding, seen),
    ),
    ...derived.map(([field, [codec]]) => derivedRow(path + field, field, codec as unknown as Line[1], binding)),
  ]
}

function derivedRow(path: string, field: string, codec: Line[1], binding: SchemaBinding): FieldRow {
  const description = binding.describe?.('', field) ?? ''
  return { field: path, type: typeName(codec.schema(binding)), source: '', description }
}

function rowOf(
  path: string,
  field: string,
  [name, codec]: Line,
  source: string,
  binding: SchemaBinding,
  seen: Set<AnySet>,
): FieldRow[] {
  const schema = codec.schema(binding)
  if (codec.spreads) return spreadRows(path.slice(0, path.length - field.length), field, [name, codec], binding, seen)
  const row: FieldRow = {
    field: path,
    type: typeName(schema),
    source,
    description: binding.describe?.(name, field) ?? '',
  }
  const below = schema.type === 'array' ? `${path}[].` : `${path}.`
  return [row, ...((codec.hoists ? undefined : codec.sets) ?? []).flatMap((set) => rowsOf(set, below, binding, seen))]
}

/** The rows of the fields that a line brings into the record around: those of its set, or of each of its cases. */
function spreadRows(
  path: string,
  line: string,
  [name, codec]: Line,
  binding: SchemaBinding,
  seen: Set<AnySet>,
): FieldRow[] {
  if (codec.fields === undefined && codec.sets?.length)
    return codec.sets.flatMap((set) => rowsOf(set, path, binding, seen))
  if (codec.fields) {
    return Object.entries(codec.fields).flatMap(([field, one]) =>
      rowOf(path + field, field, [name, one], name, binding, seen),
    )
  }
  const description = binding.describe?.(name, line) ?? ''
  const row = (field: string, schema: JsonSchema): FieldRow[] =>
    schema.properties
      ? Object.entries(schema.properties).flatMap(([inner, one]) => row(`${field}.${inner}`, one))
      : [{ field: path + field, type: typeName(schema), source: name, description: schema.description ?? description }]
  return Object.entries(codec.schema(binding).properties ?? {}).flatMap(([field, schema]) => row(field, schema))
}

function typeName({ type, items, anyOf, const: only }: JsonSchema): string {
  if (anyOf) return [...new Set(anyOf.map(typeName))].join(' or ')
  if (type === 'array') return `${items ? typeName(items) : 'unknown'}[]`
  if (only === true) return 'true'
  return Array.isArray(type) ? type.join(' or ') : String(type ?? 'unknown')
}
