import { type Dump, dumpOf, NetlinkError } from '@netsnap/core-native'
import { type InterfaceBigInt, type InterfaceOptions, listInterfaces } from '@netsnap/device'
import { Keyed } from './output.ts'
import { wireguardOf } from './wireguard.ts'

/** An interface, and what other tables say of it. */
export type Device = Omit<InterfaceBigInt, 'dpll_pin'> & {
  wireguard?: object
  dpll_pin?: object
}

type Source = { readonly netns?: string | number | undefined }
export type DeviceOptions = Omit<InterfaceOptions, 'bigint'> & Source

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

  constructor({ netns }: Source) {
    this.#netns = netns
  }

  async add(devices: readonly Device[]): Promise<void> {
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
export async function readDevices(names: readonly string[], options: DeviceOptions): Promise<Dump<Device>> {
  const read = async (name?: string) => (await listInterfaces({ ...options, name, bigint: 'large' })) as Dump<Device>
  const dumps: Dump<Device>[] = []
  for (const name of names.length === 0 ? [undefined] : names) dumps.push(await read(name))
  const devices = dumpOf(dumps.flat(), ...dumps)
  await new Decorations(options).add(devices)
  return devices
}

/** Interfaces under their names, in the kernel's order. */
export const byName = (devices: readonly Device[]): Keyed =>
  new Keyed(devices.map((device) => [device.name ?? `if${device.index}`, device]))
