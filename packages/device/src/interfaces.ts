import {
  type Asked,
  type By64,
  type Consistency,
  type Datagram,
  type Dump,
  dumpOf,
  type Follower,
  type Message,
  marked,
  NetlinkError,
  type ReadOptions,
  type Session,
  type SourceOptions,
  withSession,
} from '@netsnap/core-native'
import { constant, constants } from '@netsnap/core-native/constants'
import type { Frame } from '@netsnap/core-native/schema'
import { type Address, address } from './address.ts'
import { addressRequest, checkFilter, LINK_FILTERS, type LinkFilter } from './filter.ts'
import type { Link, LinkBigInt } from './link.ts'
import { lookupsOf } from './names.ts'
import { dumpLinks } from './read.ts'

/** A link with its addresses. */
export interface Interface extends Link {
  addresses: Address[]
}
/** An {@link Interface} whose 64-bit values are bigints. */
export interface InterfaceBigInt extends LinkBigInt {
  addresses: Address[]
}

/** Which interfaces to read, and how. */
export interface InterfaceOptions extends Omit<ReadOptions, 'lookups'>, LinkFilter {}
export interface GetInterfacesOptions extends InterfaceOptions, SourceOptions {}

/** What a call with options of this type brings: one of the two, or either where the type does not say. */
export type InterfaceOf<O> = By64<O, Interface, InterfaceBigInt>

const ASKED: Asked = { protocol: 'NETLINK_ROUTE', table: 'interface', options: LINK_FILTERS }
const RESTARTS = 5 // not a kernel number: as often as a dump alone

/**
 * Tells whether interfaces came or went while addresses were listed. That they change otherwise does not matter, nor what
 * becomes of those that were not asked for. A port that leaves its bridge is told of as a link of the bridge's that went.
 */
class InterfaceFollower implements Follower {
  readonly #known: ReadonlySet<number>
  readonly #all: boolean
  readonly #members = constants().layout('ifinfomsg')!.members
  changed = false

  constructor(known: ReadonlySet<number>, all: boolean) {
    this.#known = known
    this.#all = all
  }

  received(_frame: Frame, _datagrams: readonly Datagram[]): boolean {
    return false
  }

  told({ u8, view, little }: Frame, { type, at }: Message): boolean {
    const { ifi_family, ifi_index } = this.#members
    if (u8[at + ifi_family!.offset] === constant('AF_BRIDGE')) return false
    const known = this.#known.has(view.getInt32(at + ifi_index!.offset, little))
    const gone = known && type === constant('RTM_DELLINK')
    const come = this.#all && !known && type === constant('RTM_NEWLINK')
    if (gone || come) this.changed = true
    return false
  }

  end(): boolean {
    return false
  }
}

/** The links and the addresses of one moment, and whether they are that. */
interface Picture {
  readonly links: Dump<Link>
  readonly addresses: Dump<Address>
  readonly changed: boolean
}

/** One dump of links and one of addresses. An address of an interface that is not among the links came with it. */
async function readOnce(session: Session, filter: LinkFilter, reading: ReadOptions): Promise<Picture> {
  const links = await dumpLinks(session, filter, reading)
  const one = filter.name !== undefined || filter.index !== undefined
  const all = !one && filter.kind === undefined && filter.master === undefined && filter.up === undefined
  if (one && links.length === 0) return { links, addresses: dumpOf<Address>([]), changed: false }
  const known = new Set(links.map(({ index }) => index))
  let follower = new InterfaceFollower(known, all)
  const follow = () => {
    follower = new InterfaceFollower(known, all)
    return follower
  }
  const request = { ...addressRequest({}, one ? links[0]!.index : undefined), watch: ['RTNLGRP_LINK'] as const, follow }
  const lookups = lookupsOf(links)
  const addresses = (await session.dump(address, request, { ...reading, lookups })) as Dump<Address>
  const strange = all && addresses.some(({ dev_index }) => !known.has(dev_index))
  return { links, addresses, changed: follower.changed || strange }
}

/** The same until nothing came or went meanwhile. */
async function readBoth(session: Session, filter: LinkFilter, reading: ReadOptions): Promise<Picture & Consistency> {
  const limit = reading.restarts ?? RESTARTS
  for (let restarts = 0; ; restarts++) {
    const picture = await readOnce(session, filter, reading)
    const { links, addresses, changed } = picture
    if (changed && restarts < limit) continue
    if (changed && reading.onInterrupted !== 'return') throw interruptedError(restarts)
    const marks = { interrupted: changed, restarts }
    return { ...picture, ...pick(marked({}, links, addresses, marks)) }
  }
}

const pick = ({ interrupted, restarts }: Consistency): Consistency => ({ interrupted, restarts })

/** The error of a call in which interfaces came and went each time. */
export const interruptedError = (restarts: number) =>
  new NetlinkError(
    `interface: interfaces came and went while they were listed, each of ${restarts + 1} times (DUMP_INTERRUPTED)`,
    {
      code: 'DUMP_INTERRUPTED',
      table: 'interface',
      operation: 'receive',
    },
  )

/** The links of a filter, each with its addresses. */
export async function readInterfaces(
  session: Session,
  filter: LinkFilter,
  reading: ReadOptions,
): Promise<Dump<Interface>> {
  checkFilter(filter)
  const { links, addresses, interrupted, restarts } = await readBoth(session, filter, reading)
  const byIndex = new Map<number, Address[]>()
  const interfaces = links as Link[] as Interface[]
  for (const one of interfaces) {
    one.addresses = []
    byIndex.set(one.index, one.addresses)
  }
  for (const one of addresses) byIndex.get(one.dev_index)?.push(one)
  return dumpOf([...interfaces], { interrupted, restarts })
}

/** Interfaces by their names. */
export type Interfaces<T = Interface> = Readonly<Record<string, T>> & Consistency

/**
 * Records as an object keyed by name. Any name is a key of its own, `__proto__` and `constructor` too; JavaScript puts
 * those first that are whole numbers.
 */
function byName<T extends { readonly name?: string; readonly index: number }>(records: Dump<T>): Interfaces<T> {
  const found: Record<string, T> = Object.create(null)
  for (const record of records) found[record.name ?? `if${record.index}`] = record
  return marked(found, records) as Interfaces<T>
}

/**
 * The interfaces of a network namespace by their names: links, each with its addresses. Links and addresses come from a
 * dump each; where an interface came or went in between, both are read again.
 *
 * Rejects with `NetlinkError`: `ENODEV` where there is no interface of that name, `DUMP_INTERRUPTED` where interfaces
 * came and went each time they were listed, `ENOENT` where there is no such namespace, `EPERM` where it may not be
 * entered, `ABORTED` and `TIMEOUT` as asked for.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export async function getInterfaces<const O extends GetInterfacesOptions = {}>(
  options?: O,
): Promise<Interfaces<InterfaceOf<O>>> {
  return byName(await listInterfaces(options))
}

/** The same as an array, in the kernel's order. */
export async function listInterfaces<const O extends GetInterfacesOptions = {}>(
  options?: O,
): Promise<Dump<InterfaceOf<O>>> {
  const asked: GetInterfacesOptions = options ?? {}
  const records = await withSession(ASKED, asked, (session, reading) => readInterfaces(session, asked, reading))
  return records as Dump<unknown> as Dump<InterfaceOf<O>>
}
