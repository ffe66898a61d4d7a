import type { ConstantName } from '../constants/index.ts'
import type { Binding, Codec, Read, Siblings } from './codec.ts'
import { namesAfter } from './enum.ts'
import type { Frame } from './frame.ts'
import type { Scalar } from './integer.ts'

export interface IndexedOptions {
  /** What the first element is the value of. Default: the constant that is 0. */
  readonly first?: ConstantName
  /** The element that says how many there are: no value of its own. */
  readonly count?: ConstantName
}

/**
 * An array whose places are numbered by constants, as an object by their names in lower case: `indexed('DEVCONF_', s32)`.
 * An element that a newer kernel has appended is there under its number.
 */
export function indexed<T>(
  prefix: string,
  element: Scalar<T>,
  { first, count: counting }: IndexedOptions = {},
): Codec<Readonly<Record<string, T>>> {
  const namesOf = (binding: Pick<Binding, 'constants'>) => {
    const names = namesAfter(prefix, binding, { lowerCase: true })
    return names.slice(first === undefined ? 0 : binding.constants.value(first)!)
  }
  return {
    bind(binding) {
      const names = namesOf(binding)
      const { read } = element.bind(binding)
      const skipped = counting === undefined ? -1 : binding.constants.value(counting)
      const take = (frame: Frame, at: number, length: number, record: Siblings) => {
        const values: Record<string, T> = {}
        const count = length / element.width
        for (let i = 0; i < count; i++) {
          if (i === skipped) continue
          const name = names[i] ?? prefix.toLowerCase() + i
          values[name] = read(frame, at + i * element.width, element.width, record)
        }
        return values
      }
      return { fits: (length) => length % element.width === 0, read: keepingLast(take) }
    },
    schema: (binding) => ({
      type: 'object',
      properties: Object.fromEntries(
        namesOf(binding).flatMap((name, i) =>
          name === undefined || i === binding.constants.value(counting ?? '') ? [] : [[name, element.schema(binding)]],
        ),
      ),
    }),
  }
}

const kindOf = ({ bigint, large }: Frame) => (large ? 'large' : bigint)

/**
 * Most records of a dump have the same values: while the bytes are those of the record before, its object serves again.
 * It is frozen.
 */
function keepingLast<T>(take: Read<Readonly<Record<string, T>>>): Read<Readonly<Record<string, T>>> {
  let bytes = new Uint8Array(0)
  let kind: boolean | 'large' = false
  let last: Readonly<Record<string, T>> | undefined
  return (frame, at, length, record) => {
    const { u8 } = frame
    let same = last !== undefined && bytes.length === length && kind === kindOf(frame)
    for (let i = 0; same && i < length; i++) same = u8[at + i] === bytes[i]
    if (same) return last!
    bytes = new Uint8Array(u8.subarray(at, at + length)) // a view: copied at once
    kind = kindOf(frame)
    last = Object.freeze(take(frame, at, length, record))
    return last
  }
}
