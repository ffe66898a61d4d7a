import { bundledConstants } from '../constants/index.ts'
import type { Binding } from '../schema/codec.ts'
import type { Table } from '../schema/set.ts'
import { setsOf } from './bound.ts'
import { emitFactory } from './emit.ts'
import { emitWriter } from './emit-json.ts'

/** The module with the decoders of a table and of all sets nested in it. */
export function emitModule(source: string, table: Table): string {
  const constants = bundledConstants()
  const binding: Binding = { constants, header: constants.layout(table.header.struct), decoder: () => () => ({}) }
  const names = [...setsOf(table)].map((set, i) => [i === 0 ? table.name : `${table.name}_${i}`, set] as const)
  const factories = names.map(([name, set]) => emitFactory(`decode_${name}`, set, binding))
  const writer = emitWriter(`write_${table.name}`, table, binding)
  const used = [
    'type BoundSet',
    'type Decode',
    'KEEP',
    'lengthsOf',
    'flat',
    'sharedJson',
    'stringify',
    'type Write',
  ].filter((name) => {
    return (
      name.startsWith('type ') || [...factories, writer].some((factory) => new RegExp(`\\b${name}\\b`).test(factory))
    )
  })
  return `// Generated from ${source} by scripts/compile-tables.ts. Do not edit.
import { ${used.join(', ')} } from '@netsnap/core-native/compile'

type Any = any
type Loose = Record<string, Any>
const NONE = {}
${factories.join('\n')}
${writer}
/** A factory for each set of the table, in the order of \`setsOf\`. */
export const factories = [${names.map(([name]) => `decode_${name}`).join(', ')}]
/** Writes the records of the table as JSON. */
export const writer = write_${table.name}
`
}
