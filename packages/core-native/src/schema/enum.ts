import { remember } from '../base/remember.ts'
import type { ConstantName } from '../constants/index.ts'
import type { Binding, Codec } from './codec.ts'
import { type Scalar, u8 } from './integer.ts'

/** The part of the constants' names after a prefix. */
export type NameAfter<P extends string> = ConstantName extends infer N
  ? N extends `${P}${infer Rest}`
    ? Rest extends `${string}MAX` | `_${string}`
      ? never
      : Rest
    : never
  : never

/** A name that we know, or one that a newer kernel has. */
export type Open<Known extends string> = Known | (string & {})

type Cased<N extends string, O> = O extends { readonly lowerCase: true } ? Lowercase<N> : N

export interface FlagsOptions extends EnumOptions {
  /** The constants are numbers of bits, `1 << RTAX_MTU`, rather than the bits. */
  readonly numbered?: boolean
}

export interface EnumOptions {
  /** What a value without a name begins with. Default: the prefix. */
  readonly unnamed?: string
  /** Names in lower case. */
  readonly lowerCase?: boolean
  /** Constants that begin with the prefix and with this are of something else. */
  readonly except?: string
  /** The width of the value. Default: one byte. */
  readonly scalar?: Scalar<number>
}

/** The name of each value of the constants that begin with `prefix`, without it. */
export function namesAfter(
  prefix: string,
  { constants }: Pick<Binding, 'constants'>,
  { lowerCase = false, except }: Pick<EnumOptions, 'lowerCase' | 'except'> = {},
): string[] {
  const names: string[] = []
  for (const [value, name] of constants.prefixed(prefix)) {
    if (except !== undefined && name.startsWith(except)) continue
    if (value >= 0) names[value] = lowerCase ? name.slice(prefix.length).toLowerCase() : name.slice(prefix.length)
  }
  return names
}

/** An enumeration, by the names of its constants: `enumOf('FR_ACT_')` reads `'TO_TBL'`, and `'FR_ACT_77'` where nothing is named so. */
export function enumOf<P extends string, const O extends EnumOptions = {}>(
  prefix: P,
  options?: O,
): Codec<Open<Cased<NameAfter<P>, O>>> {
  const { unnamed = prefix, scalar = u8 } = options ?? {}
  return {
    json: 'quoted',
    bind(binding) {
      const names = new Map(Object.entries(namesAfter(prefix, binding, options)).map(([v, name]) => [Number(v), name]))
      const { read, fits } = scalar.bind(binding)
      return {
        fits: fits!,
        read(frame, at, length, record) {
          const value = read(frame, at, length, record)
          return names.get(value) ?? unnamed + value
        },
      }
    },
    schema: (binding) => ({ type: 'string', examples: Object.values(namesAfter(prefix, binding, options)) }),
  }
}

/**
 * The names of the bits that are set. Bits without a name stay, together, as one hexadecimal number at the end. With
 * several prefixes, a name that an earlier one has is the whole constant's. Records with the same bits share one frozen
 * array: a million routes have a handful of different flags.
 */
export function flagsOf<P extends string, const O extends FlagsOptions = {}>(
  prefixes: P | readonly P[],
  options?: O,
): Codec<readonly Open<Cased<NameAfter<P>, O>>[]> {
  const { scalar = u8, numbered = false } = options ?? {}
  const bitsOf = (binding: Pick<Binding, 'constants'>) => {
    const bits: [bit: number, name: string][] = []
    for (const prefix of [prefixes].flat()) {
      for (const [bit, name] of singleBits(namesAfter(prefix, binding, options), numbered)) {
        bits.push([bit, bits.some(([, known]) => known === name) ? prefix + name : name])
      }
    }
    return bits
  }
  return {
    json: 'shared',
    bind(binding) {
      const bits = bitsOf(binding)
      const { read, fits } = scalar.bind(binding)
      const seen = new Map<number, readonly Open<Cased<NameAfter<P>, O>>[]>()
      return {
        fits: fits!,
        read(frame, at, length, record) {
          const value = read(frame, at, length, record)
          return remember(seen, value, () => Object.freeze(namesOfBits(value, bits)))
        },
      }
    },
    schema: (binding) => ({
      type: 'array',
      items: { type: 'string', examples: bitsOf(binding).map(([, name]) => name) },
    }),
  }
}

function singleBits(names: readonly string[], numbered: boolean): [bit: number, name: string][] {
  if (numbered) return Object.entries(names).map(([number, name]) => [2 ** Number(number), name])
  return Object.entries(names).flatMap(([value, name]): [number, string][] =>
    Number.isInteger(Math.log2(Number(value))) ? [[Number(value), name]] : [],
  )
}

const HEX = 16

export function namesOfBits(value: number, bits: readonly [number, string][]): string[] {
  const names: string[] = []
  let rest = value
  for (const [bit, name] of bits) {
    // Arithmetic, since `&` would make a signed number of bit 31.
    if (Math.floor(value / bit) % 2 === 1) {
      names.push(name)
      rest -= bit
    }
  }
  if (rest > 0) names.push(`0x${rest.toString(HEX)}`)
  return names
}
