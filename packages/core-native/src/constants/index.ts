import { bundledConstants } from './bundled.ts'
import type { Constants } from './lookup.ts'
import type { Layout } from './model.ts'
import type { ConstantReport } from './report.ts'
import { loadGenerator, type Provenance, type Resolution, resolve } from './resolve.ts'
import type { ConstantName } from './types.ts'

export { bundledConstants } from './bundled.ts'
export type { Constants } from './lookup.ts'
export type { Layout, LayoutMember, MemberDefinition, ScalarType, StructDefinition } from './model.ts'
export type { ConstantReport, ConstantSource } from './report.ts'
export type { Provenance } from './resolve.ts'
export type { ConstantName, GroupName, MemberOf, StructMembers, StructName } from './types.ts'

let resolved: Resolution | undefined

function resolveOnce(): Resolution {
  resolved ??= resolve()
  return resolved
}

/** The constants of this machine: its kernel's, its headers', and the bundled ones. Resolved when first asked for. */
export function constants(): Constants {
  return resolveOnce().constants
}

/** Where `constants()` come from. */
export function provenance(): Provenance {
  return resolveOnce().provenance
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

/** What each source says about a name, all names that begin so, or all. Reads the sources anew. */
export function report(pattern?: string): ConstantReport[] {
  return loadGenerator().report(pattern)
}
