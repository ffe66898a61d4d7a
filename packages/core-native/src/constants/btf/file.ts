import { bundledConstants } from '../bundled.ts'
import type { Layout } from '../model.ts'

/** One BTF file of the running kernel: its types by id, and where their names are. */
export interface BtfFile {
  /** Type descriptions as 32-bit words. */
  readonly words: Uint32Array
  /** Index in `words` of the type with id `firstId + n`. */
  readonly starts: Uint32Array
  readonly firstId: number
  readonly count: number
  /** Names at offsets below this belong to the base file. */
  readonly firstName: number
  readonly names: Buffer
  readonly base: BtfFile | undefined
}

const known = bundledConstants()
const kind = (name: string) => known.value(`BTF_KIND_${name}`) ?? Number.NaN

export const kinds = {
  int: kind('INT'),
  pointer: kind('PTR'),
  array: kind('ARRAY'),
  struct: kind('STRUCT'),
  union: kind('UNION'),
  enum: kind('ENUM'),
  typedef: kind('TYPEDEF'),
  enum64: kind('ENUM64'),
}

const header = known.layout('btf_header') as Layout
const words = (struct: string) => (known.layout(struct)?.size ?? Number.NaN) / Uint32Array.BYTES_PER_ELEMENT
export const typeWords = words('btf_type')
export const memberWords = words('btf_member')
export const enumWords = words('btf_enum')

/** Words that follow a type, for each kind: some, and some for each of its members. */
const trailing: readonly (readonly [fixed: number, each: number] | undefined)[] = trailingWords()

function trailingWords(): (readonly [number, number] | undefined)[] {
  const table: (readonly [number, number] | undefined)[] = []
  for (const value of known.prefixed('BTF_KIND_').keys()) table[value] = [0, 0]
  table[kinds.int] = [1, 0] // not a kernel number: an int is followed by one word
  table[kinds.array] = [words('btf_array'), 0]
  table[kinds.struct] = table[kinds.union] = [0, memberWords]
  table[kinds.enum] = [0, enumWords]
  table[kinds.enum64] = [0, words('btf_enum64')]
  table[kind('FUNC_PROTO')] = [0, words('btf_param')]
  table[kind('VAR')] = [words('btf_var'), 0]
  table[kind('DATASEC')] = [0, words('btf_var_secinfo')]
  table[kind('DECL_TAG')] = [words('btf_decl_tag'), 0]
  return table
}

// BTF_INFO_KIND(), BTF_INFO_VLEN() and BTF_INFO_KFLAG() of linux/btf.h are macros with a parameter: no source of
// constants can hold them.
export const kindOf = (info: number) => (info >>> 24) & 0x1f // not a kernel number: the shift and mask of BTF_INFO_KIND()
export const membersOf = (info: number) => info & 0xffff // not a kernel number: the mask of BTF_INFO_VLEN()
export const flagOf = (info: number) => info >>> 31 === 1 // not a kernel number: the shift of BTF_INFO_KFLAG()

/** Opens a file; undefined if anything about it is not as it should be. A module's file needs that of vmlinux. */
export function openBtf(bytes: Uint8Array, base?: BtfFile): BtfFile | undefined {
  const sections = findSections(bytes)
  if (!sections) return undefined
  // A copy, since the section need not start where a typed array may.
  const section = bytes.subarray(sections.types, sections.typesEnd) // a view: copied at once
  const types = new Uint32Array(new Uint8Array(section).buffer)
  const firstId = base ? base.firstId + base.count : 1
  const starts = indexTypes(types)
  return (
    starts && {
      words: types,
      starts,
      firstId,
      count: starts.length,
      firstName: base ? base.firstName + base.names.length : 0,
      names: Buffer.from(bytes.buffer, bytes.byteOffset + sections.names, sections.namesEnd - sections.names),
      base,
    }
  )
}

function findSections(bytes: Uint8Array) {
  if (bytes.length < header.size) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
  const field = (name: string) => view.getUint32(header.members[name]?.offset ?? Number.NaN, little)
  // The kernel that runs has this machine's byte order; a file of the other one is none of its.
  if (view.getUint16(0, little) !== known.value('BTF_MAGIC')) return undefined
  const start = field('hdr_len')
  const types = start + field('type_off')
  const names = start + field('str_off')
  const typesEnd = types + field('type_len')
  const namesEnd = names + field('str_len')
  const fits = start >= header.size && typesEnd <= bytes.length && namesEnd <= bytes.length
  const whole = (typesEnd - types) % Uint32Array.BYTES_PER_ELEMENT === 0
  return fits && whole ? { types, typesEnd, names, namesEnd } : undefined
}

/** Where each type begins. Types have no length of their own: every kind must be known. */
function indexTypes(types: Uint32Array): Uint32Array | undefined {
  const starts = new Uint32Array(Math.floor(types.length / typeWords))
  let count = 0
  let at = 0
  while (at + typeWords <= types.length) {
    const info = types[at + 1] as number
    const extra = trailing[kindOf(info)]
    if (!extra) return undefined
    starts[count++] = at
    at += typeWords + extra[0] + extra[1] * membersOf(info)
  }
  return at === types.length ? starts.subarray(0, count) : undefined
}

/** A file and index of the type with this id; undefined for none (id 0 is void). */
export function findType(file: BtfFile, id: number): { file: BtfFile; at: number } | undefined {
  let holder: BtfFile | undefined = file
  while (holder && id < holder.firstId) holder = holder.base
  const at = holder?.starts[id - holder.firstId]
  return holder && at !== undefined ? { file: holder, at } : undefined
}

export function nameAt(file: BtfFile, offset: number): string {
  let holder: BtfFile | undefined = file
  while (holder && offset < holder.firstName) holder = holder.base
  if (!holder) return ''
  const start = offset - holder.firstName
  const end = holder.names.indexOf(0, start)
  return end < 0 ? '' : holder.names.toString('latin1', start, end)
}
