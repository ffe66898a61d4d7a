import { isIP } from 'node:net'
import {
  interfaceNames,
  type ReadOptions,
  type RequestParts,
  type Session,
  type SourceOptions,
  withSession,
} from '@netsnap/core-native'
import { type ConstantName, constant } from '@netsnap/core-native/constants'
import { uint32 } from '@netsnap/core-native/schema'
import type ipaddr from 'ipaddr.js'
import { resolveFilter } from './filter.ts'
import { type Route, route } from './route.ts'

/** What the packet is like whose route is looked up. */
export interface LookupOptions extends Omit<ReadOptions, 'lookups' | 'bigint'>, SourceOptions {
  /** Its source address. */
  readonly from?: string | undefined
  /** The interface that it came in by, by name or index; without one it is a packet of this host. */
  readonly iif?: string | number | undefined
  /** The interface that it must leave by. */
  readonly oif?: string | number | undefined
  /** Its firewall mark. */
  readonly mark?: number | undefined
  /** Type-of-service octet. */
  readonly tos?: number | undefined
  /** User id of the process that sends it. */
  readonly uid?: number | undefined
  /** IP protocol by number. */
  readonly ipProto?: number | undefined
  readonly sport?: number | undefined
  readonly dport?: number | undefined
  /** Answer the route as it is in the table, not what becomes of it for this packet. */
  readonly fibMatch?: boolean | undefined
}

const BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 } // not a kernel number: bits of an address, by IP version
const IPV6 = 6 // not a kernel number: what isIP answers
const MAX_U16 = 2 ** 16 - 1
const MAX_U32 = 2 ** 32 - 1
const MAX_U8 = 2 ** 8 - 1

function checkAddress(option: string, text: string, version?: number): void {
  const found = typeof text === 'string' ? isIP(text) : 0
  if (found === 0 || text.includes('%')) throw new TypeError(`${option}: ${JSON.stringify(text)} is not an IP address`)
  if (version !== undefined && found !== version) throw new TypeError(`${option}: ${text} is of another family`)
}

/** Bytes of an address in network order. */
type AddressBytes = (text: string) => Uint8Array

/** Loaded when something is looked up, since most programs never do. */
async function addressBytes(): Promise<AddressBytes> {
  const { default: library } = (await import('ipaddr.js')) as { default: typeof ipaddr }
  return (text) => Uint8Array.from(library.parse(text).toByteArray())
}

function whole(option: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value
  throw new TypeError(`${option}: ${JSON.stringify(value)} is not a whole number from 0 to ${max}`)
}

const port = (value: number) => Uint8Array.of(value >> 8, value) // not a kernel number: network byte order

type Attribute = readonly [ConstantName, Uint8Array]

function requestOf(
  destination: string,
  options: LookupOptions,
  bytesOf: AddressBytes,
  interfaces?: ReadonlyMap<number, string>,
): RequestParts {
  const version = isIP(destination)
  const { from, iif, oif, mark, tos = 0, uid, ipProto, sport, dport, fibMatch } = options
  const device = (dev: string | number) => uint32(resolveFilter({ dev }, interfaces).dev!)
  const given = <T>(name: ConstantName, value: T | undefined, bytes: (value: T) => Uint8Array): Attribute[] =>
    value === undefined ? [] : [[name, bytes(value)]]
  return {
    single: true,
    header: {
      rtm_family: constant(version === IPV6 ? 'AF_INET6' : 'AF_INET'), // not a kernel number: the IP version
      rtm_dst_len: BITS[version]!,
      rtm_src_len: from === undefined ? 0 : BITS[version]!,
      rtm_tos: whole('tos', tos, MAX_U8),
      // IPv6 says the route's table unasked, and refuses the flag.
      rtm_flags: (version === IPV6 ? 0 : constant('RTM_F_LOOKUP_TABLE')) | (fibMatch ? constant('RTM_F_FIB_MATCH') : 0),
    },
    attributes: [
      ['RTA_DST', bytesOf(destination)],
      ...given('RTA_SRC', from, bytesOf),
      ...given('RTA_IIF', iif, device),
      ...given('RTA_OIF', oif, device),
      ...given('RTA_MARK', mark, (value) => uint32(whole('mark', value, MAX_U32))),
      ...given('RTA_UID', uid, (value) => uint32(whole('uid', value, MAX_U32))),
      ...given('RTA_IP_PROTO', ipProto, (value) => Uint8Array.of(whole('ipProto', value, MAX_U8))),
      ...given('RTA_SPORT', sport, (value) => port(whole('sport', value, MAX_U16))),
      ...given('RTA_DPORT', dport, (value) => port(whole('dport', value, MAX_U16))),
    ],
  }
}

/**
 * The route that the kernel would take for a packet to `destination`: what `ip route get` shows. It changes nothing.
 *
 * Rejects with `NetlinkError`: `ENETUNREACH` where there is no route, `EHOSTUNREACH`, `EACCES` and `EINVAL` where the
 * route says so, `ENODEV` where there is no such interface.
 *
 * @throws TypeError for what is no address or does not fit, before anything is sent.
 */
export async function lookupRoute(destination: string, options: LookupOptions = {}): Promise<Route> {
  checkAddress('destination', destination)
  if (options.from !== undefined) checkAddress('from', options.from, isIP(destination))
  const bytesOf = await addressBytes()
  requestOf(destination, options, bytesOf)
  return withSession('NETLINK_ROUTE', options, (session) => lookUp(session, destination, options, bytesOf))
}

async function lookUp(
  session: Session,
  destination: string,
  options: LookupOptions,
  bytesOf: AddressBytes,
): Promise<Route> {
  const interfaces = await interfaceNames(session, options)
  const request = requestOf(destination, options, bytesOf, interfaces)
  return (await session.get(route, request, { ...options, lookups: { interfaces } })) as Route
}
