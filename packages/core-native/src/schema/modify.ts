import type { ConstantName } from '../constants/index.ts'
import type { Codec, Read, ValueOf, Wide } from './codec.ts'
import type { Frame } from './frame.ts'
import type { Scalar } from './integer.ts'

const BITS = 8

/** A field that is always there: `codec`'s value, or `fallback` where the kernel sent no such attribute. */
export interface Otherwise<T> extends Codec<T> {
  readonly fallback: { readonly value: unknown }
}

/** `codec`, and `value` where the kernel leaves the attribute out because that is its value. */
export function otherwise<C extends Codec<unknown>, const V extends string | number | boolean | null>(
  codec: C,
  value: V,
): Otherwise<ValueOf<C> | V> {
  const schema: Codec<unknown>['schema'] = (binding) => {
    const own = codec.schema(binding)
    return value === null && own.type === 'string' ? { ...own, type: ['string', 'null'] } : own
  }
  return { ...codec, schema, fallback: { value } } as Otherwise<ValueOf<C> | V>
}

/** `codec`, read in another way that may leave the field absent. */
function sparsely<T>(codec: Codec<T>, change: (read: Read<T>) => Read<T | undefined>): Codec<T | undefined> {
  return {
    ...codec,
    sparse: true,
    bind(binding) {
      const { read, ...bound } = codec.bind(binding)
      return { ...bound, read: change(read) }
    },
  }
}

/** `codec`, with the field absent where the value is the one that says "none". */
export function unless<T>(codec: Codec<T>, none: T): Codec<T | undefined> {
  return sparsely(codec, (read) => (frame, at, length, record) => {
    const value = read(frame, at, length, record)
    return value === none ? undefined : value
  })
}

/** `codec`, with the field absent where every bit is set: the kernel's "not set". */
export function unlessAllOnes(codec: Scalar<number>): Codec<number | undefined> {
  return unless(codec, 2 ** (codec.width * BITS) - 1)
}

/** `codec`'s value divided by the constant that the kernel gives for it: a number with a fraction. */
export function divided(codec: Codec<number | Wide>, divisor: ConstantName): Codec<number> {
  return {
    json: 'raw',
    bind(binding) {
      const { read, ...bound } = codec.bind(binding)
      const by = binding.constants.value(divisor)!
      return { ...bound, read: (frame, at, length, record) => Number(read(frame, at, length, record)) / by }
    },
    schema: () => ({ type: 'number' }),
  }
}

/** Whether any byte is not 0. */
function anyBit(u8: Uint8Array, at: number, length: number): boolean {
  for (let p = at; p < at + length; p++) if (u8[p] !== 0) return true
  return false
}

/** True where any byte is not 0: of a key, that there is one. */
export const nonZero: Codec<boolean> = {
  json: 'raw',
  bind: () => ({ read: (frame, at, length) => anyBit(frame.u8, at, length) }),
  schema: () => ({ type: 'boolean' }),
}

/** `codec`, with the field absent where every byte is 0: "none" of a key. */
export function unlessZeros<T>(codec: Codec<T>): Codec<T | undefined> {
  return onlyIf(codec, (frame, at, length) => anyBit(frame.u8, at, length))
}

/** What is secret: the field is absent, unless the call asks for it with `{ secrets: true }`. Its table is `secret`. */
export function secret<T>(codec: Codec<T>): Codec<T | undefined> {
  return onlyIf(codec, (frame) => frame.secrets)
}

function onlyIf<T>(
  codec: Codec<T>,
  given: (frame: Frame, at: number, length: number) => boolean,
): Codec<T | undefined> {
  return sparsely(
    codec,
    (read) => (frame, at, length, record) => (given(frame, at, length) ? read(frame, at, length, record) : undefined),
  )
}

/** Every payload of an attribute that may come several times. */
export function many<T>(codec: Codec<T>): Codec<T[]> {
  return {
    repeats: true,
    ...(codec.sets ? { sets: codec.sets } : {}),
    bind: codec.bind as unknown as Codec<T[]>['bind'],
    schema: (binding) => ({ type: 'array', items: codec.schema(binding) }),
  }
}

/** `codec`'s value, changed by a pure function: `mapped(u32, text, (ticks) => ...)`. */
export function mapped<A, B>(from: Codec<A>, to: Codec<B>, change: (value: A) => B): Codec<B> {
  return {
    ...(from.sets ? { sets: from.sets } : {}),
    ...(to.json ? { json: to.json } : {}),
    bind(binding) {
      const { read, fits } = from.bind(binding)
      return { ...(fits ? { fits } : {}), read: (f, at, length, record) => change(read(f, at, length, record)) }
    },
    schema: to.schema,
  }
}
