/** The table language: what a package writes its tables in. Loads without the addon. */

export { address, hardwareAddress, ipv4, ipv6, prefix } from './address.ts'
export { seconds } from './clock.ts'
export type {
  AttributeSet,
  Binding,
  Bound,
  Codec,
  Decode,
  Header,
  Line,
  Lines,
  Read,
  Siblings,
  ValueOf,
  Wide,
  Widen,
} from './codec.ts'
export { type EnumOptions, enumOf, type FlagsOptions, flagsOf, type NameAfter, type Open } from './enum.ts'
export { type AddressFamily, addressFamily, addressFamilyIn, familyNumber, type NamedFamily } from './family.ts'
export { type DecodeOptions, Frame, type Lookups } from './frame.ts'
export { indexed } from './indexed.ts'
export {
  be16,
  be32,
  be64,
  bool,
  flag,
  id64,
  type Scalar,
  s8,
  s16,
  s32,
  s64,
  sint,
  u8,
  u16,
  u32,
  u64,
  uint,
  uint32,
} from './integer.ts'
export type { JsonSchema } from './json-schema.ts'
export { interfaceName, lookup } from './lookup.ts'
export {
  divided,
  many,
  mapped,
  nonZero,
  type Otherwise,
  otherwise,
  secret,
  unless,
  unlessAllOnes,
  unlessZeros,
} from './modify.ts'
export { flagsNamedIn, type NamedOptions, type NameSource, named, numberNamed } from './named.ts'
export { chain, KEEP, list, nest, only, packed, select } from './nest.ts'
export { realmFrom, realmTo } from './realm.ts'
export { attributeSet, header, macroSet, type RecordOf, type Table, table, type UnknownAttribute } from './set.ts'
export { type SocketAddress, socketAddress } from './socket-address.ts'
export { inline, oneOf, type Spreading, within } from './spread.ts'
export { member, type StructValue, struct } from './struct.ts'
export { base64, bytes, encodeText, hex, text } from './text.ts'
