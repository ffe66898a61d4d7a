import { type Binding, type Codec, type Frame, mapped, u8, u16 } from '@netsnap/core-native/schema'

/**
 * Whether the message in hand is of multicast routing, whose nexthops have a TTL threshold where others have a share: a
 * route of those families, or what becomes of a multicast packet that was asked about.
 */
function thresholds({ constants, header }: Binding): (frame: Frame) => boolean {
  const { rtm_family, rtm_type, rtm_flags } = header!.members
  const families = ['RTNL_FAMILY_IPMR', 'RTNL_FAMILY_IP6MR'].map((name) => constants.value(name))
  const multicast = constants.value('RTN_MULTICAST')
  const cloned = constants.value('RTM_F_CLONED')!
  return ({ u8, view, little, body }) =>
    families.includes(u8[body + rtm_family!.offset]) ||
    (u8[body + rtm_type!.offset] === multicast && (view.getUint32(body + rtm_flags!.offset, little) & cloned) !== 0)
}

/** `codec` where the hops of a nexthop are a TTL threshold, or where they are not. */
function hops(codec: Codec<number>, threshold: boolean): Codec<number | undefined> {
  return {
    ...codec,
    sparse: true,
    bind(binding) {
      const isThreshold = thresholds(binding)
      const { read, ...bound } = codec.bind(binding)
      return {
        ...bound,
        read: (frame, at, length, record) =>
          isThreshold(frame) === threshold ? read(frame, at, length, record) : undefined,
      }
    },
  }
}

/** The share of a nexthop: the kernel has it less one. */
export const share: Codec<number | undefined> = hops(
  mapped(u8, u16, (less) => less + 1),
  false,
)

/** The TTL that a packet must have more of to go out there. */
export const threshold: Codec<number | undefined> = hops(u8, true)
