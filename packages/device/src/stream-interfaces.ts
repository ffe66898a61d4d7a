import {
  type Asked,
  leaseSession,
  type ReadOptions,
  Session,
  type SourceOptions,
  type StreamEnd,
  withSessionStream,
} from '@netsnap/core-native'
import { type Address, address } from './address.ts'
import {
  addressRequest,
  checkFilter,
  indexOf,
  isWanted,
  LINK_FILTERS,
  type LinkFilter,
  linkRequest,
  trim,
} from './filter.ts'
import {
  type GetInterfacesOptions,
  type Interface,
  type InterfaceOf,
  interruptedError,
  readInterfaces,
} from './interfaces.ts'
import { type Link, link } from './link.ts'
import { type LinkLookups, readLookups } from './names.ts'

const ASKED: Asked = { protocol: 'NETLINK_ROUTE', table: 'interface', options: LINK_FILTERS }

/** The addresses of one family, taken interface by interface as the links come: the kernel lists both in one order. */
class AddressesInTurn {
  readonly #stream: AsyncGenerator<Address[], StreamEnd, void>
  readonly #places: ReadonlyMap<number, number>
  #batch: Address[] = []
  #next = 0
  #done = false
  /** An address came whose interface is not in its turn: interfaces came or went meanwhile. */
  disordered = false
  interrupted = false

  constructor(stream: AsyncGenerator<Address[], StreamEnd, void>, places: ReadonlyMap<number, number>) {
    this.#stream = stream
    this.#places = places
  }

  /** Put the addresses of the interface into `into`, and pass over those before it, of links that were not asked for. */
  async take(index: number, place: number, into: Address[]): Promise<void> {
    for (;;) {
      const head = await this.#head()
      if (head === undefined) return
      const at = this.#places.get(head.dev_index)
      if (at !== undefined && at > place) return
      if (head.dev_index === index) into.push(head)
      else if (at === undefined) this.disordered = true
      this.#next++
    }
  }

  async #head(): Promise<Address | undefined> {
    while (this.#next >= this.#batch.length && !this.#done) {
      const { done, value } = await this.#stream.next()
      this.#done = done === true
      if (done) this.interrupted = value.interrupted
      else this.#batch = value
      this.#next = 0
    }
    return this.#done ? undefined : this.#batch[this.#next]
  }

  /** Read what is left, which tells how it went. */
  async finish(): Promise<void> {
    while ((await this.#head()) !== undefined) {
      if (!this.#places.has(this.#batch[this.#next]!.dev_index)) this.disordered = true
      this.#next++
    }
  }

  async end(): Promise<void> {
    await this.#stream.return({ interrupted: false })
  }
}

/** Where each interface stands in the kernel's order. */
const placesOf = ({ interfaces }: LinkLookups): Map<number, number> =>
  new Map([...interfaces.keys()].map((index, place) => [index, place]))

/** Links with their addresses, from three dumps side by side. */
async function* joined(
  sessions: readonly Session[],
  filter: LinkFilter,
  reading: ReadOptions,
): AsyncGenerator<Interface[], StreamEnd, void> {
  const [session, ...others] = sessions as [Session, Session, Session]
  const master = await indexOf(session, filter.master, 'link', reading)
  const lookups = await readLookups(session, reading, true)
  const places = placesOf(lookups)
  const how = { ...reading, lookups, onInterrupted: 'return' } as const
  const links = session.stream(link, linkRequest(filter, master), how) as AsyncGenerator<Link[], StreamEnd, void>
  const turns = (['ipv4', 'ipv6'] as const).map((family, i) => {
    const request = addressRequest({ family })
    const stream = others[i]!.stream(address, request, how) as unknown as AsyncGenerator<Address[], StreamEnd, void>
    return new AddressesInTurn(stream, places)
  })
  let interrupted = false
  try {
    for (;;) {
      const next = await links.next()
      if (next.done) {
        interrupted ||= next.value.interrupted
        break
      }
      const batch = trim(next.value, filter).filter((one) => isWanted(one, filter, master)) as Interface[]
      for (const one of batch) {
        one.addresses = []
        const place = places.get(one.index)
        if (place === undefined) interrupted = true
        else for (const turn of turns) await turn.take(one.index, place, one.addresses)
      }
      if (batch.length > 0) yield batch
    }
    for (const turn of turns) await turn.finish()
  } finally {
    await links.return({ interrupted: false })
    for (const turn of turns) await turn.end()
  }
  return { interrupted: interrupted || turns.some((turn) => turn.disordered || turn.interrupted) }
}

/**
 * The interfaces in batches, each with its addresses, as the kernel lists them: in memory that does not grow with their
 * number but for their names. It takes three sockets; over a session of the caller's, which is one, all are read first.
 *
 * What has been given cannot be taken back: where links or addresses changed meanwhile it fails with `DUMP_INTERRUPTED`
 * at its end, or says so in what it returns if `onInterrupted` is `return`.
 */
export function streamInterfaces<const O extends GetInterfacesOptions = {}>(
  options?: O,
): AsyncGenerator<InterfaceOf<O>[], StreamEnd, void> {
  const asked: GetInterfacesOptions = options ?? {}
  const stream = withSessionStream(ASKED, asked, (session, reading) => batches(session, asked, reading))
  return stream as AsyncGenerator<unknown[], StreamEnd, void> as AsyncGenerator<InterfaceOf<O>[], StreamEnd, void>
}

async function* batches(
  session: Session,
  asked: LinkFilter & SourceOptions,
  reading: ReadOptions,
): AsyncGenerator<Interface[], StreamEnd, void> {
  checkFilter(asked)
  if (asked.session instanceof Session || asked.name !== undefined || asked.index !== undefined || asked.vf) {
    const found = await readInterfaces(session, asked, reading)
    if (found.length > 0) yield found
    return { interrupted: found.interrupted }
  }
  const leases = [1, 2].map(() => leaseSession(ASKED.protocol, asked, 'stream'))
  try {
    const { interrupted } = yield* joined([session, ...leases.map((lease) => lease.session)], asked, reading)
    if (interrupted && reading.onInterrupted !== 'return') throw interruptedError(0)
    return { interrupted }
  } finally {
    for (const lease of leases) lease.end()
  }
}
