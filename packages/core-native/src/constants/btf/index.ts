import { dirname, join } from 'node:path'
import { readSmallFile } from '../../base/small-file.ts'
import { dataCount } from '../groups.ts'
import { attributeFamilies } from '../headers.ts'
import { presentModules } from '../host-file.ts'
import type { Definitions, StructDefinition } from '../model.ts'
import { type BtfFile, enumWords, flagOf, kindOf, kinds, membersOf, nameAt, openBtf, typeWords } from './file.ts'
import { readStruct } from './structs.ts'

/** What is already known, so that the kernel's 126,000 types can be passed over quickly. */
export interface Known {
  /** The group to which the enumerator belongs. */
  groupOf(name: string): string | undefined
  readonly structs: ReadonlySet<string>
}

export type KernelDefinitions = Pick<Definitions, 'groups' | 'structs'>

/** The enums and structs of ours in the running kernel's BTF; undefined if there is none that can be read. */
export function readKernel(vmlinux: string, known: Known): KernelDefinitions | undefined {
  const base = open(vmlinux)
  if (!base) return undefined
  const found: Found = { groups: {}, structs: {} }
  collect(base, known, found)
  for (const name of presentModules(vmlinux)) {
    const file = open(join(dirname(vmlinux), name), base)
    if (file) collect(file, known, found)
  }
  return found
}

const MOST_BYTES = 256 * 1024 * 1024 // not a kernel number: a kernel's has ten MiB

function open(path: string, base?: BtfFile): BtfFile | undefined {
  try {
    return openBtf(readSmallFile(path, { limit: MOST_BYTES }), base)
  } catch {
    return undefined
  }
}

interface Found {
  readonly groups: Record<string, Record<string, number>>
  readonly structs: Record<string, StructDefinition>
}

function collect(file: BtfFile, known: Known, found: Found): void {
  const { words, starts } = file
  for (let index = 0; index < starts.length; index++) {
    const at = starts[index] as number
    const kind = kindOf(words[at + 1] as number)
    // Numbers of 64 bits (ENUM64) belong to no attribute or flag of netlink.
    if (kind === kinds.enum) collectEnum(file, at, known, found)
    else if (kind === kinds.struct || kind === kinds.union) collectStruct(file, at, known, found)
  }
}

function collectEnum(file: BtfFile, at: number, known: Known, found: Found): void {
  const count = membersOf(file.words[at + 1] as number)
  const group = groupOfEnum(file, at + typeWords, Math.min(count, membersTried), known)
  if (group === undefined) return
  found.groups[group] ??= {}
  const members = found.groups[group]
  const entries = Array.from({ length: count }, (_, index) => at + typeWords + index * enumWords)
  const names = entries.map((entry) => nameAt(file, file.words[entry] as number))
  const data = dataCount(names)
  for (const [index, entry] of entries.entries()) {
    const name = names[index] as string
    if (name === '' || name.startsWith('__') || index >= data) continue
    const value = file.words[entry + 1] as number
    // The flag says that the values are signed.
    members[name] ??= flagOf(file.words[at + 1] as number) ? value | 0 : value
  }
}

/** Enough of an enum's members to tell whose it is: the first may be new, or called `__X_INVALID`. */
const membersTried = 4

function groupOfEnum(file: BtfFile, start: number, count: number, known: Known): string | undefined {
  for (let index = 0; index < count; index++) {
    const group = known.groupOf(nameAt(file, file.words[start + index * enumWords] as number))
    if (group) return group
  }
  const first = nameAt(file, file.words[start] as number)
  const isAttributes = first.endsWith('_UNSPEC') && attributeFamilies.some((family) => first.startsWith(family))
  return isAttributes ? first.slice(0, -'UNSPEC'.length) : undefined
}

function collectStruct(file: BtfFile, at: number, known: Known, found: Found): void {
  const offset = file.words[at] as number
  if (offset === 0) return
  const name = nameAt(file, offset)
  if (!known.structs.has(name) || found.structs[name]) return
  const definition = readStruct(file, at)
  if (definition) found.structs[name] = definition
}
