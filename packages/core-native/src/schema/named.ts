import type { Constants } from '../constants/index.ts'
import type { Codec } from './codec.ts'
import { type EnumOptions, type NameAfter, namesAfter, namesOfBits, type Open } from './enum.ts'
import { type Scalar, u8 } from './integer.ts'
import { nameFile } from './name-file.ts'

export { refreshNames } from './name-file.ts'

export interface NamedOptions extends EnumOptions {
  /** iproute2's file of names: `rt_tables`. */
  readonly file: string
}

/**
 * A number that has names from two sides: the kernel's constants, which come first, and iproute2's files, in which the
 * administrator may name more. Without a name it is `unnamed` and the number.
 */
export function named<P extends string, const O extends NamedOptions>(
  prefix: P,
  options: O,
): Codec<Open<NameAfter<P>>> {
  const { unnamed = prefix, scalar = u8, file } = options
  return {
    json: 'shared',
    bind(binding) {
      const kernel = new Map(Object.entries(namesAfter(prefix, binding, options)).map(([v, name]) => [Number(v), name]))
      const administrator = nameFile(file)
      const { read, fits } = scalar.bind(binding)
      return {
        fits: fits!,
        read(frame, at, length, record) {
          const value = read(frame, at, length, record)
          return kernel.get(value) ?? administrator.name(value) ?? unnamed + value
        },
      }
    },
    schema: (binding) => ({ type: 'string', examples: Object.values(namesAfter(prefix, binding, options)) }),
  }
}

/**
 * The names that the administrator has given to the bits that are set, in iproute2's `file`. Bits without a name stay,
 * together, as one hexadecimal number at the end.
 */
export function flagsNamedIn(file: string, scalar: Scalar<number>): Codec<readonly string[]> {
  return {
    json: 'shared',
    bind(binding) {
      const administrator = nameFile(file)
      const { read, fits } = scalar.bind(binding)
      return {
        fits: fits!,
        read(frame, at, length, record) {
          const value = read(frame, at, length, record)
          const numbers = Array.from({ length: scalar.width * 8 }, (_, number) => number) // not a kernel number: bits of a byte
          const bits = numbers.flatMap((number): [number, string][] => {
            const name = administrator.name(number)
            return name === undefined ? [] : [[2 ** number, name]]
          })
          return Object.freeze(namesOfBits(value, bits))
        },
      }
    },
    schema: () => ({ type: 'array', items: { type: 'string' } }),
  }
}

/** Which names a number may be given by. */
export interface NameSource extends Pick<EnumOptions, 'unnamed' | 'except'> {
  /** What the kernel's constants for it begin with. */
  readonly prefix: string
  /** iproute2's file of names for it. */
  readonly file?: string | undefined
}

const NUMBER = /^(0x[0-9a-f]+|\d+)$/i

/**
 * The number that a text stands for, in the words of a record or of the administrator: a name as it is written, or else
 * in any case; what a number without a name is printed as (`TABLE_600`); or the number itself, decimal or hexadecimal.
 */
export function numberNamed(text: string, source: NameSource, constants: Constants): number | undefined {
  const { prefix, file, unnamed = prefix } = source
  const kernel = namesAfter(prefix, { constants }, source)
  const exactly = kernel.indexOf(text)
  if (exactly >= 0) return exactly
  const administrator = file === undefined ? new Map<string, number>() : nameFile(file).numbers
  const same = (name: string | undefined) => name?.toUpperCase() === text.toUpperCase()
  const known = administrator.get(text) ?? nonNegative(kernel.findIndex(same))
  if (known !== undefined) return known
  for (const [name, number] of administrator) if (same(name)) return number
  const bare = text.toUpperCase().startsWith(unnamed.toUpperCase()) ? text.slice(unnamed.length) : text
  return NUMBER.test(bare) ? Number(bare) : undefined
}

const nonNegative = (index: number) => (index < 0 ? undefined : index)
