/** What any source of constants (headers, the kernel's BTF, the bundled snapshot) says, in one form. */

/**
 * How a struct is written down. A key is a member, in C order; `$0`, `$1`, ... are anonymous structs and unions, whose
 * members belong to the one around them. `$` holds what else C says: 'union', 'packed', 'align=8', or several of them.
 */
export interface StructDefinition {
  readonly [member: string]: MemberDefinition
}

/**
 * A scalar ('u32', 'be16', 'char', 'u64@8' with its own alignment, 'u8:4' for a bit-field of four bits), a reference
 * ('struct in6_addr'), an array, or a struct written in place.
 */
export type MemberDefinition = string | readonly [MemberDefinition, number] | StructDefinition

export type Numbers = Readonly<Record<string, number>>

export interface Definitions {
  /** The members of each C enum, in C order; see groups.ts for the names. */
  readonly groups: Readonly<Record<string, Numbers>>
  /** Integer macros, in header order. */
  readonly macros: Numbers
  /**
   * Macros written with __cpu_to_be16() and the like, by width, with the argument of that call: the same number on any
   * machine. In memory their value differs.
   */
  readonly networkOrder: { readonly be16: Numbers; readonly be32: Numbers }
  readonly structs: Readonly<Record<string, StructDefinition>>
}

export type ScalarType =
  | 'u8'
  | 's8'
  | 'u16'
  | 's16'
  | 'u32'
  | 's32'
  | 'u64'
  | 's64'
  | 'be16'
  | 'be32'
  | 'be64'
  | 'le16'
  | 'le32'
  | 'le64'
  | 'char'

export interface LayoutMember {
  readonly offset: number
  /** Bytes of the whole member, all elements of an array together. */
  readonly size: number
  /** An array's type is that of its elements. A pointer and a C `long` are the integers of that size. */
  readonly type: ScalarType | 'struct' | 'union'
  /** Elements of an array; 0 for a flexible one. */
  readonly count?: number
  /** What a struct or union (or each element of an array of them) holds. */
  readonly members?: Layout
}

export interface Layout {
  readonly size: number
  /** In C order. Members of anonymous structs and unions are among them; bit-fields are not. */
  readonly members: Readonly<Record<string, LayoutMember>>
}
