import { type Dump, Query, type ReadOptions, type SessionOptions, type StreamEnd } from '@netsnap/core-native'
import { attachEmitted } from '@netsnap/core-native/compile'
import { type Address, address } from './address.ts'
import * as addressEmitted from './generated/address.decoders.ts'
import * as linkEmitted from './generated/link.decoders.ts'
import { getInterfaces, type InterfaceOf, type InterfaceOptions, type Interfaces } from './interfaces.ts'
import { link } from './link.ts'
import {
  type AddressOptions,
  getAddresses,
  getLinks,
  type LinkOf,
  type LinkOptions,
  streamAddresses,
  streamLinks,
} from './read.ts'

export { type Address, address } from './address.ts'
export type { LinkState, Readiness } from './address-codecs.ts'
export { type AddressLabel, type GetAddressLabelsOptions, getAddressLabels } from './address-label.ts'
export type { AddressFilter, LinkFilter } from './filter.ts'
export {
  type GetInterfacesOptions,
  getInterfaces,
  type Interface,
  type InterfaceBigInt,
  type InterfaceOptions,
  type Interfaces,
  listInterfaces,
} from './interfaces.ts'
export { type Link, type LinkBigInt, link } from './link.ts'
export {
  type AnycastAddress,
  type GetMulticastAddressesOptions,
  getAnycastAddresses,
  getMulticastAddresses,
  type MulticastAddress,
} from './multicast-address.ts'
export {
  type AddressOptions,
  type GetAddressesOptions,
  type GetLinksOptions,
  getAddresses,
  getLinks,
  type LinkOptions,
  streamAddresses,
  streamLinks,
} from './read.ts'
export { type GetLinkStatisticsOptions, getLinkStatistics, type LinkStatistics } from './statistics.ts'
export { streamInterfaces } from './stream-interfaces.ts'
export {
  type BridgeVlan,
  type BridgeVlanOptions,
  type DeviceVlanOptions,
  type DeviceVlans,
  type GetBridgeVlanOptionsOptions,
  type GetBridgeVlansOptions,
  getBridgeVlanOptions,
  getBridgeVlans,
} from './vlan.ts'

attachEmitted(link, linkEmitted)
attachEmitted(address, addressEmitted)

/** How a {@link DeviceQuery} reads. */
export interface DeviceQueryOptions extends SessionOptions, Omit<ReadOptions, 'bigint' | 'lookups'> {}

/**
 * Reads links and addresses in three ways: with a socket for each call, for a block, or for as long as you say.
 *
 * ```ts
 * await new DeviceQuery().getInterfaces()
 *
 * await using query = new DeviceQuery().open()
 * await query.getLinkInfo({ kind: 'bridge' })
 *
 * const held = new DeviceQuery().open()
 * held.close()
 * ```
 */
export class DeviceQuery extends Query<DeviceQueryOptions> {
  constructor(options: DeviceQueryOptions = {}) {
    super('NETLINK_ROUTE', options)
  }

  /** The interfaces by name, as the function of the same name gives them; the options of the call go before those of the query. */
  async getInterfaces<const O extends InterfaceOptions = {}>(options?: O): Promise<Interfaces<InterfaceOf<O>>> {
    return (await getInterfaces(this.with(options))) as unknown as Interfaces<InterfaceOf<O>>
  }

  /** The links alone: {@link getLinks}. */
  async getLinkInfo<const O extends LinkOptions = {}>(options?: O): Promise<Dump<LinkOf<O>>> {
    return (await getLinks(this.with(options))) as Dump<unknown> as Dump<LinkOf<O>>
  }

  /** The addresses alone: {@link getAddresses}. */
  async getAddressInfo(options?: AddressOptions): Promise<Dump<Address>> {
    return getAddresses(this.with(options))
  }

  /** The links in batches: {@link streamLinks}. */
  streamLinks<const O extends LinkOptions = {}>(options?: O): AsyncGenerator<LinkOf<O>[], StreamEnd, void> {
    const stream = streamLinks(this.with(options))
    return stream as AsyncGenerator<unknown[], StreamEnd, void> as AsyncGenerator<LinkOf<O>[], StreamEnd, void>
  }

  /** The addresses in batches: {@link streamAddresses}. */
  streamAddresses(options?: AddressOptions): AsyncGenerator<Address[], StreamEnd, void> {
    return streamAddresses(this.with(options))
  }
}
