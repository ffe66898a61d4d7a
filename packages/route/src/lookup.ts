import {
  type Asked,
  namesForRecords,
  type ReadOptions,
  type RequestParts,
  type SourceOptions,
  shown,
  withSession,
} from '@netsnap/core-native'
import { type ConstantName, constant } from '@netsnap/core-native/constants'
import { uint32 } from '@netsnap/core-native/schema'
import { addressBytes, isIpv6 } from './address.ts'
import { checkDevice, deviceIndex } from './device.ts'
import { among, numberOf } from './filter.ts'
import { IP_PROTOCOLS } from './names.ts'
import { type Route, route } from './route.ts'

/** What the packet is like whose route is looked up. */
export interface LookupOptions extends Omit<ReadOptions, 'lookups' | 'bigint'>, SourceOptions {
  /** Its source address. */
  readonly from?: string | undefined
  /** The interface that it came in by, by a name or its index; without one it is a packet of this host. */
  readonly iif?: string | number | undefined
  /** The interface that it must leave by, by a name or its index. */
  readonly oif?: string | number | undefined
  /** Its firewall mark. */
  readonly mark?: number | undefined
  /** Type-of-service octet. */
  readonly tos?: number | undefined
  /** User id of the process that sends it. */
  readonly uid?: number | undefined
  /** IP protocol by name (`UDP`, in any case) or number. */
  readonly ipProto?: string | number | undefined
  readonly sport?: number | undefined
  readonly dport?: number | undefined
  /** Answer the route as it is in the table, not what becomes of it for this packet. */
  readonly fibMatch?: boolean | undefined
}

const PACKET = ['from', 'iif', 'oif', 'mark', 'tos', 'uid', 'ipProto', 'sport', 'dport', 'fibMatch'] as const
const LOOKUP: Asked = {
  protocol: 'NETLINK_ROUTE',
  table: 'route',
  options: PACKET satisfies readonly (keyof LookupOptions)[],
}
const MAX_U16 = 2 ** 16 - 1
const MAX_U32 = 2 ** 32 - 1
const MAX_U8 = 2 ** 8 - 1
const BITS = 8

function whole(option: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value
  throw new TypeError(`${option}: ${shown(value)} is not a whole number from 0 to ${max}`)
}

const port = (value: number) => Uint8Array.of(value >> 8, value) // not a kernel number: network byte order

type Attribute = readonly [ConstantName, Uint8Array]

/** What is asked, with the indexes of the interfaces that it names. */
interface Question {
  readonly destination: Uint8Array
  readonly from: Uint8Array | undefined
  readonly iif: number | undefined
  readonly oif: number | undefined
}

function requestOf({ destination, from, iif, oif }: Question, options: LookupOptions): RequestParts {
  const { mark, tos = 0, uid, ipProto, sport, dport, fibMatch } = options
  const ipv6 = isIpv6(destination)
  const given = <T>(name: ConstantName, value: T | undefined, bytes: (value: T) => Uint8Array): Attribute[] =>
    value === undefined ? [] : [[name, bytes(value)]]
  const protocol = (value: string | number) =>
    Uint8Array.of(numberOf('ipProto', value, MAX_U8, among(IP_PROTOCOLS)) as number)
  return {
    single: true,
    header: {
      rtm_family: constant(ipv6 ? 'AF_INET6' : 'AF_INET'),
      rtm_dst_len: destination.length * BITS,
      rtm_src_len: (from?.length ?? 0) * BITS,
      rtm_tos: whole('tos', tos, MAX_U8),
      // IPv6 says the route's table unasked, and refuses the flag.
      rtm_flags: (ipv6 ? 0 : constant('RTM_F_LOOKUP_TABLE')) | (fibMatch ? constant('RTM_F_FIB_MATCH') : 0),
    },
    attributes: [
      ['RTA_DST', destination],
      ...given('RTA_SRC', from, (bytes) => bytes),
      ...given('RTA_IIF', iif, uint32),
      ...given('RTA_OIF', oif, uint32),
      ...given('RTA_MARK', mark, (value) => uint32(whole('mark', value, MAX_U32))),
      ...given('RTA_UID', uid, (value) => uint32(whole('uid', value, MAX_U32))),
      ...given('RTA_IP_PROTO', ipProto, protocol),
      ...given('RTA_SPORT', sport, (value) => port(whole('sport', value, MAX_U16))),
      ...given('RTA_DPORT', dport, (value) => port(whole('dport', value, MAX_U16))),
    ],
  }
}

/** The addresses that are asked for, checked against each other. */
function addressesOf(destination: string, from: string | undefined): Pick<Question, 'destination' | 'from'> {
  const bytes = addressBytes('destination', destination)
  const source = from === undefined ? undefined : addressBytes('from', from)
  if (source && source.length !== bytes.length) throw new TypeError(`from: ${from} is of another family`)
  return { destination: bytes, from: source }
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
  const { iif, oif } = options
  const addresses = addressesOf(destination, options.from)
  checkDevice('iif', iif)
  checkDevice('oif', oif)
  requestOf({ ...addresses, iif: undefined, oif: undefined }, options)
  return withSession(LOOKUP, options, async (session, reading) => {
    const interfaces = await namesForRecords(session, reading)
    const question = {
      ...addresses,
      iif: await deviceIndex(session, iif, interfaces, reading),
      oif: await deviceIndex(session, oif, interfaces, reading),
    }
    return (await session.get(route, requestOf(question, options), { ...reading, lookups: { interfaces } })) as Route
  })
}
