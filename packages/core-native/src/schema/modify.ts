import type { Codec, ValueOf } from './codec.ts'

/** A field that is always there: `codec`'s value, or `fallback` where the kernel sent no such attribute. */
export interface Otherwise<T> extends Codec<T> {
  readonly fallback: { readonly value: unknown }
}

/** `codec`, and `value` where the kernel leaves the attribute out because that is its value. */
export function otherwise<C extends Codec<unknown>, const V extends string | number | boolean | null>(
  codec: C,
  value: V,
): Otherwise<ValueOf<C> | V> {
  return { ...codec, fallback: { value } } as Otherwise<ValueOf<C> | V>
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
    bind(binding) {
      const { read, fits } = from.bind(binding)
      return { ...(fits ? { fits } : {}), read: (f, at, length, record) => change(read(f, at, length, record)) }
    },
    schema: to.schema,
  }
}
