/** What the numbers in records of links and addresses stand for. */
import {
  type Dump,
  dumpOf,
  interfaceNameOf,
  namesForRecords,
  type ReadOptions,
  type Session,
  unlessEnded,
} from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import { enumOf, header, type RecordOf, s32, table, text, u32, uint32, unless } from '@netsnap/core-native/schema'
import type { LinkState } from './address-codecs.ts'
import type { Link } from './link.ts'
import { peerNamespaces } from './namespaces.ts'
import type { PeerNamespace } from './peer.ts'

/** Of each link what other records need of it. */
// biome-ignore format: a table
const identity = table({
  name: 'interface',
  request: 'RTM_GETLINK',
  reply: 'RTM_NEWLINK',
  header: header('ifinfomsg', { index: ['ifi_index', s32], flags: ['ifi_flags', u32] }),
  group: 'IFLA_',
  attributes: {
    name:           ['IFLA_IFNAME', text],
    link:           ['IFLA_LINK', unless(u32, 0)],
    link_netnsid:   ['IFLA_LINK_NETNSID', s32],
    operstate_name: ['IFLA_OPERSTATE', enumOf('IF_OPER_', { lowerCase: true })],
  },
  skip: 'others',
})

type Identity = Pick<RecordOf<typeof identity>, 'index' | 'flags' | 'name' | 'link' | 'link_netnsid' | 'operstate_name'>

/** The identities of all links of a namespace. Names only make an answer nicer: none where the kernel refuses. */
async function identities(session: Session, { signal, restarts }: ReadOptions): Promise<Dump<Identity>> {
  const request = { attributes: [['IFLA_EXT_MASK', uint32(constant('RTEXT_FILTER_SKIP_STATS'))]] as const }
  const reading = { signal, restarts, onInterrupted: 'return', captureUnknown: false } as const
  try {
    return await session.dump(identity, request, reading)
  } catch (error) {
    unlessEnded(error)
    return dumpOf<Identity>([])
  }
}

/** Names by index, the states that decide on the readiness of addresses, and the namespaces that links lead to. */
export interface LinkLookups {
  readonly interfaces: ReadonlyMap<number, string>
  readonly links: ReadonlyMap<number, LinkState>
  readonly namespaces: ReadonlyMap<number, PeerNamespace>
  readonly [kind: string]: ReadonlyMap<number, unknown>
}

const stateOf = ({ flags, operstate_name }: Pick<Identity, 'flags' | 'operstate_name'>): LinkState => ({
  up: (flags & constant('IFF_UP')) !== 0,
  operstate: operstate_name,
})

/** The lookups that links of a dump give. */
export function lookupsOf(
  links: readonly Identity[],
  namespaces: ReadonlyMap<number, PeerNamespace> = new Map(),
): LinkLookups {
  const interfaces = new Map<number, string>()
  const states = new Map<number, LinkState>()
  for (const link of links) {
    if (link.name !== undefined) interfaces.set(link.index, link.name)
    states.set(link.index, stateOf(link))
  }
  return { interfaces, links: states, namespaces }
}

/** The same from a dump of their own, for records that are not kept. */
export async function readLookups(session: Session, reading: ReadOptions, peers: boolean): Promise<LinkLookups> {
  const links = await identities(session, reading)
  return lookupsOf(links, peers ? await peerNamespaces(session, links, reading) : undefined)
}

/** So many names are asked for one by one; for more all are listed. */
const MOST_ASKED = 8 // not a kernel number: a choice

/** The names of the masters and lower links of records, of which the records themselves have most. */
async function namesFor(
  session: Session,
  records: readonly Link[],
  reading: ReadOptions,
): Promise<Map<number, string>> {
  const names = new Map(lookupsOf(records).interfaces)
  const missing = new Set<number>()
  for (const { master_index, link, link_netnsid } of records) {
    for (const index of [master_index, link_netnsid === undefined ? link : undefined]) {
      if (index !== undefined && !names.has(index)) missing.add(index)
    }
  }
  if (missing.size > MOST_ASKED) {
    for (const [index, name] of await namesForRecords(session, reading)) names.set(index, name)
  } else {
    for (const index of missing) {
      const name = await interfaceNameOf(session, index, reading)
      if (name !== undefined) names.set(index, name)
    }
  }
  return names
}

/** Give links that were read without lookups the names of their masters, lower links and far ends. */
export async function nameLinks(session: Session, records: readonly Link[], reading: ReadOptions): Promise<void> {
  const names = await namesFor(session, records, reading)
  const namespaces = await peerNamespaces(session, records, reading)
  for (const record of records as { -readonly [K in keyof Link]: Link[K] }[]) {
    const { link, link_netnsid, master_index } = record
    const namespace = link_netnsid === undefined ? undefined : namespaces.get(link_netnsid)
    const there = link_netnsid === undefined ? names : namespace?.interfaces
    const link_name = link === undefined ? undefined : there?.get(link)
    if (link_name !== undefined) record.link_name = link_name
    if (namespace?.name !== undefined) record.link_netns = namespace.name
    const master = master_index === undefined ? undefined : names.get(master_index)
    if (master !== undefined) record.master = master
  }
}
