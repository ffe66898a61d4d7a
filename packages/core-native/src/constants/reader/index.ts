import { dataCount, nameGroups } from '../groups.ts'
import { type Abi, hostAbi, layoutOf } from '../layout.ts'
import type { Definitions, MemberDefinition, StructDefinition } from '../model.ts'
import { type EnumDeclaration, readDeclarations, type Sink } from './declarations.ts'
import { evaluate, type Integer, integer, type Macro, type Scope } from './expression.ts'
import { Preprocessor, type ReadHeader, type Unit } from './preprocess.ts'
import { isIdentifier, type Token } from './tokenize.ts'
import { knownTypedef, spelledType } from './types.ts'

export interface HeaderRequest {
  /** As in `#include <...>`. */
  readonly header: string
  /** Only the constants that begin so, and no structs but those of `structs`. */
  readonly only?: readonly string[]
  /** Of a header that is read in part: structs by their names. */
  readonly structs?: readonly string[]
}

export interface ReadOptions {
  readonly bigEndian: boolean
  readonly abi?: Abi
}

export interface HeaderDefinitions extends Definitions {
  /** How C spells each struct: 'struct rtmsg', 'union x', or a typedef's name. */
  readonly spellings: ReadonlyMap<string, string>
  /** The headers that were found, of those that were asked for. */
  readonly found: readonly string[]
}

interface ReadEnum {
  readonly header: string
  readonly tag: string | undefined
  readonly members: Record<string, number>
}

/** Reads the constants and structs of C headers without a compiler. */
export function readHeaders(
  requests: readonly HeaderRequest[],
  read: ReadHeader,
  options: ReadOptions,
): HeaderDefinitions {
  const reader = new HeaderReader(read, options)
  for (const { header } of requests) reader.header(header)
  return reader.definitions(requests)
}

class HeaderReader implements Sink, Scope {
  readonly bigEndian: boolean
  private readonly abi: Abi
  private readonly preprocessor: Preprocessor
  /** The macros that each header defines. */
  private readonly read = new Map<string, Unit['macros']>()
  private readonly enumerators = new Map<string, Integer>()
  /** Enumerators that say how far a header's list goes (`__FRA_MAX`, `FRA_MAX`): every kernel has its own. */
  private readonly bounds = new Set<string>()
  private readonly enums: ReadEnum[] = []
  private readonly structs = new Map<string, { definition: StructDefinition; header: string; spelling: string }>()
  private readonly typedefs = new Map<string, MemberDefinition>()
  private current = ''

  constructor(read: ReadHeader, { bigEndian, abi = hostAbi }: ReadOptions) {
    this.bigEndian = bigEndian
    this.abi = abi
    this.preprocessor = new Preprocessor(read, { bigEndian, pointer: abi.pointer })
  }

  header(header: string): void {
    for (const unit of this.preprocessor.units(header)) {
      this.read.set(unit.header, unit.macros)
      this.current = unit.header
      readDeclarations(unit.tokens, this)
    }
  }

  definitions(requests: readonly HeaderRequest[]): HeaderDefinitions {
    const wanted = new Map(requests.map((request) => [request.header, request]))
    const isWanted = (header: string, name: string) => {
      const request = wanted.get(header)
      return request !== undefined && (!request.only || request.only.some((prefix) => name.startsWith(prefix)))
    }
    const enums = this.enums.map(({ header, tag, members }) => ({
      tag,
      members: Object.fromEntries(Object.entries(members).filter(([name]) => isWanted(header, name))),
    }))
    const groups = [...nameGroups(enums)].map(([name, { members }]) => [name, members] as const)
    return {
      groups: Object.fromEntries(groups),
      ...this.evaluatedMacros(isWanted),
      structs: this.wantedStructs((header, name) => {
        const { only, structs } = wanted.get(header) ?? { only: [] }
        return only ? (structs?.includes(name) ?? false) : !name.startsWith('_')
      }),
      spellings: new Map([...this.structs].map(([name, { spelling }]) => [name, spelling])),
      found: requests.map(({ header }) => header).filter((header) => this.read.has(header)),
    }
  }

  private evaluatedMacros(isWanted: (header: string, name: string) => boolean) {
    const macros: Record<string, number> = {}
    const networkOrder = { be16: {} as Record<string, number>, be32: {} as Record<string, number> }
    for (const [header, names] of this.read) {
      for (const name of names) {
        if (!isWanted(header, name) || name.startsWith('_') || this.enumerators.has(name)) continue
        const value = this.isBound(name) ? undefined : this.macroValue(name)
        if (!value || !isSafe(value.value)) continue
        const order = value.networkOrder
        if (order) networkOrder[`be${order.bits}`][name] = Number(order.value)
        else macros[name] = Number(value.value)
      }
    }
    return { macros, networkOrder }
  }

  private macroValue(name: string): Integer | undefined {
    const macro = this.macro(name)
    if (!macro || macro.parameters || macro.body.length === 0) return undefined
    // An alias of a type (`#define xfrm_u32 __u32`) is none of a number.
    return evaluate([name], this)
  }

  private isBound(name: string, seen: readonly string[] = []): boolean {
    if (this.bounds.has(name)) return true
    if (seen.includes(name)) return false
    return this.macro(name)?.body.some((token) => isIdentifier(token) && this.isBound(token, [...seen, name])) ?? false
  }

  private wantedStructs(isWanted: (header: string, name: string) => boolean): Record<string, StructDefinition> {
    const found: Record<string, StructDefinition> = {}
    const add = (name: string, definition: StructDefinition) => {
      if (found[name]) return
      found[name] = definition
      for (const other of references(definition)) {
        const inner = this.structs.get(other)
        if (inner) add(other, inner.definition)
      }
    }
    for (const [name, { definition, header }] of this.structs) {
      if (isWanted(header, name) && this.layout(definition)) add(name, definition)
    }
    return found
  }

  private layout(definition: StructDefinition) {
    return layoutOf(definition, (name) => this.structs.get(name)?.definition, this.abi)
  }

  // What the declarations of a header are told and asked.

  enumeration({ tag, members }: EnumDeclaration): void {
    const found: Record<string, number> = {}
    const data = dataCount(members.map(({ name }) => name))
    let next: Integer | undefined = integer(0)
    for (const [index, { name, expression }] of members.entries()) {
      const value: Integer | undefined = expression ? evaluate(expression, this) : next
      next = value && integer(value.value + 1n, 64)
      if (!value) continue
      this.enumerators.set(name, asEnumerator(value.value))
      const isBound = name.startsWith('__') || index >= data
      if (isBound || expression?.some((token) => this.bounds.has(token))) {
        this.bounds.add(name)
      } else if (isSafe(value.value)) {
        found[name] = Number(value.value)
      }
    }
    this.enums.push({ header: this.current, tag, members: found })
  }

  struct(name: string, definition: StructDefinition, spelling: string): void {
    this.structs.set(name, { definition, header: this.current, spelling })
  }

  typedef(name: string, type: MemberDefinition): void {
    this.typedefs.set(name, type)
  }

  typedefOf(name: string): MemberDefinition | undefined {
    // `__be32` is a typedef of `__u32` as well, and its byte order would be lost.
    return knownTypedef(name) ?? this.typedefs.get(name)
  }

  number(expression: readonly Token[]): number | undefined {
    const value = evaluate(expression, this)
    return value && Number(value.value)
  }

  // What the names in an expression mean.

  macro(name: string): Macro | undefined {
    return this.preprocessor.macros.get(name)
  }

  enumerator(name: string): Integer | undefined {
    return this.enumerators.get(name)
  }

  type(tokens: readonly Token[]): { size: number; unsigned: boolean } | undefined {
    const type = spelledType(
      tokens,
      (name) => this.typedefOf(name),
      (name) => this.structs.has(name),
    )
    const member = type ? this.layout({ only: type })?.members.only : undefined
    return member && { size: member.size, unsigned: /^(u|be|le)/.test(member.type) }
  }
}

function asEnumerator(value: bigint): Integer {
  if (BigInt.asIntN(32, value) === value) return integer(value)
  return BigInt.asUintN(32, value) === value ? integer(value, 32, true) : integer(value, 64)
}

function isSafe(value: bigint): boolean {
  return Number.isSafeInteger(Number(value))
}

function references(type: MemberDefinition): string[] {
  if (typeof type === 'string') return type.startsWith('struct ') ? [type.slice('struct '.length)] : []
  if (Array.isArray(type)) return references(type[0] as MemberDefinition)
  return Object.values(type as StructDefinition).flatMap(references)
}
