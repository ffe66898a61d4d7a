import {
  type Asked,
  type By64,
  type Consistency,
  type Dump,
  dumpOf,
  explainRefusal,
  interfaceIndexOf,
  interfacesOfKind,
  NetlinkError,
  type ReadOptions,
  type RequestParts,
  type Session,
  type StreamEnd,
  shown,
  withSession,
  withSessionStream,
} from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import { encodeText, uint32 } from '@netsnap/core-native/schema'
import { mergeDevice, PeerMerger } from './merge.ts'
import { checkRouteSession, Links, type WireGuardSourceOptions, ZoneNames } from './sockets.ts'
import {
  type WireGuardDevice,
  type WireGuardDeviceBigInt,
  type WireGuardMessage,
  type WireGuardPeer,
  type WireGuardPeerBigInt,
  wireguard,
} from './wireguard.ts'

/** How devices and peers are read. */
export interface PeerOptions extends Omit<ReadOptions, 'lookups'> {
  /** Give private and preshared keys. Default: false; whether there are any is always said. */
  readonly secrets?: boolean | undefined
}

/** Which devices to read, and how. */
export interface WireGuardOptions extends PeerOptions {
  /** One device only, by its name, an alternative name or its interface's index. Default: all of the namespace. */
  readonly dev?: string | number | undefined
}

export interface GetWireGuardDevicesOptions extends WireGuardOptions, WireGuardSourceOptions {}
export interface StreamPeersOptions extends PeerOptions, WireGuardSourceOptions {}

export type DeviceOf<O> = By64<O, WireGuardDevice, WireGuardDeviceBigInt>
export type PeerOf<O> = By64<O, WireGuardPeer, WireGuardPeerBigInt>

const PEERS: Asked = { protocol: 'NETLINK_GENERIC', table: 'wireguard', options: ['routeSession'] }
const DEVICES: Asked = { ...PEERS, options: ['dev', 'routeSession'] }

const HIGHEST_INDEX = 2 ** 31 - 1 // not a kernel number: an index is an int

const byName = (name: string): RequestParts => ({
  attributes: [['WGDEVICE_A_IFNAME', Uint8Array.of(...encodeText(name), 0)]],
})

/** The question for one device, by its name or index; undefined for an alternative name, which may be longer than WireGuard takes. */
function requestFor(dev: string | number): RequestParts | undefined {
  if (typeof dev === 'number') {
    const good = Number.isInteger(dev) && dev > 0 && dev <= HIGHEST_INDEX
    if (!good) throw new TypeError(`dev: ${dev} is not the index of an interface`)
    return { attributes: [['WGDEVICE_A_IFINDEX', uint32(dev)]] }
  }
  const name = typeof dev === 'string' ? encodeText(dev) : new Uint8Array()
  if (name.length === 0 || name.length >= constant('ALTIFNAMSIZ') || name.includes(0)) {
    throw new TypeError(`dev: ${shown(dev)} is not the name of an interface`)
  }
  return name.length < constant('IFNAMSIZ') ? byName(dev) : undefined
}

/** The same, with the index of an interface that has the alternative name. */
async function askFor(dev: string | number, links: Links, reading: ReadOptions): Promise<RequestParts> {
  const request = requestFor(dev)
  if (request) return request
  const { session } = links
  if (!session) throw new TypeError(`routeSession: without it nothing says which interface is ${shown(dev)}`)
  const index = await interfaceIndexOf(session, String(dev), reading)
  if (index !== undefined) return requestFor(index)!
  throw new NetlinkError(`wireguard: there is no interface named "${dev}" (ENODEV)`, {
    code: 'ENODEV',
    table: 'wireguard',
    operation: 'send',
  })
}

const explained = (error: unknown) =>
  explainRefusal(error, 'WireGuard devices are shown to those who have CAP_NET_ADMIN in their network namespace (root)')

async function readDevice(
  session: Session,
  links: Links,
  dev: string | number,
  reading: ReadOptions,
): Promise<Dump<WireGuardMessage>> {
  const request = await askFor(dev, links, reading)
  try {
    return (await session.dump(wireguard, request, reading)) as Dump<WireGuardMessage>
  } catch (error) {
    throw explained(error)
  }
}

/** The devices' indexes; of one that was asked for by its name, that. */
async function devicesToRead({ session }: Links, dev: string | number | undefined, reading: ReadOptions) {
  if (dev !== undefined) return dumpOf([dev])
  if (!session)
    throw new TypeError('routeSession: without it and without `dev`, nothing says which devices `session` has')
  const links = await interfacesOfKind(session, 'wireguard', reading)
  return dumpOf(
    links.map(({ index }) => index),
    links,
  )
}

/**
 * The WireGuard devices of a network namespace with all their peers, or the one that is asked for. Where the kernel has
 * no WireGuard there are none.
 *
 * Rejects with `NetlinkError`: `EPERM` without `CAP_NET_ADMIN`, `DUMP_INTERRUPTED` where a device was changed each time
 * that it was listed, `ABORTED` and `TIMEOUT` as asked for; with `dev` `FAMILY_ABSENT` where the kernel has no WireGuard,
 * `ENODEV` where there is no such interface, `EOPNOTSUPP` where it is of another kind.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export async function getWireGuardDevices<const O extends GetWireGuardDevicesOptions = {}>(
  options?: O,
): Promise<Dump<DeviceOf<O>>> {
  const asked: GetWireGuardDevicesOptions = options ?? {}
  if (asked.dev !== undefined) requestFor(asked.dev)
  checkRouteSession(asked)
  const devices = await withSession(DEVICES, asked, async (session, reading) => {
    using links = new Links(asked)
    return await readDevices(session, links, asked.dev, reading)
  })
  return devices as Dump<unknown> as Dump<DeviceOf<O>>
}

async function readDevices(
  session: Session,
  links: Links,
  asked: string | number | undefined,
  reading: ReadOptions,
): Promise<Dump<WireGuardDevice>> {
  const zones = new ZoneNames(links, reading)
  const wanted = await devicesToRead(links, asked, reading)
  const devices: WireGuardDevice[] = []
  const dumps: Consistency[] = [wanted]
  for (const dev of wanted) {
    try {
      const messages = await readDevice(session, links, dev, reading)
      const device = mergeDevice(messages)
      if (!device) continue
      await zones.name(device.peers)
      devices.push(device)
      dumps.push(messages)
    } catch (error) {
      // A device that was listed may be gone by now.
      if (asked === undefined && error instanceof NetlinkError && error.code === 'ENODEV') continue
      throw error
    }
  }
  return dumpOf(devices, ...dumps)
}

/**
 * The peers of a device in batches, as the kernel lists them, in bounded memory. A loop that is left early closes the
 * socket, or reads a session of the caller's to the end of the dump.
 *
 * Fails as {@link getWireGuardDevices} does. What has been given cannot be taken back: where the device was changed
 * meanwhile, the stream fails with `DUMP_INTERRUPTED` at its end.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export function streamPeers<const O extends StreamPeersOptions = {}>(
  dev: string | number,
  options?: O,
): AsyncGenerator<PeerOf<O>[], StreamEnd, void> {
  requestFor(dev)
  const asked: StreamPeersOptions = options ?? {}
  const stream = withSessionStream(PEERS, asked, (session, reading) => peerBatches(session, dev, asked, reading))
  return stream as AsyncGenerator<unknown[], StreamEnd, void> as AsyncGenerator<PeerOf<O>[], StreamEnd, void>
}

async function* peerBatches(
  session: Session,
  dev: string | number,
  source: WireGuardSourceOptions,
  reading: ReadOptions,
): AsyncGenerator<WireGuardPeer[], StreamEnd, void> {
  checkRouteSession(source)
  using links = new Links(source)
  const zones = new ZoneNames(links, reading)
  const merger = new PeerMerger()
  const request = await askFor(dev, links, reading)
  const messages = session.stream(wireguard, request, reading)
  try {
    for (;;) {
      const { done, value } = await messages.next()
      const peers: WireGuardPeer[] = []
      if (done) merger.end(peers)
      else for (const message of value) merger.add(message as WireGuardMessage, peers)
      await zones.name(peers)
      if (peers.length > 0) yield peers
      if (done) return value
    }
  } catch (error) {
    throw explained(error)
  } finally {
    await messages.return({ interrupted: false })
  }
}
