import {
  type Dump,
  Query,
  type ReadOptions,
  type SessionOptions,
  type SourceOptions,
  type StreamEnd,
} from '@netsnap/core-native'
import { attachEmitted } from '@netsnap/core-native/compile'
import * as wireguardEmitted from './generated/wireguard.decoders.ts'
import {
  type DeviceOf,
  getWireGuardDevices,
  type PeerOf,
  type PeerOptions,
  streamPeers,
  type WireGuardOptions,
} from './read.ts'
import { wireguard } from './wireguard.ts'

export {
  type GetWireGuardDevicesOptions,
  getWireGuardDevices,
  type PeerOptions,
  type StreamPeersOptions,
  streamPeers,
  type WireGuardOptions,
} from './read.ts'
export type { WireGuardSourceOptions } from './sockets.ts'
export {
  type WireGuardDevice,
  type WireGuardDeviceBigInt,
  type WireGuardMessage,
  type WireGuardPeer,
  type WireGuardPeerBigInt,
  wireguard,
} from './wireguard.ts'

attachEmitted(wireguard, wireguardEmitted)

/** How a {@link WireGuardQuery} reads. */
export interface WireGuardQueryOptions extends SessionOptions, Omit<ReadOptions, 'bigint' | 'lookups'> {}

/** The socket that finds devices, beside the one that reads them. */
class LinksQuery extends Query {
  constructor({ netns }: SessionOptions) {
    super('NETLINK_ROUTE', { netns })
  }

  get session(): SourceOptions['session'] {
    return this.source.session
  }
}

/**
 * Reads WireGuard devices in three ways: with sockets for each call, for a block, or for as long as you say.
 *
 * ```ts
 * await new WireGuardQuery().getWireGuardDevices()
 *
 * await using query = new WireGuardQuery().open()
 * await query.getWireGuardDevices({ dev: 'wg0' })
 *
 * const held = new WireGuardQuery().open()
 * held.close()
 * ```
 */
export class WireGuardQuery extends Query<WireGuardQueryOptions> {
  readonly #links: LinksQuery

  constructor(options: WireGuardQueryOptions = {}) {
    super('NETLINK_GENERIC', options)
    this.#links = new LinksQuery(options)
  }

  override open(): this {
    super.open()
    try {
      this.#links.open()
    } catch (error) {
      this.close()
      throw error
    }
    return this
  }

  override close(): void {
    super.close()
    this.#links.close()
  }

  /** The devices, as the function of the same name gives them; the options of the call go before those of the query. */
  async getWireGuardDevices<const O extends WireGuardOptions = {}>(options?: O): Promise<Dump<DeviceOf<O>>> {
    return (await getWireGuardDevices(this.#withLinks(options))) as Dump<unknown> as Dump<DeviceOf<O>>
  }

  /** The peers of a device, as the function of the same name gives them. */
  streamPeers<const O extends PeerOptions = {}>(
    dev: string | number,
    options?: O,
  ): AsyncGenerator<PeerOf<O>[], StreamEnd, void> {
    const stream = streamPeers(dev, this.#withLinks(options))
    return stream as AsyncGenerator<unknown[], StreamEnd, void> as AsyncGenerator<PeerOf<O>[], StreamEnd, void>
  }

  #withLinks<O extends object>(options: O | undefined) {
    return { ...this.with(options), routeSession: this.#links.session }
  }
}
