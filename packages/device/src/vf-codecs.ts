import { type Codec, hardwareAddress } from '@netsnap/core-native/schema'

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
