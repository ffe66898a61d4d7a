import type { Session } from '@netsnap/core-native'
import type { Capability } from '@netsnap/core-native/testing'
import { dpllPin, getDplls, getPins } from '../src/index.ts'
import { rawCommand } from './raw.ts'

export const table = dpllPin
export const protocol = 'NETLINK_GENERIC'

/** A recording holds the families of generic netlink, the devices, and the pins. */
export async function read(session: Session): Promise<void> {
  await getDplls({ session })
  await getPins({ session })
}

/** The command that prints the same state: a raw reader, as iproute2 6.1 knows no DPLL. */
export const oracles = { raw: rawCommand } as const

/** States of the kernel that the tests compare with it, and `pnpm record` records. The driver makes the one there is. */
export const cases: Readonly<Record<string, readonly string[]>> = { fake: [] }

export const needed: Readonly<Record<string, readonly Capability[]>> = { fake: ['dpll-driver'] }
