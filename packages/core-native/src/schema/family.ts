import { shown } from '../base/shown.ts'
import { constant } from '../constants/index.ts'
import type { Codec } from './codec.ts'
import { namesAfter } from './enum.ts'
import { type Scalar, u8 } from './integer.ts'

/** What the families that netsnap names are called; the others go by the kernel's name in lower case. */
const FAMILIES = { AF_INET: 'ipv4', AF_INET6: 'ipv6' } as const

/**
 * An address family: `ipv4`, `ipv6`, `bridge`, `mpls`, ..., and `ipmr` and `ip6mr`, which only rtnetlink knows. `AF_77`
 * where nothing is named so.
 */
export type AddressFamily = 'ipv4' | 'ipv6' | 'ipmr' | 'ip6mr' | (string & {})

/** An address family in a scalar of another width than a byte, as socket addresses have it. */
export function addressFamilyIn(scalar: Scalar<number>): Codec<AddressFamily> {
  return {
    json: 'quoted',
    bind(binding) {
      const names = [...namesAfter('AF_', binding, { lowerCase: true })]
      for (const [value, name] of namesAfter('RTNL_FAMILY_', binding, { lowerCase: true }).entries())
        names[value] ??= name
      for (const [constant, name] of Object.entries(FAMILIES)) names[binding.constants.value(constant)!] = name
      const { read, fits } = scalar.bind(binding)
      return {
        fits: fits!,
        read(frame, at, length, record) {
          const value = read(frame, at, length, record)
          return names[value] ?? `AF_${value}`
        },
      }
    },
    schema: () => ({ type: 'string', examples: [...Object.values(FAMILIES), 'ipmr', 'ip6mr'] }),
  }
}

/** An address family in a byte. */
export const addressFamily: Codec<AddressFamily> = addressFamilyIn(u8)

/** The families that an option may name, and their constants. */
const NAMED = {
  ipv4: 'AF_INET',
  ipv6: 'AF_INET6',
  mpls: 'AF_MPLS',
  ipmr: 'RTNL_FAMILY_IPMR',
  ip6mr: 'RTNL_FAMILY_IP6MR',
} as const

/** A family that an option names. */
export type NamedFamily = keyof typeof NAMED

/**
 * The number of the family that an option names, one of `families`; undefined without one.
 *
 * @throws TypeError for any other.
 */
export function familyNumber<F extends NamedFamily>(families: readonly F[], family: F | undefined): number | undefined {
  if (family === undefined) return undefined
  if (!families.includes(family)) throw new TypeError(`family: ${shown(family)} is none of ${families.join(', ')}`)
  return constant(NAMED[family])
}
