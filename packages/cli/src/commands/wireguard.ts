import type { GetWireGuardDevicesOptions, WireGuardDeviceBigInt } from '@netsnap/genl-wireguard'
import { Command, Option } from 'commander'
import { absentFamily, warn } from '../family.ts'
import { addTableOptions, netnsOf, type TableFlags } from '../options.ts'
import { print, toJson } from '../output.ts'
import { asUsage } from '../usage.ts'
import { byName, peersOf } from '../wireguard.ts'

interface WireGuardFlags extends TableFlags {
  readonly interface?: string
  readonly peers?: true
  readonly showKeys?: true
  readonly ndjson?: true
}

async function readDevices(flags: WireGuardFlags): Promise<WireGuardDeviceBigInt[]> {
  const { getWireGuardDevices } = await import('@netsnap/genl-wireguard')
  const options: GetWireGuardDevicesOptions = {
    dev: flags.interface,
    netns: netnsOf(flags.netns),
    secrets: flags.showKeys === true,
    captureUnknown: flags.unknownAttrs,
  }
  try {
    const devices = await asUsage(() => getWireGuardDevices({ ...options, bigint: true }))
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
  if (flags.text || flags.summary || flags.verbose) {
    const { wireguardSummary, wireguardTable } = await import('../render/wireguard.ts')
    return print(flags.text ? wireguardTable(devices) : wireguardSummary(devices, Date.now()))
  }
  const records = flags.peers ? peersOf(devices) : devices
  if (flags.ndjson) return print(records.map((record) => `${toJson(record, true)}\n`).join(''))
  return print(`${toJson(flags.peers ? records : byName(devices), flags.compact)}\n`)
}

/** `netsnap wireguard` */
export function wireguardCommand(): Command {
  const command = new Command('wireguard')
    .description('WireGuard devices and their peers')
    .addOption(new Option('-i, --interface <name>', 'one device'))
    .addOption(new Option('--peers', 'peers instead of devices, as an array').conflicts(['text', 'summary', 'verbose']))
    .addOption(new Option('--show-keys', 'with private and preshared keys'))
    .addOption(new Option('--ndjson', 'a record a line').conflicts(['compact', 'text', 'summary', 'verbose']))
    .allowExcessArguments(false)
  return addTableOptions(command).action(showWireGuard)
}
