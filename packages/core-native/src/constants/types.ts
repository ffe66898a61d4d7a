import type { groups, macros, networkOrder, newer, structs } from './snapshot.gen.ts'

type Groups = typeof groups
type NewerGroups = typeof newer.groups
type Structs = typeof structs
type KeyOfEach<T> = { [K in keyof T]: keyof T[K] }[keyof T] & string

/** An attribute enumeration or another C enum, by the name that groups.ts gives it: 'FRA_', 'IFLA_BR_', 'CTRL_ATTR_'. */
export type GroupName = (keyof Groups | keyof NewerGroups) & string

/** The names in one C enum. Not by prefix: 'IFLA_BR_FORWARD_DELAY' is none of 'IFLA_'. */
export type MemberOf<G extends GroupName> = (
  | (G extends keyof Groups ? keyof Groups[G] : never)
  | (G extends keyof NewerGroups ? keyof NewerGroups[G] : never)
) &
  string

/** Every bundled constant. */
export type ConstantName =
  | KeyOfEach<Groups>
  | KeyOfEach<NewerGroups>
  | (keyof typeof macros & string)
  | KeyOfEach<typeof networkOrder>

/** Every bundled struct. */
export type StructName = keyof Structs & string

type Anonymous = `$${number}`
type Hidden<K, M> = K extends '$' | Anonymous ? true : M extends `${string}:${string}` ? true : false
type Named<D> = { readonly [K in keyof D as Hidden<K, D[K]> extends true ? never : K]: D[K] }
type Unnamed<D> = { [K in keyof D]: K extends Anonymous ? (D[K] extends string ? never : D[K]) : never }[keyof D]
type Intersect<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never
type Inner<D> = [Unnamed<D>] extends [never] ? unknown : Intersect<Members<Unnamed<D>>>
type Members<D> = D extends unknown ? Named<D> & Inner<D> : never

/**
 * The members of a bundled struct, those of anonymous structs inside it among them, and the type of each as model.ts
 * writes it: 'u32', ['u8', 16], 'struct in6_addr', or an object for a struct that is written in place.
 */
export type StructMembers<S extends StructName> = Members<Structs[S]>
