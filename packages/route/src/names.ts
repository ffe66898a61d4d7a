import { enumOf, named, u32 } from '@netsnap/core-native/schema'

/** What the numbers of a route are called: in records, and by those who ask. */
export const TABLES = { prefix: 'RT_TABLE_', file: 'rt_tables', unnamed: 'TABLE_' } as const
export const PROTOCOLS = { prefix: 'RTPROT_', file: 'rt_protos', unnamed: 'PROTO_' } as const
export const TYPES = { prefix: 'RTN_', unnamed: 'TYPE_' } as const
export const IP_PROTOCOLS = { prefix: 'IPPROTO_', unnamed: 'PROTO_' } as const

/** A routing table by the kernel's or the administrator's name. */
export const routingTable = named(TABLES.prefix, { ...TABLES, scalar: u32 })
/** The same in the eight bits of a header: all that routes of labels have. */
export const shortRoutingTable = named(TABLES.prefix, TABLES)
/** Who installed a route. */
export const routeProtocol = named(PROTOCOLS.prefix, PROTOCOLS)
/** How far away the destinations of a route are. */
export const routeScope = named('RT_SCOPE_', { file: 'rt_scopes', unnamed: 'SCOPE_' })
/** What a route does. */
export const routeType = enumOf(TYPES.prefix, TYPES)
/** The protocol of the packets that were asked about. */
export const ipProtocol = enumOf(IP_PROTOCOLS.prefix, IP_PROTOCOLS)
