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

/** Names that are found out when it is known which are needed: those that were asked for in vain are noted. */
class Asking<T> extends Map<number, T> {
  readonly missing = new Set<number>()

  override get(index: number): T | undefined {
    const found = super.get(index)
    if (found === undefined) this.missing.add(index)
    return found
  }
}

/** So many names are asked for one by one; for more all are listed. */
const MOST_ASKED = 8 // not a kernel number: a choice

async function namesOf(
  session: Session,
  wanted: ReadonlySet<number>,
  reading: ReadOptions,
): Promise<Map<number, string>> {
  if (wanted.size > MOST_ASKED) return new Map(await namesForRecords(session, reading))
  const names = new Map<number, string>()
  for (const index of wanted) {
    const name = await interfaceNameOf(session, index, reading)
    if (name !== undefined) names.set(index, name)
  }
  return names
}

/**
 * One link, whose other interfaces are only asked for by name where it has such: it is read again with their names then.
 */
export async function withNames(
  session: Session,
  reading: ReadOptions,
  read: (reading: ReadOptions) => Promise<Link | undefined>,
): Promise<Link | undefined> {
  const interfaces = new Asking<string>()
  const namespaces = new Asking<PeerNamespace>()
  const first = await read({ ...reading, lookups: { interfaces, namespaces } })
  if (first === undefined || interfaces.missing.size + namespaces.missing.size === 0) return first
  const names = await namesOf(session, interfaces.missing, reading)
  const peers = await peerNamespaces(session, [first], reading)
  return read({ ...reading, lookups: { interfaces: names, namespaces: peers } })
}
