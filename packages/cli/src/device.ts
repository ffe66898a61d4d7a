import { type Dump, dumpOf, NetlinkError } from '@netsnap/core-native'
import { type InterfaceBigInt, type InterfaceOptions, listInterfaces } from '@netsnap/device'
import { Keyed } from './output.ts'
import { wireguardOf } from './wireguard.ts'

/** An interface, and what other tables say of it. */
export type Device = Omit<InterfaceBigInt, 'dpll_pin'> & {
  wireguard?: object
  vlans?: readonly object[]
  multicast_addresses?: readonly object[]
  anycast_addresses?: readonly object[]
  extended_stats?: object
  dpll_pin?: object
}

type Source = { readonly netns?: string | number | undefined }
export type DeviceOptions = Omit<InterfaceOptions, 'bigint'> & Source

/** What is only told where it is asked for. */
export interface Extras {
  readonly vlans?: boolean | undefined
  readonly multicast?: boolean | undefined
  readonly stats?: boolean | undefined
}

type Lists = ReadonlyMap<number, object[]>

function grouped<T extends object>(records: readonly T[], indexOf: (record: T) => number | undefined): Lists {
  const found = new Map<number, object[]>()
  for (const record of records) {
    const index = indexOf(record) ?? 0
    found.set(index, [...(found.get(index) ?? []), record])
  }
  return found
}

/** What only makes an answer nicer costs none of it. */
async function unlessRefused<T>(read: () => Promise<T[]>): Promise<T[]> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof NetlinkError) return []
    throw error
  }
}

/** Tells interfaces what they are as WireGuard devices, and which DPLL pins they have. The other tables are read where one has such. */
export class Decorations {
  readonly #netns: string | number | undefined
  #wireguard: Promise<ReadonlyMap<number, object>> | undefined
  #pins: Promise<ReadonlyMap<number, object>> | undefined
  readonly #extras: Extras
  #told: Promise<readonly ((device: Device) => void)[]> | undefined

  constructor({ netns }: Source, extras: Extras = {}) {
    this.#netns = netns
    this.#extras = extras
  }

  async add(devices: readonly Device[]): Promise<void> {
    this.#told ??= this.#readExtras()
    for (const tell of await this.#told) devices.forEach(tell)
    for (const device of devices) {
      if (device.kind === 'wireguard') {
        this.#wireguard ??= this.#readWireGuard()
        const wireguard = (await this.#wireguard).get(device.index)
        if (wireguard) device.wireguard = wireguard
      }
      const id = Reflect.get(device.dpll_pin ?? {}, 'pin_id') as number | undefined
      if (id === undefined) continue
      this.#pins ??= this.#readPins()
      const pin = (await this.#pins).get(id)
      if (pin) device.dpll_pin = { pin_id: id, ...pin }
    }
  }

  /** What was asked for beside, for all interfaces at once: functions that put it into a record. */
  async #readExtras(): Promise<readonly ((device: Device) => void)[]> {
    const { vlans, multicast, stats } = this.#extras
    const { getAnycastAddresses, getBridgeVlans, getLinkStatistics, getMulticastAddresses } = await import(
      '@netsnap/device'
    )
    const netns = this.#netns
    const tell: ((device: Device) => void)[] = []
    if (vlans) {
      const found = new Map((await getBridgeVlans({ netns, stats })).map(({ index, vlans }) => [index, vlans]))
      tell.push((device) => {
        const own = found.get(device.index)
        if (own) device.vlans = own
      })
    }
    if (multicast) {
      const groups = grouped(await getMulticastAddresses({ netns }), ({ dev_index }) => dev_index)
      const anycast = grouped(await getAnycastAddresses({ netns }), ({ dev_index }) => dev_index)
      tell.push((device) => {
        device.multicast_addresses = groups.get(device.index) ?? []
        device.anycast_addresses = anycast.get(device.index) ?? []
      })
    }
    if (stats) {
      const found = new Map((await getLinkStatistics({ netns, bigint: 'large' })).map((one) => [one.index, one]))
      tell.push((device) => {
        const own = found.get(device.index)
        if (own) device.extended_stats = own
      })
    }
    return tell
  }

  async #readWireGuard(): Promise<ReadonlyMap<number, object>> {
    const { getWireGuardDevices } = await import('@netsnap/genl-wireguard')
    const devices = await unlessRefused(() => getWireGuardDevices({ netns: this.#netns, bigint: true }))
    return new Map(devices.map((device) => [device.ifindex, wireguardOf(device)]))
  }

  async #readPins(): Promise<ReadonlyMap<number, object>> {
    const { getPins } = await import('@netsnap/dpll')
    const pins = await unlessRefused(() => getPins({ netns: this.#netns, bigint: true }))
    return new Map(pins.map((pin) => [pin.id ?? 0, pin]))
  }
}

/** The interfaces that were asked for, in that order; without names all, in the kernel's. */
export async function readDevices(
  names: readonly string[],
  options: DeviceOptions,
  extras?: Extras,
): Promise<Dump<Device>> {
  const read = async (name?: string) => (await listInterfaces({ ...options, name, bigint: 'large' })) as Dump<Device>
  const dumps: Dump<Device>[] = []
  for (const name of names.length === 0 ? [undefined] : names) dumps.push(await read(name))
  const devices = dumpOf(dumps.flat(), ...dumps)
  await new Decorations(options, extras).add(devices)
  return devices
}

/** Interfaces under their names, in the kernel's order. */
export const byName = (devices: readonly Device[]): Keyed =>
  new Keyed(devices.map((device) => [device.name ?? `if${device.index}`, device]))
