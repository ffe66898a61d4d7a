import type { Datagram, Follower, Message } from '@netsnap/core-native'
import { constant, constants } from '@netsnap/core-native/constants'
import type { Frame } from '@netsnap/core-native/schema'

/** Where an IPv4 route stands in what the kernel walks: by its table, and in that by its address. */
interface Place {
  readonly table: number
  readonly address: number
}

/** Between two datagrams: the last route of one and the first of the next. Without that, it was the table's last. */
interface Boundary {
  readonly from: Place
  readonly to: Place | undefined
  /** How many datagrams had come before it. */
  readonly after: number
}

/** A route that changed; or something that takes routes along unsaid, a link or an address. */
interface Change {
  readonly place: Place | undefined
  /** How many datagrams had come before it. */
  readonly after: number
}

/** So many datagrams before and after it a change is held against. It is told before or after it is made, and a thread may be stopped in between. */
const NEAR = 8 // not a kernel number: chosen
const WORD = 4

/** What of a message is looked at. */
function numbersOf() {
  const { members, size } = constants().layout('rtmsg')!
  const { members: attribute, size: attributeBytes } = constants().layout('nlattr')!
  return {
    familyAt: members.rtm_family!.offset,
    tableAt: members.rtm_table!.offset,
    headerBytes: size,
    attributeBytes,
    lengthAt: attribute.nla_len!.offset,
    typeAt: attribute.nla_type!.offset,
    table: constant('RTA_TABLE'),
    destination: constant('RTA_DST'),
    ipv4: constant('AF_INET'),
    main: constant('RT_TABLE_MAIN'),
    local: constant('RT_TABLE_LOCAL'),
    changes: new Set([constant('RTM_NEWROUTE'), constant('RTM_DELROUTE')]),
    links: new Set([constant('RTM_NEWLINK'), constant('RTM_DELLINK')]),
  }
}

let resolved: ReturnType<typeof numbersOf> | undefined

function numbers() {
  resolved ??= numbersOf()
  return resolved
}

/**
 * Tells where routes may be missing from a dump, which the kernel does not mark.
 *
 * IPv4 is walked by address, and within an address goes on by count (`fn_trie_dump_leaf`): where one datagram ends amid
 * the routes of an address and one before that place is removed, the route behind it is passed over. So a change matters
 * whose address is that at which a datagram ended, or lies between that and the next datagram's: routes that the kernel
 * left out stand there too. Which changes come at that moment is told by the group of routes; links and addresses that
 * go take routes with them unsaid (`fib_sync_down_dev`, `fib_sync_down_addr`), which matters where one address has
 * routes in both datagrams. All else goes on by count from the root: any change matters.
 */
export class RouteFollower implements Follower {
  readonly #n = numbers()
  readonly #ipv4Alone: boolean
  #boundaries: Boundary[] = []
  #changes: Change[] = []
  #last: Place | undefined
  #datagrams = 0
  /** Where each datagram of the frame in hand begins. */
  #begins: number[] = []
  /** By family, the table of the last route that was the last of a datagram. */
  readonly lastTables = new Map<number, number>()

  constructor(family: string | undefined) {
    this.#ipv4Alone = family === 'ipv4'
  }

  received(frame: Frame, datagrams: readonly Datagram[]): boolean {
    const recent = ({ after }: { after: number }) => after >= this.#datagrams - NEAR
    this.#boundaries = this.#boundaries.filter(recent)
    this.#changes = this.#changes.filter(recent)
    this.#begins = datagrams.map(({ first }) => first.at)
    let missing = false
    for (const { first, last } of datagrams) {
      const from = this.#last
      if (from && this.#close({ from, to: this.#placeOf(frame, first), after: this.#datagrams })) missing = true
      this.#last = this.#placeOf(frame, last)
      this.lastTables.set(frame.u8[last.at + this.#n.familyAt]!, frame.u8[last.at + this.#n.tableAt]!)
      this.#datagrams++
    }
    return missing
  }

  end(): boolean {
    return this.#last !== undefined && this.#close({ from: this.#last, to: undefined, after: this.#datagrams })
  }

  /** Whether a change that was told of before may have taken routes from between two datagrams. */
  #close(boundary: Boundary): boolean {
    this.#boundaries.push(boundary)
    return this.#changes.some((change) => this.#matters(change, boundary))
  }

  told(frame: Frame, message: Message): boolean {
    const { changes, links, familyAt, ipv4 } = this.#n
    const route = changes.has(message.type)
    const place = route && frame.u8[message.at + familyAt] === ipv4 ? this.#placeOf(frame, message) : undefined
    // Of the other families any route, and any link.
    if (place === undefined && !this.#ipv4Alone && (route || links.has(message.type))) return true
    if (place === undefined && route) return false
    const later = this.#begins.filter((begin) => begin > message.at).length
    const change = { place, after: this.#datagrams - later }
    this.#changes.push(change)
    return this.#boundaries.some((boundary) => this.#matters(change, boundary))
  }

  #matters({ place, after }: Change, { from, to, after: of }: Boundary): boolean {
    if (Math.abs(after - of) > NEAR) return false
    const within = to !== undefined && to.table === from.table
    if (!place) return within && to.address === from.address
    const [ofFrom, ofTo] = [this.#trieOf(place) === this.#trieOf(from), to && this.#trieOf(place) === this.#trieOf(to)]
    if (within) return ofFrom && place.address >= from.address && place.address <= to.address
    return (ofFrom && place.address >= from.address) || (ofTo === true && place.address <= to!.address)
  }

  /** Until there is a rule, the tables `main` and `local` are one, and each is counted in the other. */
  #trieOf({ table }: Place): number {
    return table === this.#n.local ? this.#n.main : table
  }

  /** Of an IPv4 route; undefined of any other. */
  #placeOf({ u8, view, little }: Frame, { at, end }: Message): Place | undefined {
    const { familyAt, tableAt, headerBytes, attributeBytes, lengthAt, typeAt, ...n } = this.#n
    if (u8[at + familyAt] !== n.ipv4) return undefined
    let [table, address] = [u8[at + tableAt]!, 0]
    for (let p = at + headerBytes; p + attributeBytes + WORD <= end; ) {
      const length = view.getUint16(p + lengthAt, little)
      if (length < attributeBytes) break
      const type = view.getUint16(p + typeAt, little)
      if (type === n.table) table = view.getUint32(p + attributeBytes, little)
      if (type === n.destination) address = view.getUint32(p + attributeBytes)
      p += (length + WORD - 1) & -WORD
    }
    return { table, address }
  }
}
