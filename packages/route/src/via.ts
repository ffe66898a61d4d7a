import { address, addressFamily, type Codec, hardwareAddress } from '@netsnap/core-native/schema'

/** A gateway of another family than the route's. */
export interface Via {
  /** `ipv4`, `ipv6`, or `packet` for a hardware address. */
  readonly family: string
  /** Its address. */
  readonly host: string
}

/** `struct rtvia`: a family and an address as long as the payload goes on. */
export const via: Codec<Via> = {
  bind(binding) {
    const { rtvia_family, rtvia_addr } = binding.constants.layout('rtvia')!.members
    const [familyAt, hostAt] = [rtvia_family!.offset, rtvia_addr!.offset]
    const inet = address.bind(binding)
    const link = hardwareAddress.bind(binding)
    const family = addressFamily.bind(binding)
    const isInet = inet.fits as (length: number) => boolean
    return {
      fits: { atLeast: hostAt },
      read(frame, at, length, record) {
        const host = isInet(length - hostAt) ? inet : link
        // Families fit a byte: the low one of the 16 bits, wherever the host's order puts it.
        return {
          family: family.read(frame, at + familyAt + (frame.little ? 0 : 1), 1, record),
          host: host.read(frame, at + hostAt, length - hostAt, record),
        }
      },
    }
  },
  schema: () => ({
    type: 'object',
    properties: { family: { type: 'string' }, host: { type: 'string' } },
    required: ['family', 'host'],
    additionalProperties: false,
  }),
}
