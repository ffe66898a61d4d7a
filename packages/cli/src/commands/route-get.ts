import type { LookupOptions, RouteBigInt } from '@netsnap/route'
import { Command, InvalidArgumentError, Option } from 'commander'
import { addTableOptions, netnsOf, type TableFlags, valueOption } from '../options.ts'
import { print, toJson } from '../output.ts'
import { asUsage } from '../usage.ts'

type GetFlags = TableFlags & Omit<LookupOptions, 'netns'>

async function showLookup(destination: string, flags: GetFlags): Promise<void> {
  const { lookupRoute } = await import('@netsnap/route')
  const { json: _, text, compact, ndjson, unknownAttrs, netns, ...packet } = flags
  const asked = { ...packet, netns: netnsOf(netns), captureUnknown: unknownAttrs }
  const found = await asUsage(() => lookupRoute(destination, asked))
  if (!text) return print(`${toJson(found, compact ?? ndjson)}\n`)
  const { routeTable } = await import('../render/route.ts')
  return print(routeTable([found as unknown as RouteBigInt]))
}

const NUMBER = /^(0x[0-9a-f]+|\d+)$/i

function integer(text: string): number {
  if (!NUMBER.test(text)) throw new InvalidArgumentError('Not a whole number.')
  return Number(text)
}

/** A name is for the library to know. */
const integerOrName = (text: string): number | string => (NUMBER.test(text) ? Number(text) : text)

/** `netsnap route get` */
export function getCommand(): Command {
  const command = new Command('get')
    .description('the route that the kernel would take for a packet')
    .argument('<address>', 'where the packet goes')
    .addOption(valueOption('--from <address>', 'its source address'))
    .addOption(valueOption('--iif <interface>', 'the interface that it came in by'))
    .addOption(valueOption('--oif <interface>', 'the interface that it must leave by'))
    .addOption(valueOption('--mark <number>', 'its firewall mark', integer))
    .addOption(valueOption('--tos <number>', 'its type-of-service octet', integer))
    .addOption(valueOption('--uid <number>', 'the user that sends it', integer))
    .addOption(valueOption('--ip-proto <protocol>', 'its IP protocol, by name or number', integerOrName))
    .addOption(valueOption('--sport <port>', 'its source port', integer))
    .addOption(valueOption('--dport <port>', 'its destination port', integer))
    .addOption(new Option('--fib-match', 'the route as it stands in the table'))
    .allowExcessArguments(false)
  return addTableOptions(command, ['json', 'ndjson', 'text', 'compact']).action(showLookup)
}
