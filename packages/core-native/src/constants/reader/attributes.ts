import type { MemberDefinition, StructDefinition } from '../model.ts'

/** What `__attribute__` says about a layout. */
export interface Attributes {
  readonly packed: boolean
  readonly align: number | undefined
}

export const noAttributes: Attributes = { packed: false, align: undefined }

/** A struct with its attributes written under `$`. */
export function describe(
  union: boolean,
  attributes: readonly Attributes[],
  members: Record<string, MemberDefinition>,
): StructDefinition {
  const align = attributes.find((one) => one.align !== undefined)?.align
  const traits = [
    ...(union ? ['union'] : []),
    ...(attributes.some((one) => one.packed) ? ['packed'] : []),
    ...(align === undefined ? [] : [`align=${align}`]),
  ]
  return traits.length > 0 ? { $: traits.join(' '), ...members } : members
}

/** A member with attributes of its own; undefined if this notation cannot say it. */
export function applyAlignment(type: MemberDefinition, attributes: Attributes): MemberDefinition | undefined {
  if (attributes.packed) return undefined
  if (attributes.align === undefined) return type
  if (typeof type === 'string' && !type.startsWith('struct ') && !/[@:]/.test(type))
    return `${type}@${attributes.align}`
  return undefined
}
