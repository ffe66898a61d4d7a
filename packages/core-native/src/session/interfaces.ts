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

/** The name of one interface by its index; undefined where there is none (any more). */
export async function interfaceNameOf(
  session: Session,
  index: number,
  options?: ReadOptions,
): Promise<string | undefined> {
  const request = { header: { ifi_index: index } }
  try {
    return (await session.get(interfaceIndex, request, only(options)))?.name
  } catch (error) {
    if (error instanceof NetlinkError && error.code === 'ENODEV') return undefined
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

/** What of a call's options concerns a dump that only helps it. */
function only({ signal, timeout, restarts, onInterrupted }: ReadOptions = {}): ReadOptions {
  return { signal, timeout, restarts, onInterrupted, captureUnknown: false }
}
