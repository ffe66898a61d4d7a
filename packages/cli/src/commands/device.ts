import { Command, Option } from 'commander'
import type { Device, DeviceOptions, Extras } from '../device.ts'
import { addTableOptions, forPeople, netnsOf, type TableFlags, valueOption } from '../options.ts'
import { gathered, objectJson, print, printAll, toJson, toLines } from '../output.ts'
import { asUsage, UsageError } from '../usage.ts'

interface DeviceFlags extends TableFlags, Extras {
  readonly device?: string
  readonly kind?: string
  readonly master?: string
  readonly up?: true
  readonly vf?: true
  readonly addresses?: true
  readonly wireguard?: true
  readonly extended?: true
}

function optionsOf({ kind, master, up, vf, wireguard, netns, unknownAttrs }: DeviceFlags): DeviceOptions {
  if (wireguard && kind !== undefined && kind !== 'wireguard') {
    throw new UsageError("option '--wireguard' cannot be used with option '--kind'")
  }
  const only = wireguard ? 'wireguard' : kind
  return { kind: only, master, up, vf, netns: netnsOf(netns), captureUnknown: unknownAttrs }
}

const namesOf = (names: readonly string[], { device }: DeviceFlags): string[] => [
  ...names,
  ...(device === undefined ? [] : [device]),
]

function* lined(pieces: Iterable<string>): Generator<string, void, void> {
  yield* pieces
  yield '\n'
}

async function showAddresses(devices: readonly Device[], flags: DeviceFlags): Promise<void> {
  const addresses = devices.flatMap((device) => device.addresses)
  if (flags.ndjson) return print(toLines(addresses))
  if (flags.json || flags.compact) return print(`${toJson(addresses, flags.compact)}\n`)
  const { addressTable } = await import('../render/device.ts')
  return print(addressTable(devices))
}

async function showDevices(args: readonly string[], flags: DeviceFlags): Promise<void> {
  const [names, options] = [namesOf(args, flags), optionsOf(flags)]
  if (flags.ndjson && !flags.addresses && names.length === 0) return showLines(options, flags)
  const { byName, readDevices } = await import('../device.ts')
  const devices = await asUsage(() => readDevices(names, options, flags))
  if (flags.addresses) return showAddresses(devices, flags)
  if (flags.ndjson) return print(toLines(devices))
  if (!forPeople(flags) && !flags.extended) {
    return printAll(gathered(lined(objectJson(byName(devices), flags.compact))))
  }
  const { deviceDetails, deviceSummary, deviceTable } = await import('../render/device.ts')
  return print((flags.extended ? deviceDetails : flags.text ? deviceTable : deviceSummary)(devices))
}

/** A record a line, as they come, in memory that does not grow with their number. */
async function showLines(options: DeviceOptions, extras: Extras): Promise<void> {
  const { streamInterfaces } = await import('@netsnap/device')
  const { Decorations } = await import('../device.ts')
  const decorations = new Decorations(options, extras)
  await asUsage(async () => {
    for await (const batch of streamInterfaces({ ...options, bigint: 'large' })) {
      const devices = batch as unknown as Device[]
      await decorations.add(devices)
      await print(toLines(devices))
    }
  })
}

/** Forms that have no place for what was asked for beside. */
const WITHOUT_ROOM = ['text', 'summary', 'verbose', 'addresses']

/** `netsnap device` */
export function deviceCommand(): Command {
  const forms = ['text', 'summary', 'verbose', 'json', 'compact', 'ndjson']
  const command = new Command('device')
    .description('interfaces of every kind, with their addresses')
    .argument('[names...]', 'interfaces, by name or alternative name; all without')
    .addOption(valueOption('-d, --device <interface>', 'one interface, as its name alone'))
    .addOption(valueOption('--kind <kind>', 'links of one kind: bridge, vlan, veth, ...'))
    .addOption(valueOption('--master <interface>', 'the ports of a bridge, bond, vrf, ...'))
    .addOption(new Option('--up', 'links that are up administratively'))
    .addOption(new Option('--vf', 'with the virtual functions of hardware').conflicts(WITHOUT_ROOM))
    .addOption(new Option('--vlans', 'with the VLANs of bridges and their ports').conflicts(WITHOUT_ROOM))
    .addOption(
      new Option('--stats', 'with further counters: of bridges, bonds, VLANs, offload').conflicts(WITHOUT_ROOM),
    )
    .addOption(new Option('--multicast', 'with multicast and anycast addresses').conflicts(WITHOUT_ROOM))
    .addOption(new Option('--wireguard', 'WireGuard devices'))
    .addOption(
      new Option('--addresses', 'addresses, as a table; with --json an array').conflicts([
        'text',
        'summary',
        'verbose',
        'extended',
      ]),
    )
    .addOption(new Option('--extended', 'everything, as text').conflicts(forms))
  return addTableOptions(command).action(showDevices)
}
