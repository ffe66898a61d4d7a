import { isIdentifier, type Token } from './tokenize.ts'

/** A C integer: its type decides what an overflow, a shift or a comparison gives. */
export interface Integer {
  readonly value: bigint
  readonly bits: 32 | 64
  readonly unsigned: boolean
  /** The number is in network order, and this is what the source wrote. */
  readonly networkOrder?: { readonly bits: 16 | 32; readonly value: bigint }
}

export interface Macro {
  readonly parameters?: readonly string[]
  readonly body: readonly Token[]
}

/** What the names in an expression mean. */
export interface Scope {
  macro(name: string): Macro | undefined
  enumerator(name: string): Integer | undefined
  /** Size and kind of a type that is spelled by these tokens; undefined if they spell none. */
  type(tokens: readonly Token[]): { readonly size: number; readonly unsigned: boolean } | undefined
  readonly bigEndian: boolean
}

export function integer(value: bigint | number | boolean, bits: 32 | 64 = 32, unsigned = false): Integer {
  const big = BigInt(value)
  return { value: unsigned ? BigInt.asUintN(bits, big) : BigInt.asIntN(bits, big), bits, unsigned }
}

/** The value of a constant expression, or undefined if it is none that this reader understands. */
export function evaluate(tokens: readonly Token[], scope: Scope): Integer | undefined {
  try {
    return new Evaluator(tokens, scope, new Set()).whole()
  } catch (error) {
    if (error instanceof NotConstant || error instanceof RangeError) return undefined
    throw error
  }
}

class NotConstant extends Error {}

/** Binary operators, loosest first. */
const levels = ['||', '&&', '|', '^', '&', '== !=', '< > <= >=', '<< >>', '+ -', '* / %']
const precedence = new Map(levels.flatMap((operators, level) => operators.split(' ').map((one) => [one, level])))

const swaps: Readonly<Record<string, 16 | 32>> = {
  __cpu_to_be16: 16,
  __cpu_to_be32: 32,
  __constant_htons: 16,
  __constant_htonl: 32,
  htons: 16,
  htonl: 32,
}

class Evaluator {
  private at = 0
  private readonly tokens: readonly Token[]
  private readonly scope: Scope
  /** Macros being expanded: C expands none inside itself, so `#define IFLA_COST IFLA_COST` is the enumerator. */
  private readonly open: ReadonlySet<string>

  constructor(tokens: readonly Token[], scope: Scope, open: ReadonlySet<string>) {
    this.tokens = tokens
    this.scope = scope
    this.open = open
  }

  whole(): Integer {
    const value = this.conditional()
    if (this.at < this.tokens.length) throw new NotConstant()
    return value
  }

  private conditional(): Integer {
    const condition = this.binary(0)
    if (!this.accept('?')) return condition
    const yes = this.conditional()
    this.expect(':')
    const no = this.conditional()
    return condition.value ? yes : no
  }

  private binary(least: number): Integer {
    let left = this.unary()
    for (;;) {
      const operator = this.tokens[this.at] ?? ''
      const level = precedence.get(operator)
      if (level === undefined || level < least) return left
      this.at++
      left = combine(operator, left, this.binary(level + 1))
    }
  }

  private unary(): Integer {
    const token = this.next()
    if (token === '-') return wrap(this.unary(), (value) => -value)
    if (token === '~') return wrap(this.unary(), (value) => ~value)
    if (token === '+') return this.unary()
    if (token === '!') return integer(this.unary().value === 0n)
    if (token === 'sizeof') return this.sizeof()
    if (token === '(') return this.parenthesis()
    if (/^\d/.test(token)) return literal(token)
    if (/^'.'$/.test(token)) return integer(token.charCodeAt(1))
    if (isIdentifier(token)) return this.named(token)
    throw new NotConstant()
  }

  private parenthesis(): Integer {
    const type = this.typeInParentheses()
    if (type) return cast(this.unary(), type)
    const value = this.conditional()
    this.expect(')')
    return value
  }

  /** After '(': the type that the tokens up to ')' spell; nothing is consumed if they spell none. */
  private typeInParentheses(): { size: number; unsigned: boolean } | undefined {
    const end = this.tokens.indexOf(')', this.at)
    if (end < 0 || !isIdentifier(this.tokens[this.at])) return undefined
    const type = this.scope.type(this.tokens.slice(this.at, end))
    if (type) this.at = end + 1
    return type
  }

  private sizeof(): Integer {
    this.expect('(')
    const type = this.typeInParentheses()
    if (!type) throw new NotConstant()
    return integer(type.size, 64, true)
  }

  private named(name: string): Integer {
    const macro = this.open.has(name) ? undefined : this.scope.macro(name)
    const call = this.tokens[this.at] === '('
    const swap = swaps[name]
    if (swap && call) return this.swapped(swap)
    if (!macro || (macro.parameters && !call)) return this.scope.enumerator(name) ?? fail()
    const body = macro.parameters ? substitute(macro, this.callArguments()) : macro.body
    return new Evaluator(body, this.scope, new Set([...this.open, name])).whole()
  }

  private swapped(bits: 16 | 32): Integer {
    const [argument = []] = this.callArguments()
    const { value } = new Evaluator(argument, this.scope, this.open).whole()
    const there = BigInt.asUintN(bits, value)
    const here = this.scope.bigEndian ? there : swapBytes(there, bits)
    return { ...(bits === 16 ? integer(here) : integer(here, 32, true)), networkOrder: { bits, value: there } }
  }

  private callArguments(): Token[][] {
    this.expect('(')
    const found: Token[][] = [[]]
    for (let depth = 1; ; ) {
      const token = this.next()
      if (token === '(') depth++
      if (token === ')' && --depth === 0) return found
      if (token === ',' && depth === 1) found.push([])
      else found.at(-1)?.push(token)
    }
  }

  private next(): Token {
    const token = this.tokens[this.at++]
    if (token === undefined) throw new NotConstant()
    return token
  }

  private accept(token: Token): boolean {
    if (this.tokens[this.at] !== token) return false
    this.at++
    return true
  }

  private expect(token: Token): void {
    if (!this.accept(token)) throw new NotConstant()
  }
}

function fail(): never {
  throw new NotConstant()
}

function literal(token: Token): Integer {
  const [, digits = '', suffix = ''] = /^(0[xX][\da-fA-F]+|\d+)([uUlL]*)$/.exec(token) ?? fail()
  const octal = /^0\d/.test(digits)
  if (octal && /[89]/.test(digits)) fail()
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits)
  const unsigned = /u/i.test(suffix)
  const decimal = !octal && !/^0x/i.test(digits)
  // C11 6.4.4.1: the first type of the list that holds it; only hexadecimal and octal ones turn unsigned by themselves.
  if (!/l/i.test(suffix)) {
    if (!unsigned && BigInt.asIntN(32, value) === value) return integer(value)
    if ((unsigned || !decimal) && BigInt.asUintN(32, value) === value) return integer(value, 32, true)
  }
  return integer(value, 64, unsigned || BigInt.asIntN(64, value) !== value)
}

function combine(operator: string, left: Integer, right: Integer): Integer {
  if (operator === '&&') return integer(left.value !== 0n && right.value !== 0n)
  if (operator === '||') return integer(left.value !== 0n || right.value !== 0n)
  if (operator === '<<' || operator === '>>') return shift(operator, left, right.value)
  const bits = left.bits === 64 || right.bits === 64 ? 64 : 32
  const unsigned = [left, right].some((side) => side.unsigned && side.bits === bits)
  const a = integer(left.value, bits, unsigned).value
  const b = integer(right.value, bits, unsigned).value
  if (/^[<>=!]/.test(operator)) return integer(compare(operator, a, b))
  const value = integer(arithmetic(operator, a, b), bits, unsigned)
  return left.networkOrder && right.networkOrder && operator === '|' ? joinNetworkOrder(value, left, right) : value
}

/** `GRE_CSUM|GRE_KEY` is in network order as its parts are. */
function joinNetworkOrder(value: Integer, left: Integer, right: Integer): Integer {
  const bits = left.networkOrder?.bits ?? fail()
  return {
    ...value,
    networkOrder: { bits, value: (left.networkOrder?.value ?? 0n) | (right.networkOrder?.value ?? 0n) },
  }
}

function shift(operator: string, left: Integer, by: bigint): Integer {
  if (by < 0n || by >= BigInt(left.bits)) return fail()
  return wrap(left, (value) => (operator === '<<' ? value << by : value >> by))
}

function compare(operator: string, a: bigint, b: bigint): boolean {
  if (operator === '==') return a === b
  if (operator === '!=') return a !== b
  if (operator === '<') return a < b
  if (operator === '>') return a > b
  return operator === '<=' ? a <= b : a >= b
}

function arithmetic(operator: string, a: bigint, b: bigint): bigint {
  if ((operator === '/' || operator === '%') && b === 0n) return fail()
  if (operator === '+') return a + b
  if (operator === '-') return a - b
  if (operator === '*') return a * b
  if (operator === '/') return a / b
  if (operator === '%') return a % b
  if (operator === '&') return a & b
  if (operator === '^') return a ^ b
  return a | b
}

function wrap(operand: Integer, change: (value: bigint) => bigint): Integer {
  return integer(change(operand.value), operand.bits, operand.unsigned)
}

function cast(operand: Integer, type: { size: number; unsigned: boolean }): Integer {
  const width = type.size * 8
  const value = type.unsigned ? BigInt.asUintN(width, operand.value) : BigInt.asIntN(width, operand.value)
  // Anything narrower than an int becomes an int as soon as it is used.
  const result = width < 32 ? integer(value) : integer(value, width === 64 ? 64 : 32, type.unsigned)
  return operand.networkOrder ? { ...result, networkOrder: operand.networkOrder } : result
}

function swapBytes(value: bigint, bits: 16 | 32): bigint {
  let result = 0n
  for (let shift = 0; shift < bits; shift += 8) result = (result << 8n) | ((value >> BigInt(shift)) & 0xffn)
  return result
}

function substitute(macro: Macro, given: readonly Token[][]): Token[] {
  if (macro.body.includes('##')) fail()
  return macro.body.flatMap((token) => {
    const index = macro.parameters?.indexOf(token) ?? -1
    return index < 0 ? [token] : ['(', ...(given[index] ?? fail()), ')']
  })
}
