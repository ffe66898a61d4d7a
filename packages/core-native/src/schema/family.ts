import type { Codec } from './codec.ts'
import { namesAfter } from './enum.ts'
import { u8 } from './integer.ts'

/** What the families that netsnap names are called; the others go by the kernel's name in lower case. */
const FAMILIES = { AF_INET: 'ipv4', AF_INET6: 'ipv6' } as const

/**
 * An address family: `ipv4`, `ipv6`, `bridge`, `mpls`, ..., and `ipmr` and `ip6mr`, which only rtnetlink knows. `AF_77`
 * where nothing is named so.
 */
export const addressFamily: Codec<'ipv4' | 'ipv6' | 'ipmr' | 'ip6mr' | (string & {})> = {
  json: 'quoted',
  bind(binding) {
    const names = [...namesAfter('AF_', binding, { lowerCase: true })]
    for (const [value, name] of namesAfter('RTNL_FAMILY_', binding, { lowerCase: true }).entries())
      names[value] ??= name
    for (const [constant, name] of Object.entries(FAMILIES)) names[binding.constants.value(constant)!] = name
    const { fits } = u8.bind(binding)
    return { fits: fits!, read: (f, at) => names[f.u8[at]!] ?? `AF_${f.u8[at]!}` }
  },
  schema: () => ({ type: 'string', examples: [...Object.values(FAMILIES), 'ipmr', 'ip6mr'] }),
}
