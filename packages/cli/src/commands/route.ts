import type { StreamEnd } from '@netsnap/core-native'
import type { GetRoutesOptions, RouteBigInt } from '@netsnap/route'
import { Command, Option } from 'commander'
import { type FamilyFlags, familiesOf, inTurn } from '../family-flags.ts'
import { addTableOptions, forPeople, netnsOf, passOn, type TableFlags, valueOption } from '../options.ts'
import { print, printAll, toJson, toLines } from '../output.ts'
import { asUsage, UsageError } from '../usage.ts'
import { getCommand } from './route-get.ts'

interface RouteFlags extends TableFlags, FamilyFlags {
  readonly table?: string
  readonly protocol?: string
  readonly type?: string
  readonly dev?: string
  readonly nexthops?: true
}

function optionsOf({ table, protocol, type, dev, unknownAttrs, netns }: RouteFlags): GetRoutesOptions {
  return { table, protocol, type, dev, netns: netnsOf(netns), captureUnknown: unknownAttrs }
}

async function showRoutes(flags: RouteFlags): Promise<void> {
  if (flags.nexthops) return showNexthops(flags)
  if (forPeople(flags)) return showText(flags)
  const options = optionsOf(flags)
  const { streamRoutesJson } = await import('@netsnap/route')
  const { printJson } = await import('../stream.ts')
  const how = { reuse: true, onInterrupted: 'return' } as const // a view: printJson prints a piece, or copies it, before the next
  const read = (separator: string) =>
    inTurn(
      familiesOf(flags),
      (family) => streamRoutesJson({ ...options, ...how, family, separator }),
      Buffer.from(separator),
    )
  const { interrupted } = await asUsage(() => printJson(read, flags))
  if (!interrupted) return
  const { NetlinkError } = await import('@netsnap/core-native')
  throw new NetlinkError('route: the table changed while it was listed: rows may be missing, or there twice', {
    code: 'DUMP_INTERRUPTED',
    table: 'route',
    operation: 'receive',
  })
}

async function showText(flags: RouteFlags): Promise<void> {
  const options = optionsOf(flags)
  const { streamRoutes } = await import('@netsnap/route')
  const { collect } = await import('../whole.ts')
  const { RouteSummary, RouteTable } = await import('../render/route.ts')
  const read = (onInterrupted: 'return' | 'fail'): AsyncGenerator<RouteBigInt[], StreamEnd, void> =>
    inTurn(familiesOf(flags), (family) => streamRoutes({ ...options, family, onInterrupted, bigint: true }))
  const lines = await asUsage(() => collect(read, () => (flags.text ? new RouteTable() : new RouteSummary())))
  return printAll(lines.pieces())
}

/** What nexthop objects do not have. */
function refuseOfNexthops({ table, type }: RouteFlags): void {
  const [name] = Object.entries({ table, type }).find(([, value]) => value !== undefined) ?? []
  if (name !== undefined) throw new UsageError(`option '--${name}' cannot be used with option '--nexthops'`)
}

async function showNexthops(flags: RouteFlags): Promise<void> {
  refuseOfNexthops(flags)
  const { dev, protocol, netns, captureUnknown } = optionsOf(flags)
  const { getNexthops } = await import('@netsnap/route')
  const [family, other] = familiesOf(flags)
  const asked = { dev, protocol, netns, captureUnknown, stats: true, family: other ? undefined : family }
  const all = await asUsage(() => getNexthops(asked))
  const objects = other ? all.filter((object) => object.family === family || object.family === other) : all
  if (forPeople(flags)) {
    const { nexthopSummary, nexthopTable } = await import('../render/nexthop.ts')
    return print(flags.text ? nexthopTable(objects) : nexthopSummary(objects))
  }
  return print(flags.ndjson ? toLines(objects) : `${toJson(objects, flags.compact)}\n`)
}

/** `netsnap route` and `netsnap route get` */
export function routeCommand(): Command {
  const command = new Command('route')
    .description('routes of every family and table, and nexthop objects')
    .addOption(new Option('-4, --ipv4', 'IPv4 routes'))
    .addOption(new Option('-6, --ipv6', 'IPv6 routes; with -4, of both families'))
    .addOption(valueOption('--table <table>', 'routes of one table, by name or number'))
    .addOption(valueOption('--protocol <protocol>', 'what one protocol installed, by name or number'))
    .addOption(valueOption('--type <type>', 'routes of one type: unicast, blackhole, ...'))
    .addOption(valueOption('--dev <interface>', 'what goes out of one interface'))
    .addOption(new Option('--nexthops', 'nexthop objects instead of routes').conflicts(['table', 'type']))
    .allowExcessArguments(false)
    // Both have flags of the same name: those after `get` are its own.
    .enablePositionalOptions()
    .hook('preSubcommand', passOn)
  return addTableOptions(command).addCommand(getCommand()).action(showRoutes)
}
