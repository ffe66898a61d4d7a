import { NetlinkError } from '../base/errors.ts'
import { constant } from '../constants/index.ts'
import { attributeSet, encodeText, header, nest, s32, table, text, uint32 } from '../schema/index.ts'
import { type Consistency, type Dump, dumpOf, marked, type ReadOptions } from './options.ts'
import { nestedAttributes } from './request.ts'
import type { Session } from './session.ts'

const links = {
  name: 'interface',
  request: 'RTM_GETLINK',
  reply: 'RTM_NEWLINK',
  header: header('ifinfomsg', { index: ['ifi_index', s32] }),
  group: 'IFLA_',
  skip: 'others',
} as const

/** Of a link, its index and name: what other tables need to say `dev`. */
const interfaceIndex = table({ ...links, attributes: { name: ['IFLA_IFNAME', text] } })

/** The same, and its kind. */
const interfaceKind = table({
  ...links,
  attributes: {
    name: ['IFLA_IFNAME', text],
    info: ['IFLA_LINKINFO', nest(attributeSet('IFLA_INFO_', { kind: ['IFLA_INFO_KIND', text] }, { skip: 'others' }))],
  },
})

/** An interface by its two identities. */
export interface InterfaceId {
  readonly index: number
  readonly name: string
}

/** The interfaces of one kind (`wireguard`, `vxlan`, ...), from a dump of links that the kernel filters. */
export async function interfacesOfKind(
  session: Session,
  kind: string,
  options?: ReadOptions,
): Promise<Dump<InterfaceId>> {
  const attributes = [
    ['IFLA_EXT_MASK', uint32(constant('RTEXT_FILTER_SKIP_STATS'))],
    ['IFLA_LINKINFO', nestedAttributes([['IFLA_INFO_KIND', encodeText(`${kind}\0`)]])],
  ] as const
  const links = await session.dump(interfaceKind, { attributes }, only(options))
  // A kernel that does not know the kind does not filter.
  const found = links.flatMap(({ index, name, info }) =>
    info?.kind === kind && name !== undefined ? [{ index, name }] : [],
  )
  return dumpOf(found, links)
}

const HIGHEST_INDEX = 2 ** 31 - 1 // not a kernel number: an index is an int

/** What ends a call rather than the one question in it. */
const ENDS = new Set(['ABORTED', 'TIMEOUT', 'ECANCELED', 'EBADF', 'SESSION_BUSY'])

/**
 * For questions whose answers only make another one nicer: whatever the kernel says to them, the number stays. Throws
 * what ends the call itself.
 */
export function unlessEnded(error: unknown): undefined {
  if (!(error instanceof NetlinkError) || ENDS.has(error.code)) throw error
}

/** The name of one interface by its index; undefined where there is none (any more), or the kernel does not tell. */
export async function interfaceNameOf(
  session: Session,
  index: number,
  options?: ReadOptions,
): Promise<string | undefined> {
  if (!(index > 0 && index <= HIGHEST_INDEX)) return undefined
  const request = { header: { ifi_index: index } }
  try {
    return (await session.get(interfaceIndex, request, only(options)))?.name
  } catch (error) {
    return unlessEnded(error)
  }
}

/** The index of an interface by its name or one of its alternative names; undefined where there is none. */
export async function interfaceIndexOf(
  session: Session,
  name: string,
  options?: ReadOptions,
): Promise<number | undefined> {
  const bytes = encodeText(name)
  if (bytes.length === 0 || bytes.length >= constant('ALTIFNAMSIZ') || bytes.includes(0)) return undefined
  const request = { attributes: [['IFLA_ALT_IFNAME', Uint8Array.of(...bytes, 0)]] as const }
  try {
    return (await session.get(interfaceIndex, request, only(options)))?.index
  } catch (error) {
    // Kernels before 5.5 have no alternative names, and refuse the question.
    if (error instanceof NetlinkError && (error.code === 'ENODEV' || error.code === 'EINVAL')) return undefined
    throw error
  }
}

/** The names of interfaces by their indexes. */
export interface InterfaceNames extends ReadonlyMap<number, string>, Consistency {}

/** The names of a namespace's interfaces by their indexes, from one dump of its links without their statistics. */
export async function interfaceNames(session: Session, options?: ReadOptions): Promise<InterfaceNames> {
  const request = { attributes: [['IFLA_EXT_MASK', uint32(constant('RTEXT_FILTER_SKIP_STATS'))]] as const }
  const links = await session.dump(interfaceIndex, request, only(options))
  const names = links.flatMap(({ index, name }): [number, string][] => (name === undefined ? [] : [[index, name]]))
  return marked(new Map(names), links)
}

/** The same names for what is better with them and can do without: none where the kernel refuses. */
export async function namesForRecords(session: Session, options?: ReadOptions): Promise<InterfaceNames> {
  try {
    return await interfaceNames(session, { ...options, onInterrupted: 'return' })
  } catch (error) {
    unlessEnded(error)
    return marked(new Map<number, string>())
  }
}

/** What of a call's options concerns a dump that only helps it. */
function only({ signal, timeout, restarts, onInterrupted }: ReadOptions = {}): ReadOptions {
  return { signal, timeout, restarts, onInterrupted, captureUnknown: false }
}
