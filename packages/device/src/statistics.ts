import {
  type Asked,
  type By64,
  type Dump,
  dumpOf,
  namesForRecords,
  type ReadOptions,
  type Session,
  type SourceOptions,
  withSession,
} from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import { checkFilter, indexOf } from './filter.ts'
import { type LinkStatistics, type LinkStatisticsBigInt, statistics } from './statistics-table.ts'

export type { LinkStatistics, LinkStatisticsBigInt } from './statistics-table.ts'

export interface GetLinkStatisticsOptions extends Omit<ReadOptions, 'lookups'>, SourceOptions {
  /** Those of one interface, by its name, an alternative name or its number. */
  readonly dev?: string | number | undefined
}

const ASKED: Asked = { protocol: 'NETLINK_ROUTE', table: 'statistics', options: ['dev'] }

const ASKED_FOR = [
  'IFLA_STATS_LINK_64',
  'IFLA_STATS_LINK_XSTATS',
  'IFLA_STATS_LINK_XSTATS_SLAVE',
  'IFLA_STATS_LINK_OFFLOAD_XSTATS',
  'IFLA_STATS_AF_SPEC',
] as const

/** A bit for each attribute, of which the first has the lowest. */
const filterMask = () => ASKED_FOR.reduce((mask, name) => mask | (1 << (constant(name) - 1)), 0)

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What two messages tell of one interface: the kernel goes on in another with what did not fit. */
function merge(a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b]
  if (!isObject(a) || !isObject(b)) return b
  const both = { ...a } as Record<string, unknown>
  for (const [key, value] of Object.entries(b)) both[key] = key in both ? merge(both[key], value) : value
  return both
}

async function dumpStatistics(session: Session, reading: ReadOptions, dev?: number): Promise<Dump<LinkStatistics>> {
  const request = { header: { filter_mask: filterMask() } }
  const messages = (await session.dump(statistics, request, reading)) as Dump<LinkStatistics>
  const found = new Map<number, LinkStatistics>()
  for (const message of messages) {
    if (dev !== undefined && message.index !== dev) continue
    const known = found.get(message.index)
    found.set(message.index, known ? (merge(known, message) as LinkStatistics) : message)
  }
  return dumpOf([...found.values()], messages)
}

/**
 * The counters of interfaces beyond those of links: of bridges, bonds and their ports, of hardware, of MPLS.
 *
 * The kernel marks a dump during which interfaces came or went. VLANs that come or go meanwhile it does not tell of.
 *
 * Rejects with `NetlinkError`: `ENODEV` where there is no interface of that name, `DUMP_INTERRUPTED` where the interfaces
 * changed each time they were listed, `ENOENT` where there is no such namespace, `EPERM` where it may not be entered,
 * `ABORTED` and `TIMEOUT` as asked for.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export async function getLinkStatistics<const O extends GetLinkStatisticsOptions = {}>(
  options?: O,
): Promise<Dump<By64<O, LinkStatistics, LinkStatisticsBigInt>>> {
  const asked: GetLinkStatisticsOptions = options ?? {}
  checkFilter({ dev: asked.dev })
  const found = await withSession(ASKED, asked, async (session, reading) => {
    const dev = await indexOf(session, asked.dev, 'statistics', reading)
    const interfaces = await namesForRecords(session, reading)
    const records = await dumpStatistics(session, { ...reading, lookups: { interfaces } }, dev)
    return dumpOf([...records], records, interfaces)
  })
  return found as Dump<unknown> as Dump<By64<O, LinkStatistics, LinkStatisticsBigInt>>
}
