import { type Constants, constantsFrom, type Layer } from './lookup.ts'
import type { Layout } from './model.ts'
import * as snapshot from './snapshot.gen.ts'
import type { ConstantName } from './types.ts'

export type { Constants } from './lookup.ts'
export type { Layout, LayoutMember, MemberDefinition, ScalarType, StructDefinition } from './model.ts'
export type { ConstantName, GroupName, MemberOf, StructMembers, StructName } from './types.ts'

const bundledLayers: readonly Layer[] = [snapshot.newer, snapshot]

let resolved: Constants | undefined
let bundledOnly: Constants | undefined

/** The constants of this machine, resolved once, when first asked for. */
export function constants(): Constants {
  resolved ??= constantsFrom(bundledLayers)
  return resolved
}

/** The constants that come with this package, whatever this machine says: the same everywhere. */
export function bundledConstants(): Constants {
  bundledOnly ??= constantsFrom(bundledLayers)
  return bundledOnly
}

/** The number of a name. */
export function constant(name: ConstantName): number {
  const value = constants().value(name)
  if (value === undefined) throw new TypeError(`no header, kernel or bundled definition knows ${name}`)
  return value
}

export function bundledLayout(struct: string): Layout | undefined {
  return bundledConstants().layout(struct)
}
