/** From a table to its decoder, JSON Schema and documentation. Loads without the addon. */
export type { Decode } from '../schema/codec.ts'
export { KEEP } from '../schema/nest.ts'
export type { Describe } from '../schema/schema-of.ts'
export {
  attachDecoders,
  type BoundSet,
  bindTable,
  type DecoderFactory,
  decoderOf,
  type Factories,
  lengthsOf,
  setsOf,
} from './bind.ts'
export { type FieldRow, fieldRows, tableSchema } from './describe.ts'
export { emitModule } from './emit.ts'
