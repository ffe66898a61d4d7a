/** From a table to its decoder, JSON Schema and documentation. Loads without the addon. */
export { flat, sharedJson, stringify } from '../json.ts'
export type { Decode, Write } from '../schema/codec.ts'
export { KEEP } from '../schema/nest.ts'
export type { Describe } from '../schema/schema-of.ts'
export {
  attachEmitted,
  type BoundSet,
  bindTable,
  type DecoderFactory,
  decoderOf,
  type Emitted,
  type Factories,
  lengthsOf,
  setsOf,
  type WriterFactory,
  writerOf,
} from './bind.ts'
export { type FieldRow, fieldRows, tableSchema } from './describe.ts'
export { emitModule } from './emit.ts'
