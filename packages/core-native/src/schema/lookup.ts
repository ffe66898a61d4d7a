import type { Codec } from './codec.ts'
import { u32 } from './integer.ts'
import { text } from './text.ts'

/**
 * What a number stands for, from the map of that kind in the decode options (`lookups`); absent without it. `as` is the
 * codec whose type and schema the values have.
 */
export function lookup<T>(kind: string, as: Codec<T>): Codec<T | undefined> {
  return {
    sparse: true,
    json: 'shared',
    bind(binding) {
      const { read, fits } = u32.bind(binding)
      return {
        fits: fits!,
        read: (frame, at, length, record) => frame.lookups[kind]?.get(read(frame, at, length, record)) as T | undefined,
      }
    },
    schema: as.schema,
  }
}

/** The name of the interface whose index is sent; absent where it is unknown, or lives in another namespace. */
export const interfaceName: Codec<string | undefined> = lookup('interfaces', text)
