/** What the namespaces are called that links lead to, and the interfaces in them. */
import { readdirSync, readlinkSync } from 'node:fs'
import { NetlinkError, openNetns, type ReadOptions, type Session, unlessEnded } from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import { header, s32, table, text, uint32 } from '@netsnap/core-native/schema'
import type { PeerNamespace } from './peer.ts'

const namespace = table({
  name: 'namespace',
  request: 'RTM_GETNSID',
  reply: 'RTM_NEWNSID',
  header: header('rtgenmsg', {}),
  group: 'NETNSA_',
  attributes: { nsid: ['NETNSA_NSID', s32] },
  skip: 'others',
})

const interfaceThere = table({
  name: 'interface',
  request: 'RTM_GETLINK',
  reply: 'RTM_NEWLINK',
  header: header('ifinfomsg', { index: ['ifi_index', s32] }),
  group: 'IFLA_',
  attributes: { name: ['IFLA_IFNAME', text] },
  skip: 'others',
})

/** A link that leads to another namespace: its number for that, and the index over there. */
export interface Lead {
  readonly link_netnsid?: number | undefined
  readonly link?: number | undefined
}

/** So many interfaces of a namespace are asked for one by one; of more all are listed. */
const MOST_ASKED = 4 // not a kernel number: a choice

/** The indexes that are wanted, by the number of the namespace. */
function wantedOf(leads: Iterable<Lead>): Map<number, Set<number>> {
  const wanted = new Map<number, Set<number>>()
  for (const { link_netnsid, link } of leads) {
    if (link_netnsid === undefined) continue
    const indexes = wanted.get(link_netnsid) ?? new Set()
    wanted.set(link_netnsid, indexes)
    if (link !== undefined) indexes.add(link)
  }
  return wanted
}

/**
 * The namespaces that links lead to, by their numbers in the namespace of the session. They only make an answer nicer:
 * what cannot be found, or read for lack of privilege, is left out.
 */
export async function peerNamespaces(
  session: Session,
  leads: Iterable<Lead>,
  { signal }: ReadOptions,
): Promise<ReadonlyMap<number, PeerNamespace>> {
  const wanted = wantedOf(leads)
  if (wanted.size === 0) return new Map()
  const names = await namesOf(session, new Set(wanted.keys()), { signal })
  const found = new Map<number, PeerNamespace>()
  for (const [netnsid, indexes] of wanted) {
    const interfaces = await interfacesIn(session, netnsid, indexes, { signal })
    found.set(netnsid, { name: names.get(netnsid), interfaces })
  }
  return found
}

/** The names of some interfaces of another namespace, which the kernel looks up from here. */
async function interfacesIn(
  session: Session,
  netnsid: number,
  indexes: ReadonlySet<number>,
  reading: ReadOptions,
): Promise<ReadonlyMap<number, string>> {
  const there = ['IFLA_TARGET_NETNSID', uint32(netnsid)] as const
  const names = new Map<number, string>()
  const add = ({ index, name }: { index: number; name?: string } | undefined = { index: 0 }) => {
    if (name !== undefined) names.set(index, name)
  }
  try {
    if (indexes.size > MOST_ASKED) {
      const mask = ['IFLA_EXT_MASK', uint32(constant('RTEXT_FILTER_SKIP_STATS'))] as const
      const request = { attributes: [there, mask] }
      for (const link of await session.dump(interfaceThere, request, { ...reading, onInterrupted: 'return' })) add(link)
    } else {
      for (const ifi_index of indexes) {
        add(
          await session.get(interfaceThere, { header: { ifi_index }, attributes: [there] }, reading).catch(unlessEnded),
        )
      }
    }
  } catch (error) {
    unlessEnded(error)
  }
  return names
}

/** Where namespaces have names, and then those of processes. */
function* candidates(): Generator<[name: string, path: string]> {
  for (const folder of ['/run/netns', '/var/run/netns']) {
    for (const name of entries(folder)) yield [name, `${folder}/${name}`]
  }
  const seen = new Set<string>()
  for (const pid of entries('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const path = `/proc/${pid}/ns/net`
    const identity = linkOf(path)
    if (identity === undefined || seen.has(identity)) continue
    seen.add(identity)
    yield [path, path]
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** `net:[4026531840]` */
function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** What the namespaces with these numbers are called: by name, or by the path of a process in them. */
async function namesOf(session: Session, wanted: Set<number>, reading: ReadOptions): Promise<Map<number, string>> {
  const names = new Map<number, string>()
  for (const [name, path] of candidates()) {
    if (names.size === wanted.size) break
    const netnsid = await netnsidOf(session, path, reading)
    if (netnsid !== undefined && wanted.has(netnsid) && !names.has(netnsid)) names.set(netnsid, name)
  }
  return names
}

/** The number that the session's namespace has for the one at `path`. */
async function netnsidOf(session: Session, path: string, reading: ReadOptions): Promise<number | undefined> {
  let held: ReturnType<typeof openNetns>
  try {
    held = openNetns(path)
  } catch (error) {
    if (error instanceof NetlinkError) return undefined
    throw error
  }
  try {
    const request = { attributes: [['NETNSA_FD', uint32(held.fd)]] as const }
    return (await session.get(namespace, request, reading))?.nsid
  } catch (error) {
    return unlessEnded(error)
  } finally {
    held.close()
  }
}
