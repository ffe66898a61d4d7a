import {
  type Asked,
  type Dump,
  dumpOf,
  type Follower,
  NetlinkError,
  namesForRecords,
  type ReadOptions,
  type RequestParts,
  type Session,
  type SourceOptions,
  shown,
  withSession,
} from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import { uint32 } from '@netsnap/core-native/schema'
import { checkFilter, indexOf } from './filter.ts'
import { bridgeLink, type LinkVlan, vlansOfLink } from './vlan-link.ts'
import { type BridgeVlan, type BridgeVlanOptions, bridgeVlan, type VlanMessage } from './vlan-table.ts'

export type { BridgeVlan, BridgeVlanOptions } from './vlan-table.ts'

/** A bridge, or a port of one, and what of its VLANs was asked for. */
interface Of<T> {
  readonly index: number
  /** Absent where it has gone meanwhile. */
  readonly name?: string
  readonly vlans: readonly T[]
}

/** The VLANs of a bridge itself, or of a port of one. */
export interface DeviceVlans extends Of<BridgeVlan> {}
/** What a bridge does in each VLAN. */
export interface DeviceVlanOptions extends Of<BridgeVlanOptions> {}

/** Which VLANs to read, and how. */
export interface BridgeVlanFilter {
  /** Those of one bridge or port, by its name, an alternative name or its number. */
  readonly dev?: string | number | undefined
}

export interface GetBridgeVlansOptions
  extends Omit<ReadOptions, 'lookups' | 'bigint'>,
    SourceOptions,
    BridgeVlanFilter {
  /** Counters of each VLAN too; VLANs are then told one by one, not in ranges. Default: `false`. */
  readonly stats?: boolean | undefined
}

export interface GetBridgeVlanOptionsOptions
  extends Omit<ReadOptions, 'lookups' | 'bigint'>,
    SourceOptions,
    BridgeVlanFilter {}

const VLANS: Asked = { protocol: 'NETLINK_ROUTE', table: 'bridge_vlan', options: ['dev', 'stats'] }
const OPTIONS: Asked = { protocol: 'NETLINK_ROUTE', table: 'bridge_vlan', options: ['dev'] }

/** Links that come stand at the end, and those that only change stay where they are: neither hides another. */
function follow(): Follower {
  const added = constant('RTM_NEWLINK')
  return { received: () => false, told: (_, { type }) => type !== added, end: () => false }
}

function vlanRequest(dump: 'BRIDGE_VLANDB_DUMPF_STATS' | 'BRIDGE_VLANDB_DUMPF_GLOBAL' | undefined, dev?: number) {
  const flags = dump === undefined ? 0 : constant(dump)
  return {
    header: { family: constant('AF_BRIDGE'), ...(dev === undefined ? {} : { ifindex: dev }) },
    attributes: [['BRIDGE_VLANDB_DUMP_FLAGS', uint32(flags)]],
    follow,
  } as const satisfies RequestParts
}

/** One entry an interface: the kernel begins another message for one whose VLANs did not fit. */
function together<T>(messages: readonly VlanMessage[], of: (message: VlanMessage) => readonly T[]): Of<T>[] {
  const found = new Map<number, { index: number; name?: string; vlans: T[] }>()
  for (const message of messages) {
    const parts = of(message)
    if (parts.length === 0) continue
    const { index, name } = message
    const known = found.get(index)
    if (known) known.vlans.push(...parts)
    else found.set(index, { index, ...(name === undefined ? {} : { name }), vlans: [...parts] })
  }
  return [...found.values()]
}

const isRefused = (error: unknown) => error instanceof NetlinkError && error.code === 'EOPNOTSUPP'

/** The VLANs as messages about links tell them. */
async function dumpLinkVlans(session: Session, reading: ReadOptions, dev?: number): Promise<Dump<Of<LinkVlan>>> {
  const mask = constant('RTEXT_FILTER_BRVLAN_COMPRESSED')
  const request = {
    header: { ifi_family: constant('AF_BRIDGE') },
    attributes: [['IFLA_EXT_MASK', uint32(mask)]] as const,
    follow,
  }
  const links = await session.dump(bridgeLink, request, { ...reading, captureUnknown: false })
  const found = links.flatMap(({ index, name, af_spec }) => {
    const vlans = af_spec && (dev === undefined || dev === index) ? vlansOfLink(af_spec) : []
    return vlans.length > 0 ? [{ index, ...(name === undefined ? {} : { name }), vlans }] : []
  })
  return dumpOf(found, links)
}

async function dumpVlans(
  session: Session,
  reading: ReadOptions,
  { stats, dev }: { readonly stats?: boolean | undefined; readonly dev?: number | undefined },
): Promise<Dump<DeviceVlans>> {
  const request = vlanRequest(stats ? 'BRIDGE_VLANDB_DUMPF_STATS' : undefined, dev)
  try {
    const messages = await session.dump(bridgeVlan, request, reading)
    return dumpOf(
      together(messages as VlanMessage[], ({ vlans = [] }) => vlans),
      messages,
    )
  } catch (error) {
    if (!isRefused(error)) throw error
    // A kernel before 5.6, or one without VLANs on bridges.
    return (await dumpLinkVlans(session, reading, dev)) as Dump<DeviceVlans>
  }
}

/** @throws TypeError for options that make no sense. */
function checkOptions(options: GetBridgeVlansOptions): void {
  checkFilter({ dev: options.dev })
  const { stats } = options
  if (stats !== undefined && typeof stats !== 'boolean')
    throw new TypeError(`stats: ${shown(stats)} is not true or false`)
}

/** Read with the names of interfaces; of one interface alone where that is asked for. */
async function named<T>(
  session: Session,
  reading: ReadOptions,
  { dev }: BridgeVlanFilter,
  read: (reading: ReadOptions, dev: number | undefined) => Promise<Dump<T>>,
): Promise<Dump<T>> {
  const index = await indexOf(session, dev, 'bridge_vlan', reading)
  const interfaces = await namesForRecords(session, reading)
  const found = await read({ ...reading, lookups: { interfaces } }, index)
  return dumpOf([...found], found, interfaces)
}

/**
 * The VLANs of bridges and of their ports, interface by interface; of an interface without any there is no entry.
 *
 * Kernels before 5.6 tell `vid`, `vid_end`, `pvid`, `untagged` and `tunnel_id` only. One that cannot filter by VLANs has
 * none. Counters take `stats`.
 *
 * Rejects with `NetlinkError`: `ENODEV` where there is no interface of that name, `DUMP_INTERRUPTED` where VLANs changed
 * or interfaces went each time they were listed, `ENOENT` where there is no such namespace, `EPERM` where it may not be
 * entered, `ABORTED` and `TIMEOUT` as asked for.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export async function getBridgeVlans(options: GetBridgeVlansOptions = {}): Promise<Dump<DeviceVlans>> {
  checkOptions(options)
  return withSession(VLANS, options, (session, reading) =>
    named(session, reading, options, (named, dev) => dumpVlans(session, named, { stats: options.stats, dev })),
  )
}

/**
 * What each bridge does in each of its VLANs: multicast snooping and its intervals, querier, routers, and the instance of
 * the spanning tree. Kernels before 5.15 tell nothing of it.
 *
 * Rejects with `NetlinkError` as {@link getBridgeVlans} does.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export async function getBridgeVlanOptions(
  options: GetBridgeVlanOptionsOptions = {},
): Promise<Dump<DeviceVlanOptions>> {
  checkOptions(options)
  return withSession(OPTIONS, options, (session, reading) =>
    named(session, reading, options, async (named, dev) => {
      try {
        const request = vlanRequest('BRIDGE_VLANDB_DUMPF_GLOBAL', dev)
        const messages = await session.dump(bridgeVlan, request, named)
        return dumpOf(
          together(messages as VlanMessage[], ({ options = [] }) => options),
          messages,
        )
      } catch (error) {
        if (!isRefused(error)) throw error
        return dumpOf<DeviceVlanOptions>([])
      }
    }),
  )
}

/** The VLANs as messages about links tell them: for comparison. */
export async function getLinkVlans(options: GetBridgeVlanOptionsOptions = {}): Promise<Dump<Of<LinkVlan>>> {
  checkOptions(options)
  return withSession(OPTIONS, options, (session, reading) =>
    named(session, reading, options, (named, dev) => dumpLinkVlans(session, named, dev)),
  )
}
