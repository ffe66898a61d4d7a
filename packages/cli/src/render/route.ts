import type { RouteBigInt } from '@netsnap/route'
import { visible } from '../output.ts'
import { device, HOP_FIELDS, hops, labels } from './hops.ts'
import { TextTable } from './table.ts'
import { numbered, type Part, realms, rest, words } from './words.ts'

/** One that could not be read is among the unknown attributes, with its bytes. */
function destination({ type, dst = '?' }: RouteBigInt): string {
  return type === 'UNICAST' ? dst : words([type.toLowerCase(), dst])
}

const LABEL_BITS = 20 // not a kernel number: bits of an MPLS label
/** What a prefix of each length ends with; a length is a byte. */
const ENDS = Array.from({ length: 2 ** 8 }, (_, length) => `/${length}`)

/** The lengths of the prefixes, where the prefixes do not say them. */
function lengths({ family, dst, dst_len, src, src_len }: RouteBigInt): Part[] {
  const ofDst = family === 'mpls' ? dst_len === LABEL_BITS : dst?.endsWith(ENDS[dst_len]!)
  const ofSrc = src === undefined ? src_len === 0 : src.endsWith(ENDS[src_len]!)
  return [!ofDst && `dst_len ${dst_len}`, !ofSrc && `src_len ${src_len}`]
}

/** What is not 0 of how often and for how long a route has been used; and when it ends, which people ask for. */
function cache(cacheinfo: RouteBigInt['cacheinfo']): Part {
  if (!cacheinfo) return undefined
  const { expires, expires_sec, last_use_sec: _, ...others } = cacheinfo
  const used = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== 0))
  return words([(expires !== 0 || expires_sec !== 0) && `expires ${expires_sec} s`, ...rest(used)])
}

/** Metrics by their names; numbers that have better forms beside them are left to those. */
function metricsOf(metrics: RouteBigInt['metrics']): Part {
  return metrics && words([...rest(metrics, DERIVED), metrics.lock_names && `lock ${metrics.lock_names.join(',')}`])
}

const DERIVED = new Set(['lock', 'lock_names', 'rtt', 'rttvar', 'features'])

// biome-ignore format: a table
const SAID = new Set<string>([
  ...HOP_FIELDS, 'family', 'type', 'dst', 'dst_len', 'src', 'src_len', 'table', 'table_id', 'protocol', 'protocol_id',
  'tos', 'scope', 'prefsrc', 'metric', 'pref', 'flags', 'flag_names', 'iif', 'iif_index', 'newdst', 'flow_from',
  'flow_to', 'metrics', 'cacheinfo', 'ip_proto_id',
] satisfies (keyof RouteBigInt)[])

/** All that tells a route from others beside its nexthops: what has no words of its own goes by its name. */
function details(route: RouteBigInt): string {
  const { src, tos, scope, prefsrc, metric, table, table_id, protocol, protocol_id, flag_names, pref } = route
  const from = numbered(table, table_id, 'RT_TABLE_')
  return words([
    src !== undefined && `from ${src}`,
    device('iif', route.iif, route.iif_index),
    tos !== 0 && `tos 0x${tos.toString(16)}`, // not a kernel number: the radix
    prefsrc !== undefined && `src ${prefsrc}`,
    metric !== undefined && `metric ${metric}`,
    from !== 'MAIN' && `table ${from}`,
    scope !== 'UNIVERSE' && `scope ${scope}`,
    ...lengths(route),
    labels(route.newdst),
    realms(route.flow_from, route.flow_to),
    metricsOf(route.metrics),
    cache(route.cacheinfo),
    pref !== undefined && pref !== 'MEDIUM' && `pref ${pref.toLowerCase()}`,
    ...rest(route, SAID),
    `[${numbered(protocol, protocol_id, 'RTPROT_')}]`,
    flag_names.length > 0 && flag_names.join(' ').toLowerCase(),
  ])
}

function summaryOf(route: RouteBigInt): string {
  const { object, each } = hops(route)
  if (each.length === 1) return `  ${visible(words([destination(route), object, each[0], details(route)]))}\n`
  const lines = each.map((one) => `    nexthop ${visible(one)}\n`)
  return [`  ${visible(words([destination(route), object, details(route)]))}\n`, ...lines].join('')
}

/** A line for each route, family by family as the kernel lists them. */
export class RouteSummary {
  readonly #families = new Map<string, string[]>()

  add(route: RouteBigInt): void {
    const mine = this.#families.get(route.family)
    if (mine) mine.push(summaryOf(route))
    else this.#families.set(route.family, [summaryOf(route)])
  }

  /** The text in pieces. */
  *pieces(): Generator<string, void, void> {
    const blocks = [...this.#families]
    yield `Routes: ${blocks.reduce((count, [, lines]) => count + lines.length, 0)}\n`
    for (const [family, lines] of blocks) {
      yield `\n${family} (${lines.length})\n`
      for (let at = 0; at < lines.length; at += PIECE) yield lines.slice(at, at + PIECE).join('')
    }
  }
}

const PIECE = 1000 // not a kernel number: lines that are written at a time

/** The routes as a table. */
export class RouteTable {
  readonly #table = new TextTable(['family', 'destination', 'nexthop', 'details'])

  add(route: RouteBigInt): void {
    const { object, each } = hops(route)
    this.#table.add([route.family, destination(route), words([object, each.join(', ')]), details(route)])
  }

  /** The text in pieces. */
  pieces(): Iterable<string> {
    return this.#table.pieces()
  }
}

function textOf(lines: RouteSummary | RouteTable, routes: readonly RouteBigInt[]): string {
  for (const route of routes) lines.add(route)
  return [...lines.pieces()].join('')
}

export const routeSummary = (routes: readonly RouteBigInt[]): string => textOf(new RouteSummary(), routes)
export const routeTable = (routes: readonly RouteBigInt[]): string => textOf(new RouteTable(), routes)
