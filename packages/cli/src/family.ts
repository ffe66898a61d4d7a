import { getFamilies, NetlinkError, openSession } from '@netsnap/core-native'
import { complain } from './output.ts'

const TITLES = { wireguard: 'WireGuard', dpll: 'DPLL' } as const

/** A family of generic netlink that a table of ours is of. */
export type FamilyName = keyof typeof TITLES

/** What is said of a family that the kernel lacks. */
export const absenceOf = (family: FamilyName) =>
  `${family}: this kernel has no ${TITLES[family]}, or its module is not loaded`

/**
 * A sentence where the kernel lacks a family, so that an empty table is not taken for one that the kernel has said is
 * empty. With an `error`, only where that is what it says.
 */
export async function absentFamily(
  family: FamilyName,
  { netns }: { readonly netns?: string | number | undefined },
  error?: unknown,
): Promise<string | undefined> {
  if (error === undefined) {
    await using session = openSession('NETLINK_GENERIC', { netns })
    const families = await getFamilies(session, { captureUnknown: false })
    if (families.some(({ name }) => name === family)) return undefined
  } else if (!(error instanceof NetlinkError && error.code === 'FAMILY_ABSENT')) return undefined
  return absenceOf(family)
}

/** One line on standard error, if there is something to say. */
export function warn(sentence: string | undefined): void {
  if (sentence !== undefined) complain(sentence)
}
