/** From a table to its decoder, JSON Schema and documentation. Loads without the addon. */
export { flat, sharedJson, stringify } from '../base/json.ts'
export type { Decode, Describe, Write } from '../schema/codec.ts'
export { KEEP } from '../schema/nest.ts'
export { attachEmitted, bindTable, decoderOf, type Emitted, type WriterFactory, writerOf } from './bind.ts'
export { type BoundSet, type DecoderFactory, type Factories, lengthsOf, setsOf } from './bound.ts'
export { type FieldRow, fieldRows, tableSchema } from './describe.ts'
export { emitModule } from './emit-module.ts'
