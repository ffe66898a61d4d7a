import type { ConstantName } from '../constants/index.ts'
import type { AnySet, Bound, Codec, Siblings, ValueOf, Wide } from './codec.ts'
import { type Framing, framingOf } from './framing.ts'
import { schemaOf } from './schema-of.ts'
import type { RecordOf } from './set.ts'

/** What a sparse codec answers to have the attribute kept among the unknown ones. */
export const KEEP = Symbol('keep')

/** A nested set of attributes, as an object of its own. */
export function nest<const T extends AnySet>(set: T): Codec<RecordOf<T, Wide>> {
  return {
    sets: [set],
    bind(binding) {
      const decode = binding.decoder(set)
      return { read: (frame, at, length) => decode(frame, at, at + length) as RecordOf<T, Wide> }
    },
    schema: (binding) => schemaOf(set, binding),
  }
}

/**
 * A nested set that is one value: that of its field `field`. Unknown attributes in it are kept, under its own keys, in the
 * record around. Without that field it goes to the unknown ones itself.
 */
export function only<const T extends AnySet, const F extends keyof RecordOf<T, Wide> & string>(
  set: T,
  field: F,
): Codec<NonNullable<RecordOf<T, Wide>[F]>> {
  const keys = [`unknown_${set.unknown}_attrs`, `unknown_${set.unknown}_attrs_decoded`]
  return {
    sparse: true,
    hoists: true,
    sets: [set],
    bind(binding) {
      const decode = binding.decoder(set)
      return {
        read(frame, at, length, around) {
          const record = decode(frame, at, at + length)
          if (keys[0]! in record) hoist(record, around as Record<string, unknown>, keys)
          return (record[field] ?? KEEP) as NonNullable<RecordOf<T, Wide>[F]>
        },
      }
    },
    schema: (binding) => schemaOf(set, binding).properties![field]!,
  }
}

function hoist(from: Record<string, unknown>, to: Record<string, unknown>, keys: readonly string[]): void {
  for (const key of keys) to[key] = [...((to[key] as unknown[] | undefined) ?? []), ...(from[key] as unknown[])]
}

/** Call `each` with the payload of every attribute from `at` up to `end`. False where one runs past `end`. */
function eachPayload(
  view: DataView,
  little: boolean,
  { headerBytes, lengthAt, align }: Framing,
  at: number,
  end: number,
  each: (at: number, length: number) => void,
): boolean {
  for (let p = at; p + headerBytes <= end; ) {
    const length = view.getUint16(p + lengthAt, little)
    if (length < headerBytes || p + length > end) return false
    each(p + headerBytes, length - headerBytes)
    p += align(length)
  }
  return true
}

/** A list: attributes whose types only count, or are all alike, each one an element. */
export function list<T>(codec: Codec<T>): Codec<T[]> {
  return {
    sparse: true,
    ...(codec.sets ? { sets: codec.sets } : {}),
    ...(codec.hoists ? { hoists: codec.hoists } : {}),
    bind(binding) {
      const framing = framingOf(binding.constants)
      const element = codec.bind(binding)
      return {
        read(frame, at, length, record) {
          const values: T[] = []
          let good = true
          const whole = eachPayload(frame.view, frame.little, framing, at, at + length, (p, n) => {
            const value = fits(element, n) ? element.read(frame, p, n, record) : KEEP
            if (value === KEEP) good = false
            else values.push(value as T)
          })
          return (whole && good ? values : KEEP) as T[]
        },
      }
    },
    schema: (binding) => ({ type: 'array', items: codec.schema(binding) }),
  }
}

/**
 * Structs that each say their own length, with attributes after them: `chain(nextHop, 'rtnh_len', 'RTNH_ALIGNTO')`. The
 * header of `set` is the struct.
 */
export function chain<const T extends AnySet>(
  set: T,
  length: string,
  alignTo: ConstantName,
): Codec<RecordOf<T, Wide>[]> {
  return {
    sparse: true,
    sets: [set],
    bind(binding) {
      const decode = binding.decoder(set)
      const { size, members } = binding.constants.layout(set.header!.struct)!
      const lengthAt = members[length]!.offset
      const step = binding.constants.value(alignTo)!
      return {
        read(frame, at, total) {
          const values: RecordOf<T, Wide>[] = []
          const end = at + total
          for (let p = at, own = 0; p + size <= end; p += (own + step - 1) & -step) {
            own = frame.view.getUint16(p + lengthAt, frame.little)
            if (own < size || p + own > end) return KEEP as unknown as RecordOf<T, Wide>[]
            values.push(decode(frame, p, p + own) as RecordOf<T, Wide>)
          }
          return values
        },
      }
    },
    schema: (binding) => ({ type: 'array', items: schemaOf(set, binding) }),
  }
}

/** An array without headers: elements of one width, side by side. */
export function packed<T>(codec: Codec<T> & { readonly width: number }): Codec<T[]> {
  const { width } = codec
  return {
    bind(binding) {
      const { read } = codec.bind(binding)
      return {
        fits: (length) => length % width === 0,
        read(frame, at, length, record) {
          const values: T[] = []
          for (let p = at; p < at + length; p += width) values.push(read(frame, p, width, record))
          return values
        },
      }
    },
    schema: (binding) => ({ type: 'array', items: codec.schema(binding) }),
  }
}

/** Whether a bound codec can read a payload of this length. */
export function fits({ fits }: Bound<unknown>, length: number): boolean {
  if (fits === undefined) return true
  if (typeof fits === 'function') return fits(length)
  return 'exactly' in fits ? length === fits.exactly : length >= fits.atLeast
}

/**
 * A payload whose kind a sibling tells: `select('kind', { vlan: nest(...) })`. It is read when all siblings are, since
 * the kernel writes some before it (`IFLA_INFO_KIND`) and some after it (`RTA_ENCAP_TYPE`). A payload of a kind that has no case is kept among the unknown attributes.
 */
export function select<const C extends Readonly<Record<string, Codec<unknown>>>>(
  sibling: string,
  cases: C,
): Codec<ValueOf<C[keyof C]>> {
  const codecs = Object.values(cases)
  return {
    sparse: true,
    late: true,
    sets: codecs.flatMap((codec) => codec.sets ?? []),
    bind(binding) {
      const bound = new Map(Object.entries(cases).map(([kind, codec]) => [kind, codec.bind(binding)]))
      return {
        read(frame, at, length, record: Siblings) {
          const found = bound.get(String(record[sibling]))
          return (found && fits(found, length) ? found.read(frame, at, length, record) : KEEP) as ValueOf<C[keyof C]>
        },
      }
    },
    schema: (binding) => ({ anyOf: codecs.map((codec) => codec.schema(binding)) }),
  }
}
