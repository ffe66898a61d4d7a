/** What `ip -j -d link` calls what kinds have: which key of its is which of ours, and what it does not show. */

export type Values = Readonly<Record<string, unknown>>
/** A key of ours, or what is made of it and of others of ours. */
type Source = string | readonly [key: string, as: (value: never, all: Values) => unknown]

export interface IpKind {
  /** The field of our record. */
  readonly field: string
  /** Its keys, each with where it is in our record. */
  readonly keys: Readonly<Record<string, Source>>
  /** Keys of ours that this `ip` does not show, or only in other words that `keys` has. */
  readonly ours: readonly string[]
  /** Runs on while it is looked at. */
  readonly running?: readonly string[]
}

/** As C's `%#x` has it. */
export const hex = (value: number) => (value === 0 ? '0' : `0x${value.toString(16)}`)
export const flagged = (name: string) => (names: readonly string[] | undefined) => names?.includes(name)
export const number = (on: boolean) => Number(on)
export const upper = (name: string) => name.toUpperCase()
/** Printed without the zeros that lead an octet. */
export const shortId = (id: string) => id.replace(/(?<=[.:])0(?=[\da-f])/g, '').replace(/:0(?=[\da-f])/g, ':')
export const same = (...keys: readonly string[]): Record<string, string> =>
  Object.fromEntries(keys.map((key) => [key, key]))
export const as = (
  change: (value: never, all: Values) => unknown,
  ...keys: readonly string[]
): Record<string, Source> => Object.fromEntries(keys.map((key) => [key, [key, change] as const]))
