import { shown } from '../base/shown.ts'
import type { DecodeOptions } from '../schema/frame.ts'

/** How a table is read. */
export interface ReadOptions extends Pick<DecodeOptions, 'captureUnknown' | 'bigint' | 'lookups' | 'secrets'> {
  /** Stop reading when this is aborted: the call fails with `ABORTED`. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds, for all that the call does, after which it fails with `TIMEOUT`. Default: none. */
  readonly timeout?: number | undefined
  /** How often a dump that the kernel says was interrupted starts again. Default: 5. */
  readonly restarts?: number | undefined
  /**
   * What becomes of a dump that was interrupted to the last: `fail` with `DUMP_INTERRUPTED` (the default), or `return`
   * what there is, with `interrupted: true` on the array.
   */
  readonly onInterrupted?: 'fail' | 'return' | undefined
}

/** Whether what was read is one consistent picture. */
export interface Consistency {
  /** The kernel's objects changed while they were listed, every time: rows may be missing, or there twice. */
  readonly interrupted: boolean
  /** How often dumps were started again. */
  readonly restarts: number
}

/** The records of a table, and whether they are one consistent picture. */
export type Dump<T> = T[] & Consistency

/** What a stream returns at its end. */
export interface StreamEnd {
  readonly interrupted: boolean
}

/** `records` as what these dumps brought together; without any, as a dump that nothing interrupted. */
export function dumpOf<T>(records: T[], ...dumps: readonly Consistency[]): Dump<T> {
  return marked(records, ...dumps)
}

/** `value`, with the marks of all these dumps. */
export function marked<T extends object>(value: T, ...dumps: readonly Consistency[]): T & Consistency {
  return Object.defineProperties(value, {
    interrupted: { value: dumps.some(({ interrupted }) => interrupted) },
    restarts: { value: dumps.reduce((sum, { restarts }) => sum + restarts, 0) },
  }) as T & Consistency
}

/**
 * What the 64-bit values of the records are that options of this type bring: `number`, `bigint` where `bigint` is `true`,
 * and both where the type does not say which.
 */
export type Integer64<O> = O extends { readonly bigint?: infer B }
  ? unknown extends B
    ? number
    : [B] extends [true]
      ? bigint
      : [B] extends [false | undefined]
        ? number
        : number | bigint
  : number

/** What such options bring of two types, one with numbers and one with bigints: one of them, or either. */
export type By64<O, Numbers, BigInts> =
  bigint extends Integer64<O> ? (number extends Integer64<O> ? Numbers | BigInts : BigInts) : Numbers

type Check = readonly [good: (value: unknown) => boolean, what: string]

const isBoolean = (value: unknown) => typeof value === 'boolean'
const isObject = (value: unknown) => typeof value === 'object' && value !== null

const CHECKS: Readonly<Record<keyof ReadOptions, Check>> = {
  signal: [(value) => isObject(value) && isBoolean(Reflect.get(value as object, 'aborted')), 'an AbortSignal'],
  timeout: [(value) => Number.isFinite(value) && (value as number) >= 0, 'a number of milliseconds'],
  restarts: [(value) => value === Infinity || (Number.isInteger(value) && (value as number) >= 0), 'a count'],
  onInterrupted: [(value) => value === 'fail' || value === 'return', "'fail' or 'return'"],
  captureUnknown: [isBoolean, 'true or false'],
  bigint: [(value) => isBoolean(value) || value === 'large', "true, false or 'large'"],
  secrets: [isBoolean, 'true or false'],
  lookups: [isObject, 'an object'],
}

/**
 * Check the options of a call before anything is sent. `others` are those that the call knows beside {@link ReadOptions}.
 *
 * @throws TypeError for a value that makes no sense, and for an option that nobody knows.
 */
export function checkOptions(options: unknown, others: readonly string[] = []): void {
  if (options === undefined) return
  if (!isObject(options) || Array.isArray(options)) throw new TypeError('the options must be an object')
  for (const [name, value] of Object.entries(options as object)) {
    if (value === undefined) continue
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof ReadOptions] : undefined
    if (!check && !others.includes(name)) throw new TypeError(`there is no option called ${JSON.stringify(name)}`)
    if (check && !check[0](value)) throw new TypeError(`${name}: ${shown(value)} is not ${check[1]}`)
  }
}

/** Those of the options of a call that say how its tables are read. */
export function readOptionsOf(options: ReadOptions): ReadOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(CHECKS, name)))
}
