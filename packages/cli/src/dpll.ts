import { openSession } from '@netsnap/core-native'
import { type Dpll, type DpllPinBigInt, type GetDpllOptions, getDplls, getPins } from '@netsnap/dpll'

/** Devices and their pins, as `netsnap dpll` and the snapshot have them. */
export interface Dplls {
  readonly devices: readonly Dpll[]
  readonly pins: readonly DpllPinBigInt[]
}

/** Both lists over one socket. */
export async function readDplls({ netns, ...options }: Omit<GetDpllOptions, 'session' | 'bigint'>) {
  await using session = openSession('NETLINK_GENERIC', { netns })
  const devices = await getDplls({ ...options, session })
  const pins = await getPins({ ...options, session, bigint: true })
  return { devices, pins }
}
