import type { GetRoutesOptions, LookupOptions } from '@netsnap/route'
import { Command, InvalidArgumentError, Option } from 'commander'
import { addTableOptions, netnsOf, netnsOption, type TableFlags } from '../options.ts'
import { print, toJson } from '../output.ts'
import { asUsage } from '../usage.ts'

interface RouteFlags extends TableFlags {
  readonly ipv4?: true
  readonly ipv6?: true
  readonly table?: string
  readonly protocol?: string
  readonly type?: string
  readonly dev?: string
  readonly nexthops?: true
  readonly ndjson?: true
}

function optionsOf(flags: RouteFlags): GetRoutesOptions {
  const { ipv4, ipv6, table, protocol, type, dev, unknownAttrs, netns } = flags
  const family = ipv4 === ipv6 ? undefined : ipv4 ? 'ipv4' : 'ipv6'
  return { family, table, protocol, type, dev, netns: netnsOf(netns), captureUnknown: unknownAttrs }
}

const forPeople = ({ text, summary, verbose }: RouteFlags) => text || summary || verbose

async function showRoutes(flags: RouteFlags): Promise<void> {
  if (flags.nexthops) return showNexthops(flags)
  const options = optionsOf(flags)
  if (forPeople(flags)) {
    const { getRoutes } = await import('@netsnap/route')
    const { routeSummary, routeTable } = await import('../render/route.ts')
    const routes = await asUsage(() => getRoutes({ ...options, bigint: true }))
    return print(flags.text ? routeTable(routes) : routeSummary(routes))
  }
  const { streamRoutesJson } = await import('@netsnap/route')
  const { printJson } = await import('../stream.ts')
  const how = { reuse: true, onInterrupted: 'return' } as const // a view: printJson prints a piece, or copies it, before the next
  const read = (separator: string) => streamRoutesJson({ ...options, ...how, separator })
  const { interrupted } = await asUsage(() => printJson(read, flags))
  if (!interrupted) return
  const { NetlinkError } = await import('@netsnap/core-native')
  throw new NetlinkError('route: the table changed while it was listed: rows may be missing, or there twice', {
    code: 'DUMP_INTERRUPTED',
    table: 'route',
    operation: 'receive',
  })
}

async function showNexthops(flags: RouteFlags): Promise<void> {
  const { getNexthops } = await import('@netsnap/route')
  const objects = await getNexthops({ netns: netnsOf(flags.netns), captureUnknown: flags.unknownAttrs, stats: true })
  if (forPeople(flags)) {
    const { nexthopSummary, nexthopTable } = await import('../render/route.ts')
    return print(flags.text ? nexthopTable(objects) : nexthopSummary(objects))
  }
  if (flags.ndjson) return print(objects.map((object) => `${toJson(object, true)}\n`).join(''))
  return print(`${toJson(objects, flags.compact)}\n`)
}

interface GetFlags extends Omit<LookupOptions, 'netns'> {
  readonly netns?: string
  readonly compact?: true
  readonly unknownAttrs: boolean
}

async function showLookup(destination: string, flags: GetFlags): Promise<void> {
  const { lookupRoute } = await import('@netsnap/route')
  const { netns, compact, unknownAttrs, ...options } = flags
  const asked = { ...options, netns: netnsOf(netns), captureUnknown: unknownAttrs }
  const found = await asUsage(() => lookupRoute(destination, asked))
  return print(`${toJson(found, compact)}\n`)
}

function integer(text: string): number {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) throw new InvalidArgumentError('Not a whole number.')
  return Number(text)
}

function getCommand(): Command {
  return new Command('get')
    .description('the route that the kernel would take for a packet')
    .argument('<address>', 'where the packet goes')
    .addOption(new Option('--from <address>', 'its source address'))
    .addOption(new Option('--iif <interface>', 'the interface that it came in by'))
    .addOption(new Option('--oif <interface>', 'the interface that it must leave by'))
    .addOption(new Option('--mark <number>', 'its firewall mark').argParser(integer))
    .addOption(new Option('--tos <number>', 'its type-of-service octet').argParser(integer))
    .addOption(new Option('--uid <number>', 'the user that sends it').argParser(integer))
    .addOption(new Option('--ip-proto <number>', 'its IP protocol').argParser(integer))
    .addOption(new Option('--sport <port>', 'its source port').argParser(integer))
    .addOption(new Option('--dport <port>', 'its destination port').argParser(integer))
    .addOption(new Option('--fib-match', 'the route as it stands in the table'))
    .addOption(new Option('-c, --compact', 'JSON in one line'))
    .addOption(new Option('--no-unknown-attrs', 'leave out attributes that this version has no name for'))
    .addOption(netnsOption())
    .allowExcessArguments(false)
    .action(showLookup)
}

/** `netsnap route` and `netsnap route get` */
export function routeCommand(): Command {
  const command = new Command('route')
    .description('routes of every family and table, and nexthop objects')
    .addOption(new Option('-4, --ipv4', 'IPv4 routes only'))
    .addOption(new Option('-6, --ipv6', 'IPv6 routes only'))
    .addOption(new Option('--table <table>', 'routes of one table, by name or number'))
    .addOption(new Option('--protocol <protocol>', 'routes that one protocol installed, by name or number'))
    .addOption(new Option('--type <type>', 'routes of one type: unicast, blackhole, ...'))
    .addOption(new Option('--dev <interface>', 'routes out of one interface'))
    .addOption(new Option('--nexthops', 'nexthop objects instead of routes'))
    .addOption(
      new Option('--ndjson', 'a record a line, without an array').conflicts(['compact', 'text', 'summary', 'verbose']),
    )
    .allowExcessArguments(false)
    // Both have flags of the same name: those after `get` are its own.
    .enablePositionalOptions()
  return addTableOptions(command).addCommand(getCommand()).action(showRoutes)
}
