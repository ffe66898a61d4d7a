export interface EnumMembers {
  readonly tag: string | undefined
  readonly members: Readonly<Record<string, number>>
}

/**
 * Names for C enums, most of which have none: what comes before UNSPEC if the first member is FRA_UNSPEC, else what all
 * members' names have in common, up to an underscore ('RTM_'). Where an earlier enum has that name, this one is called by
 * its tag, or by its first member if it has no tag.
 */
export function nameGroups(enums: Iterable<EnumMembers>): Map<string, EnumMembers> {
  const groups = new Map<string, EnumMembers>()
  for (const one of enums) {
    const names = Object.keys(one.members)
    const [first] = names
    if (first === undefined) continue
    const prefix = commonPrefix(names)
    const name = [prefix, one.tag, first].find((candidate) => candidate && !groups.has(candidate))
    if (name) groups.set(name, one)
  }
  return groups
}

function commonPrefix(names: readonly string[]): string {
  const [first = '', ...rest] = names
  if (first.endsWith('_UNSPEC')) return first.slice(0, -'UNSPEC'.length)
  let length = first.lastIndexOf('_') + 1
  while (length > 0 && !rest.every((name) => name.startsWith(first.slice(0, length)))) {
    length = first.lastIndexOf('_', length - 2) + 1
  }
  return first.slice(0, length)
}

/**
 * How many of an enum's members, by their names in C order, are data. Those after them, and any `__` name, say how far the
 * list goes: `__FRA_MAX`, `FRA_MAX`. A maximum in the middle is one of what is listed: `DPLL_A_PIN_FREQUENCY_MAX`.
 */
export function dataCount(names: readonly string[]): number {
  let count = names.length
  while (count > 0 && /^__|_MAX$/.test(names[count - 1]!)) count--
  return count
}
