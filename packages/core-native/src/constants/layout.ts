import type { Layout, LayoutMember, MemberDefinition, ScalarType, StructDefinition } from './model.ts'

/** The two sizes in which the C types of the architectures Node runs on differ. */
export interface Abi {
  readonly pointer: number
  /** Alignment of a 64-bit integer inside a struct: 4 on 32-bit x86. */
  readonly wide: number
}

export const hostAbi: Abi = {
  pointer: /^(ia32|arm|mips|mipsel|ppc|s390)$/.test(process.arch) ? 4 : 8,
  wide: process.arch === 'ia32' ? 4 : 8,
}

export type StructLookup = (name: string) => StructDefinition | undefined

interface Placed {
  readonly size: number
  readonly align: number
  readonly member: Omit<LayoutMember, 'offset' | 'size'>
}

interface Laid extends Layout {
  readonly align: number
}

const scalarBytes: Readonly<Record<string, number>> = {
  u8: 1,
  s8: 1,
  char: 1,
  u16: 2,
  s16: 2,
  be16: 2,
  le16: 2,
  u32: 4,
  s32: 4,
  be32: 4,
  le32: 4,
  u64: 8,
  s64: 8,
  be64: 8,
  le64: 8,
}

/** The offsets a C compiler gives to a struct; undefined if it refers to one that nobody knows. */
export function layoutOf(definition: StructDefinition, lookup: StructLookup, abi: Abi = hostAbi): Layout | undefined {
  const laid = lay(definition, lookup, abi)
  return laid && { size: laid.size, members: laid.members }
}

function lay(definition: StructDefinition, lookup: StructLookup, abi: Abi): Laid | undefined {
  const traits = traitsOf(definition)
  const members: Record<string, LayoutMember> = {}
  // In bits, because of bit-fields.
  let end = 0
  let size = 0
  let align = traits.align
  for (const [name, type] of Object.entries(definition)) {
    if (name === '$') continue
    const bits = typeof type === 'string' ? bitsOf(type) : undefined
    const placed = place(type, lookup, abi)
    if (!placed) return undefined
    const memberAlign = traits.packed && !hasOwnAlignment(type) ? 1 : placed.align
    const start = traits.union ? 0 : startOf(end, bits, placed.size, memberAlign)
    // An unnamed bit-field (a zero width one, too) asks for no alignment of the whole.
    if (bits === undefined || !name.startsWith('$')) align = Math.max(align, memberAlign)
    end = start + (bits ?? placed.size * 8)
    size = Math.max(size, end)
    if (bits === undefined) add(members, name, start / 8, placed)
  }
  const bytes = Math.ceil(size / 8)
  return { size: roundUp(bytes, align), align, members }
}

function traitsOf(definition: StructDefinition): { union: boolean; packed: boolean; align: number } {
  const words = String(definition.$ ?? '').split(' ')
  const align = words.find((word) => word.startsWith('align='))
  return {
    union: words.includes('union'),
    packed: words.includes('packed'),
    align: align ? Number(align.slice('align='.length)) : 1,
  }
}

function add(members: Record<string, LayoutMember>, name: string, offset: number, placed: Placed): void {
  const inner = placed.member.members
  if (!name.startsWith('$') || !inner) {
    members[name] = { offset, size: placed.size, ...placed.member }
    return
  }
  for (const [key, member] of Object.entries(inner.members)) {
    members[key] = { ...member, offset: offset + member.offset }
  }
}

function startOf(end: number, bits: number | undefined, bytes: number, align: number): number {
  if (bits === undefined) return roundUp(end, align * 8)
  if (bits === 0) return roundUp(end, bytes * 8)
  const unit = bytes * 8
  const crosses = Math.floor(end / unit) !== Math.floor((end + bits - 1) / unit)
  return crosses && align > 1 ? roundUp(end, unit) : end
}

function place(type: MemberDefinition, lookup: StructLookup, abi: Abi): Placed | undefined {
  if (typeof type === 'string')
    return type.startsWith('struct ') ? placeNamed(type, lookup, abi) : placeScalar(type, abi)
  if (Array.isArray(type)) return placeArray(type as readonly [MemberDefinition, number], lookup, abi)
  return placeStruct(type as StructDefinition, lookup, abi)
}

function placeNamed(type: string, lookup: StructLookup, abi: Abi): Placed | undefined {
  const definition = lookup(type.slice('struct '.length))
  return definition && placeStruct(definition, lookup, abi)
}

function placeStruct(definition: StructDefinition, lookup: StructLookup, abi: Abi): Placed | undefined {
  const laid = lay(definition, lookup, abi)
  if (!laid) return undefined
  const type = traitsOf(definition).union ? 'union' : 'struct'
  return { size: laid.size, align: laid.align, member: { type, members: { size: laid.size, members: laid.members } } }
}

function placeArray(type: readonly [MemberDefinition, number], lookup: StructLookup, abi: Abi): Placed | undefined {
  const element = place(type[0], lookup, abi)
  if (!element) return undefined
  const count = type[1] * (element.member.count ?? 1)
  return { size: element.size * type[1], align: element.align, member: { ...element.member, count } }
}

function placeScalar(text: string, abi: Abi): Placed | undefined {
  const [name = '', own] = text.split(/[@:]/)
  const type = hostScalar(name, abi)
  const size = scalarBytes[type]
  if (size === undefined) return undefined
  const natural = size === 8 ? abi.wide : size
  const align = text.includes('@') ? Math.max(natural, Number(own)) : natural
  return { size, align, member: { type: type as ScalarType } }
}

function hostScalar(name: string, abi: Abi): string {
  if (name === 'ulong' || name === 'pointer') return abi.pointer === 8 ? 'u64' : 'u32'
  if (name === 'long') return abi.pointer === 8 ? 's64' : 's32'
  return name
}

function bitsOf(type: string): number | undefined {
  const colon = type.indexOf(':')
  return colon < 0 ? undefined : Number(type.slice(colon + 1))
}

function hasOwnAlignment(type: MemberDefinition): boolean {
  return typeof type === 'string' ? type.includes('@') : Array.isArray(type) && hasOwnAlignment(type[0])
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step
}
