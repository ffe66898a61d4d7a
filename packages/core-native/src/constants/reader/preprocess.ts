import { evaluate, integer, type Macro, type Scope } from './expression.ts'
import { isIdentifier, logicalLines, type Token, tokenize } from './tokenize.ts'

/** What one header holds itself; the headers that it includes are units of their own. */
export interface Unit {
  readonly header: string
  readonly tokens: Token[]
  /** Names of the macros that it defines, in order. */
  readonly macros: string[]
}

export interface Platform {
  readonly bigEndian: boolean
  readonly pointer: number
}

export type ReadHeader = (header: string) => string | undefined

/** The C preprocessor, as far as UAPI headers need it: it follows `#include <linux/...>` and expands nothing in code. */
export class Preprocessor {
  readonly macros = new Map<string, Macro>()
  private readonly done = new Set<string>()
  private readonly pending: Unit[] = []
  private readonly read: ReadHeader

  constructor(read: ReadHeader, platform: Platform) {
    this.read = read
    for (const [name, value] of Object.entries(predefined(platform))) this.macros.set(name, { body: [value] })
    // linux/nexthop.h uses the kernel's BIT(), which no UAPI header defines.
    this.macros.set('BIT', { parameters: ['n'], body: tokenize('(1UL << (n))') })
  }

  /** The header and what it includes, innermost first; nothing for a header that was read before or does not exist. */
  units(header: string): Unit[] {
    this.include(header)
    return this.pending.splice(0)
  }

  private include(header: string): void {
    if (this.done.has(header)) return
    this.done.add(header)
    const text = this.read(header)
    if (text === undefined) return
    const unit: Unit = { header, tokens: [], macros: [] }
    this.lines(logicalLines(text), unit)
    this.pending.push(unit)
  }

  private lines(lines: readonly string[], unit: Unit): void {
    // One entry for each open #if: is this branch read, and was any branch of it?
    const branches: { taken: boolean; read: boolean }[] = []
    for (const line of lines) {
      const directive = /^\s*#\s*(\w+)\s*(.*)$/.exec(line)
      const reading = branches.every((branch) => branch.read)
      if (!directive) {
        if (reading) for (const token of tokenize(line)) unit.tokens.push(token)
      } else if (!this.branch(directive[1] ?? '', directive[2] ?? '', branches, reading) && reading) {
        this.directive(directive[1] ?? '', directive[2] ?? '', unit)
      }
    }
  }

  private branch(name: string, rest: string, branches: { taken: boolean; read: boolean }[], reading: boolean): boolean {
    if (name === 'if' || name === 'ifdef' || name === 'ifndef') {
      const read = reading && this.condition(name, rest)
      branches.push({ taken: read || !reading, read })
      return true
    }
    const last = branches.at(-1)
    if (name === 'endif') branches.pop()
    else if (last && (name === 'else' || name === 'elif')) {
      last.read = !last.taken && (name === 'else' || this.condition('if', rest))
      last.taken ||= last.read
    } else return false
    return true
  }

  private condition(name: string, rest: string): boolean {
    const tokens = tokenize(rest)
    if (name === 'ifdef') return this.macros.has(tokens[0] ?? '')
    if (name === 'ifndef') return !this.macros.has(tokens[0] ?? '')
    return evaluate(this.answerDefined(tokens), this.conditionScope)?.value !== 0n
  }

  private answerDefined(tokens: readonly Token[]): Token[] {
    const text = tokens.join(' ')
    const answer = (_: string, name: string) => (this.macros.has(name) ? '1' : '0')
    return tokenize(text.replace(/\bdefined \( (\w+) \)/g, answer).replace(/\bdefined (\w+)/g, answer))
  }

  private readonly conditionScope: Scope = {
    macro: (name) => {
      const macro = this.macros.get(name)
      return macro?.body.length === 0 ? undefined : macro
    },
    // Whatever is no macro is 0 in an #if, an enumerator as well.
    enumerator: () => integer(0),
    type: () => undefined,
    bigEndian: false,
  }

  private directive(name: string, rest: string, unit: Unit): void {
    if (name === 'include') {
      const header = /^[<"](linux\/[\w./-]+)[>"]/.exec(rest)?.[1]
      if (header) this.include(header)
    } else if (name === 'undef') {
      this.macros.delete(rest.trim())
    } else if (name === 'define') {
      this.define(rest, unit)
    }
  }

  private define(rest: string, unit: Unit): void {
    const [, name, parameters, body] = /^(\w+)(\([^)]*\))?(.*)$/.exec(rest) ?? []
    if (name === undefined || !isIdentifier(name)) return
    const tokens = tokenize(body ?? '')
    if (!this.macros.has(name)) unit.macros.push(name)
    this.macros.set(
      name,
      parameters ? { parameters: tokenize(parameters).filter(isIdentifier), body: tokens } : { body: tokens },
    )
  }
}

function predefined({ bigEndian, pointer }: Platform): Record<string, string> {
  const [little, big] = ['1234', '4321'] // not kernel numbers: glibc's names for the two byte orders
  return {
    __linux__: '1',
    __BITS_PER_LONG: String(pointer * 8),
    __LITTLE_ENDIAN: little,
    __BIG_ENDIAN: big,
    __BYTE_ORDER: bigEndian ? big : little,
    [bigEndian ? '__BIG_ENDIAN_BITFIELD' : '__LITTLE_ENDIAN_BITFIELD']: '1',
  }
}
