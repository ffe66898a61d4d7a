import type { GetWireGuardDevicesOptions, WireGuardDeviceBigInt } from '@netsnap/genl-wireguard'
import { Command, Option } from 'commander'
import { absentFamily, warn } from '../family.ts'
import { addTableOptions, forPeople, netnsOf, type TableFlags, valueOption } from '../options.ts'
import { print, toJson, toLines } from '../output.ts'
import { asUsage, UsageError } from '../usage.ts'
import { byName, peersOf } from '../wireguard.ts'

interface WireGuardFlags extends TableFlags {
  readonly interface?: string
  readonly peers?: true
  readonly showKeys?: true
}

type Read = (dev: string | number | undefined) => Promise<WireGuardDeviceBigInt[]>

/** One device by its name, or else by its index: a name may be all digits. */
async function readOne(name: string | undefined, read: Read): Promise<WireGuardDeviceBigInt[]> {
  try {
    return await read(name)
  } catch (error) {
    const index = name !== undefined && /^\d+$/.test(name) ? Number(name) : 0
    if (index === 0 || !(error instanceof UsageError || hasCode(error, 'ENODEV'))) throw error
    return read(index)
  }
}

const hasCode = (error: unknown, code: string) => error instanceof Error && Reflect.get(error, 'code') === code

async function readDevices(flags: WireGuardFlags): Promise<WireGuardDeviceBigInt[]> {
  const { getWireGuardDevices } = await import('@netsnap/genl-wireguard')
  const options: GetWireGuardDevicesOptions = {
    netns: netnsOf(flags.netns),
    secrets: flags.showKeys === true,
    captureUnknown: flags.unknownAttrs,
  }
  const read: Read = (dev) => asUsage(() => getWireGuardDevices({ ...options, dev, bigint: true }))
  try {
    const devices = await readOne(flags.interface, read)
    if (devices.length === 0) warn(await absentFamily('wireguard', options))
    return devices
  } catch (error) {
    const absent = await absentFamily('wireguard', options, error)
    if (absent === undefined) throw error
    warn(absent)
    return []
  }
}

async function showWireGuard(flags: WireGuardFlags): Promise<void> {
  const devices = await readDevices(flags)
  if (forPeople(flags)) {
    const { wireguardSummary, wireguardTable } = await import('../render/wireguard.ts')
    return print(flags.text ? wireguardTable(devices) : wireguardSummary(devices, Date.now()))
  }
  const records = flags.peers ? peersOf(devices) : devices
  if (flags.ndjson) return print(toLines(records))
  return print(`${toJson(flags.peers ? records : byName(devices), flags.compact)}\n`)
}

/** `netsnap wireguard` */
export function wireguardCommand(): Command {
  const command = new Command('wireguard')
    .description('WireGuard devices and their peers')
    .addOption(valueOption('-i, --interface <interface>', 'one device, by name or index'))
    .addOption(new Option('--peers', 'peers instead of devices, as an array').conflicts(['text', 'summary', 'verbose']))
    .addOption(new Option('--show-keys', 'with private and preshared keys'))
    .allowExcessArguments(false)
  return addTableOptions(command).action(showWireGuard)
}
