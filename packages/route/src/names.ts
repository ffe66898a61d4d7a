import { enumOf, flagsOf, named, u8, u32 } from '@netsnap/core-native/schema'

/** A routing table by the kernel's or the administrator's name. */
export const routingTable = named('RT_TABLE_', { file: 'rt_tables', unnamed: 'TABLE_', scalar: u32 })
/** The same in the eight bits of a header: all that routes of labels have. */
export const shortRoutingTable = named('RT_TABLE_', { file: 'rt_tables', unnamed: 'TABLE_' })
/** Who installed a route. */
export const routeProtocol = named('RTPROT_', { file: 'rt_protos', unnamed: 'PROTO_' })
/** How far away the destinations of a route are. */
export const routeScope = named('RT_SCOPE_', { file: 'rt_scopes', unnamed: 'SCOPE_' })
/** What a route does. */
export const routeType = enumOf('RTN_', { unnamed: 'TYPE_' })
/** Flags of a route: those of its nexthop, and its own; where both have a name, the route's is the whole constant. */
export const routeFlags = flagsOf(['RTNH_F_', 'RTM_F_'], { scalar: u32 })
/** Flags of a nexthop in a multipath route. */
export const nexthopFlags = flagsOf('RTNH_F_', { scalar: u8 })
/** Flags of a nexthop object. */
export const nexthopObjectFlags = flagsOf('RTNH_F_', { scalar: u32 })
