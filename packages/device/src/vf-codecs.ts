import { type Codec, hardwareAddress, u32 } from '@netsnap/core-native/schema'

/** `IFLA_VF_MAC` and the like have room for 32 bytes: of Ethernet 6 are used, and the rest is 0. */
export const vfAddress: Codec<string> = {
  json: 'quoted',
  bind(binding) {
    const { read } = hardwareAddress.bind(binding)
    const short = 6 // not a kernel number: bytes of an Ethernet address
    const long = 20 // not a kernel number: bytes of an InfiniBand address
    return {
      fits: { atLeast: short },
      read(frame, at, length, record) {
        const rest = frame.u8.subarray(at + short, at + length) // a view: looked at once
        return read(frame, at, rest.some((byte) => byte !== 0) ? Math.min(long, length) : short, record)
      },
    }
  },
  schema: hardwareAddress.schema,
}

const UNKNOWN = 2 ** 32 - 1 // not a kernel number: all bits, where the driver does not say

/** On or off; absent where the driver does not say. */
export const vfSetting: Codec<boolean | undefined> = {
  sparse: true,
  json: 'raw',
  bind(binding) {
    const { read, fits } = u32.bind(binding)
    return {
      fits: fits!,
      read(frame, at, length, record) {
        const value = read(frame, at, length, record)
        return value === UNKNOWN ? undefined : value !== 0
      },
    }
  },
  schema: () => ({ type: 'boolean' }),
}
