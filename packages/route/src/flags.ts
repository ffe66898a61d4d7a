import { type Codec, flagsOf, type Scalar, u8, u32 } from '@netsnap/core-native/schema'

/** Where the flags end that a route and what was made of it for one packet have in common. */
const SHARED = 2 ** 16 // not a kernel number: rt_fill_info takes the upper half of rt_flags

const part = (change: (value: number) => number): Scalar<number> => ({
  ...u32,
  bind(binding) {
    const { read, ...bound } = u32.bind(binding)
    return { ...bound, read: (frame, at, length, record) => change(read(frame, at, length, record)) }
  },
})

const ofRoute = flagsOf(['RTNH_F_', 'RTM_F_'], { scalar: u32 })
const lower = flagsOf(['RTNH_F_', 'RTM_F_'], { scalar: part((value) => value % SHARED) })
const upper = flagsOf('RTCF_', { scalar: part((value) => value - (value % SHARED)) })

type RouteFlags = readonly string[]

/**
 * Flags of a route: those of its nexthop, and its own; where both have a name, the route's is the whole constant. What the
 * kernel has made of an IPv4 route for one packet has `RTCF_` flags in the upper half instead.
 */
export const routeFlags: Codec<RouteFlags> = {
  json: 'shared',
  bind(binding) {
    const { rtm_family } = binding.header!.members
    const ipv4 = binding.constants.value('AF_INET')
    const cloned = binding.constants.value('RTM_F_CLONED')!
    const bound = ofRoute.bind(binding)
    const [low, high] = [lower.bind(binding), upper.bind(binding)]
    const made = new Map<number, RouteFlags>()
    return {
      fits: bound.fits!,
      read(frame, at, length, record) {
        const value = frame.view.getUint32(at, frame.little)
        const ofPacket = (value & cloned) !== 0 && frame.u8[frame.body + rtm_family!.offset] === ipv4
        if (!ofPacket) return bound.read(frame, at, length, record)
        const known = made.get(value)
        if (known) return known
        const first: RouteFlags = low.read(frame, at, length, record)
        const names = high.read(frame, at, length, record).map((name) => (first.includes(name) ? `RTCF_${name}` : name))
        const flags = Object.freeze([...first, ...names])
        made.set(value, flags)
        return flags
      },
    }
  },
  schema: ofRoute.schema,
}

/** Flags of a nexthop in a multipath route. */
export const nexthopFlags = flagsOf('RTNH_F_', { scalar: u8 })
/** Flags of a nexthop object. */
export const nexthopObjectFlags = flagsOf('RTNH_F_', { scalar: u32 })
