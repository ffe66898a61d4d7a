import type { MemberDefinition, StructDefinition } from '../model.ts'
import { type Attributes, applyAlignment, describe, noAttributes } from './attributes.ts'
import { isIdentifier, type Token } from './tokenize.ts'
import { builtIn, isQualifier, isTypeWord, knownTypedef } from './types.ts'

export interface EnumDeclaration {
  readonly tag: string | undefined
  readonly members: { readonly name: string; readonly expression: Token[] | undefined }[]
}

/** Where a header's declarations go, and what it may ask about those before it. */
export interface Sink {
  enumeration(declaration: EnumDeclaration): void
  struct(name: string, definition: StructDefinition, spelling: string): void
  typedef(name: string, type: MemberDefinition): void
  typedefOf(name: string): MemberDefinition | undefined
  number(expression: readonly Token[]): number | undefined
}

/** A declaration that this reader does not understand; it is skipped. */
class Unreadable extends Error {}

interface Declarator {
  readonly name: string | undefined
  readonly type: MemberDefinition
}

/** Reads the enums, structs, unions and typedefs at the top level of a header. */
export function readDeclarations(tokens: readonly Token[], sink: Sink): void {
  const parser = new DeclarationParser(tokens, sink)
  while (!parser.done) parser.topLevel()
}

class DeclarationParser {
  private at = 0
  private anonymous = 0
  private readonly tokens: readonly Token[]
  private readonly sink: Sink

  constructor(tokens: readonly Token[], sink: Sink) {
    this.tokens = tokens
    this.sink = sink
  }

  get done(): boolean {
    return this.at >= this.tokens.length
  }

  topLevel(): void {
    const start = this.at
    try {
      const isTypedef = this.accept('typedef')
      if (!isTypedef && !/^(enum|struct|union)$/.test(this.peek() ?? '')) throw new Unreadable()
      const type = this.specifier()
      if (this.accept(';')) return
      const { name, type: declared } = this.declarator(type)
      if (!this.accept(';')) throw new Unreadable()
      if (isTypedef && name) this.nameType(name, declared)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      this.at = start
      this.skip()
    }
  }

  /** A typedef of an unnamed struct gives it its name. */
  private nameType(name: string, type: MemberDefinition): void {
    if (typeof type === 'object' && !Array.isArray(type)) {
      this.sink.struct(name, type as StructDefinition, name)
      this.sink.typedef(name, `struct ${name}`)
    } else {
      this.sink.typedef(name, type)
    }
  }

  /** To behind the next `;` or `{...}` of this level. */
  private skip(): void {
    while (!this.done) {
      const token = this.tokens[this.at++]
      if (token === ';') return
      if (token === '{' || token === '(') {
        this.balanced(token)
        if (token === '{' && this.peek() !== ';' && !isIdentifier(this.peek())) return
        if (token === '{' && /^(static|typedef|struct|enum|union|extern)$/.test(this.peek() ?? '')) return
      }
    }
  }

  private specifier(): MemberDefinition {
    this.qualifiers()
    const token = this.peek()
    if (token === 'enum') return this.enumeration()
    if (token === 'struct' || token === 'union') return this.aggregate()
    if (isTypeWord(token)) {
      const words: Token[] = []
      while (isTypeWord(this.peek()) || isQualifier(this.peek())) words.push(this.next())
      return builtIn(words)
    }
    const name = this.next()
    const type = this.sink.typedefOf(name) ?? knownTypedef(name)
    if (type === undefined) throw new Unreadable()
    this.qualifiers()
    return type
  }

  private qualifiers(): void {
    while (isQualifier(this.peek())) this.at++
  }

  private enumeration(): MemberDefinition {
    this.expect('enum')
    this.attributes()
    const tag = isIdentifier(this.peek()) ? this.next() : undefined
    if (!this.accept('{')) return 'u32'
    const members: EnumDeclaration['members'] = []
    while (!this.accept('}')) {
      const name = this.next()
      if (!isIdentifier(name)) throw new Unreadable()
      members.push({ name, expression: this.accept('=') ? this.until([',', '}']) : undefined })
      this.accept(',')
    }
    this.attributes()
    this.sink.enumeration({ tag, members })
    return 'u32'
  }

  private aggregate(): MemberDefinition {
    const keyword = this.next()
    const before = this.attributes()
    const tag = isIdentifier(this.peek()) ? this.next() : undefined
    if (!this.accept('{')) return tag ? `struct ${tag}` : this.unreadable()
    const members = this.members('}')
    const definition = describe(keyword === 'union', [before, this.attributes()], members)
    if (!tag) return definition
    this.sink.struct(tag, definition, `${keyword} ${tag}`)
    return `struct ${tag}`
  }

  private members(end: Token): Record<string, MemberDefinition> {
    const members: Record<string, MemberDefinition> = {}
    while (!this.accept(end)) {
      if (this.accept(';')) continue
      if (this.peek() === '__struct_group') this.structGroup(members)
      else if (this.peek() === '__DECLARE_FLEX_ARRAY') this.flexibleArray(members)
      else this.member(members)
    }
    return members
  }

  private member(members: Record<string, MemberDefinition>): void {
    const type = this.specifier()
    if (this.accept(';')) {
      members[this.unnamed()] = type
      return
    }
    do {
      const { name, type: declared } = this.declarator(type)
      members[name ?? this.unnamed()] = declared
    } while (this.accept(','))
    this.accept(';')
  }

  private unnamed(): string {
    return `$${this.anonymous++}`
  }

  private declarator(type: MemberDefinition): Declarator {
    let declared = type
    this.qualifiers()
    while (this.accept('*')) {
      declared = 'pointer'
      this.qualifiers()
    }
    if (this.accept('(')) return this.functionPointer()
    const name = isIdentifier(this.peek()) && !this.startsAttribute() ? this.next() : undefined
    const dimensions: number[] = []
    while (this.accept('[')) dimensions.push(this.dimension())
    for (const count of dimensions.reverse()) declared = [declared, count]
    if (this.accept(':')) declared = `${declared}:${this.sink.number(this.until([',', ';'])) ?? this.unreadable()}`
    return { name, type: applyAlignment(declared, this.attributes()) ?? this.unreadable() }
  }

  private functionPointer(): Declarator {
    this.expect('*')
    const name = this.next()
    this.expect(')')
    this.expect('(')
    this.balanced('(')
    return { name, type: 'pointer' }
  }

  private dimension(): number {
    const expression = this.until([']'])
    this.expect(']')
    return expression.length === 0 ? 0 : (this.sink.number(expression) ?? this.unreadable())
  }

  /** `__struct_group(TAG, NAME, ATTRS, MEMBERS)`: the members, both by themselves and inside a struct NAME. */
  private structGroup(members: Record<string, MemberDefinition>): void {
    this.at += 2
    this.until([','])
    this.expect(',')
    const [name] = this.until([','])
    this.expect(',')
    const attributes = this.until([','])
    this.expect(',')
    if (name === undefined || attributes.length > 0) throw new Unreadable()
    const group = this.members(')')
    members[this.unnamed()] = { $: 'union', [this.unnamed()]: group, [name]: group }
  }

  /** `__DECLARE_FLEX_ARRAY(TYPE, NAME)` */
  private flexibleArray(members: Record<string, MemberDefinition>): void {
    this.at += 2
    const type = this.specifier()
    this.expect(',')
    members[this.next()] = [type, 0]
    this.expect(')')
  }

  private startsAttribute(): boolean {
    return /^(__attribute__|__attribute|__packed|__aligned)$/.test(this.peek() ?? '')
  }

  private attributes(): Attributes {
    let { packed, align } = noAttributes
    while (this.startsAttribute()) {
      const name = this.next()
      const words = name === '__packed' ? ['packed'] : this.parenthesized()
      const text = name === '__aligned' ? ['aligned', ...words] : words
      packed ||= text.some((word) => /^(__)?packed(__)?$/.test(word))
      const aligned = text.findIndex((word) => /^(__)?aligned(__)?$/.test(word))
      if (aligned >= 0) align = this.sink.number(argument(text, aligned + 1)) ?? this.unreadable()
    }
    return { packed, align }
  }

  private parenthesized(): Token[] {
    const start = this.at
    this.expect('(')
    this.balanced('(')
    return this.tokens.slice(start, this.at)
  }

  /** To behind the bracket that closes the one just read. */
  private balanced(open: Token): void {
    const close = open === '{' ? '}' : ')'
    for (let depth = 1; depth > 0 && !this.done; this.at++) {
      if (this.tokens[this.at] === open) depth++
      if (this.tokens[this.at] === close) depth--
    }
  }

  private until(ends: readonly Token[]): Token[] {
    const start = this.at
    let depth = 0
    while (!this.done) {
      const token = this.tokens[this.at] as Token
      if (depth === 0 && ends.includes(token)) break
      if (token === '(') depth++
      if (token === ')') depth--
      this.at++
    }
    return this.tokens.slice(start, this.at)
  }

  private peek(): Token | undefined {
    return this.tokens[this.at]
  }

  private next(): Token {
    return this.tokens[this.at++] ?? this.unreadable()
  }

  private accept(token: Token): boolean {
    if (this.tokens[this.at] !== token) return false
    this.at++
    return true
  }

  private expect(token: Token): void {
    if (!this.accept(token)) throw new Unreadable()
  }

  private unreadable(): never {
    throw new Unreadable()
  }
}

function argument(tokens: readonly Token[], open: number): Token[] {
  let depth = 0
  const end = tokens.findIndex((token, index) => {
    if (index < open) return false
    if (token === '(') depth++
    if (token === ')') depth--
    return depth === 0
  })
  return tokens.slice(open, end + 1)
}
