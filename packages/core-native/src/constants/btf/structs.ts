import { layoutOf } from '../layout.ts'
import type { MemberDefinition, StructDefinition } from '../model.ts'
import { builtIn, isTypeWord, knownTypedef } from '../reader/types.ts'
import { type BtfFile, findType, flagOf, kindOf, kinds, membersOf, memberWords, nameAt, typeWords } from './file.ts'

/** A type that this notation cannot say. */
class Foreign extends Error {}

/** Deeper nesting than any struct of ours has: a broken file may go in circles. */
const deepest = 16

interface Aggregate {
  readonly definition: StructDefinition
  /** Where BTF says that each member lies, in bits. */
  readonly offsets: readonly number[]
  readonly size: number
}

/** Reads the struct at `at`, or undefined if its layout is not what its members' types make of it. */
export function readStruct(file: BtfFile, at: number): StructDefinition | undefined {
  try {
    return aggregate(file, at, 0)
  } catch (error) {
    if (error instanceof Foreign) return undefined
    throw error
  }
}

function aggregate(file: BtfFile, at: number, depth: number): StructDefinition {
  if (depth > deepest) throw new Foreign()
  const read = members(file, at, depth)
  const traits = kindOf(file.words[at + 1] as number) === kinds.union ? ['union'] : []
  // BTF has offsets and no attributes: find those that give these offsets.
  for (const extra of [[], ['packed'], ['align=8'], ['packed', 'align=4']]) {
    const words = [...traits, ...extra]
    const definition = words.length > 0 ? { $: words.join(' '), ...read.definition } : read.definition
    if (agrees(definition, read)) return definition
  }
  throw new Foreign()
}

function agrees(definition: StructDefinition, { offsets, size }: Aggregate): boolean {
  // Every member under a name of its own, so that anonymous ones can be compared as well.
  const entries = Object.entries(definition).filter(([name]) => name !== '$')
  const renamed = Object.fromEntries(entries.map(([, type], index) => [`member${index}`, type]))
  const traits: StructDefinition = definition.$ ? { $: definition.$ } : {}
  const layout = layoutOf({ ...traits, ...renamed }, () => undefined)
  if (layout?.size !== size) return false
  return entries.every(([, type], index) => {
    const member = layout.members[`member${index}`]
    const isBitField = typeof type === 'string' && type.includes(':')
    return isBitField || (member !== undefined && member.offset * 8 === offsets[index])
  })
}

function members(file: BtfFile, at: number, depth: number): Aggregate {
  const { words } = file
  const info = words[at + 1] as number
  const definition: Record<string, MemberDefinition> = {}
  const offsets: number[] = []
  for (let index = 0; index < membersOf(info); index++) {
    const member = at + typeWords + index * memberWords
    const name = nameAt(file, words[member] as number) || `$${index}`
    const place = words[member + 2] as number
    // BTF_MEMBER_BIT_OFFSET() and BTF_MEMBER_BITFIELD_SIZE(): macros with a parameter.
    const bits = flagOf(info) ? place >>> 24 : 0 // not a kernel number: the shift of BTF_MEMBER_BITFIELD_SIZE()
    const type = memberType(file, words[member + 1] as number, depth)
    definition[name] = bits > 0 ? `${type}:${bits}` : type
    offsets.push(flagOf(info) ? place & 0xffffff : place) // not a kernel number: the mask of BTF_MEMBER_BIT_OFFSET()
  }
  return { definition, offsets, size: words[at + 2] as number }
}

function memberType(file: BtfFile, id: number, depth: number): MemberDefinition {
  if (depth > deepest) throw new Foreign()
  const found = findType(file, id)
  if (!found) throw new Foreign()
  const { words } = found.file
  const kind = kindOf(words[found.at + 1] as number)
  const next = words[found.at + 2] as number
  if (kind === kinds.int) return integerType(nameAt(found.file, words[found.at] as number))
  if (kind === kinds.pointer) return 'pointer'
  if (kind === kinds.array) return arrayType(found.file, found.at, depth)
  if (kind === kinds.struct || kind === kinds.union) return aggregate(found.file, found.at, depth + 1)
  if (kind === kinds.enum) return `u${next * 8}`
  if (kind === kinds.typedef) {
    return knownTypedef(nameAt(found.file, words[found.at] as number)) ?? memberType(found.file, next, depth + 1)
  }
  // const, volatile and the like say nothing about a layout.
  if (kind === kinds.enum64 || words[found.at] !== 0) throw new Foreign()
  return memberType(found.file, next, depth + 1)
}

function arrayType(file: BtfFile, at: number, depth: number): MemberDefinition {
  const [element, , count] = file.words.subarray(at + typeWords)
  return [memberType(file, element as number, depth + 1), count as number]
}

function integerType(name: string): MemberDefinition {
  const words = name.split(' ')
  if (name === '_Bool' || name === 'bool') return 'u8'
  if (words.every(isTypeWord)) return builtIn(words)
  throw new Foreign()
}
