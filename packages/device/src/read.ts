import {
  type Asked,
  type By64,
  type Dump,
  dumpOf,
  NetlinkError,
  type ReadOptions,
  type Session,
  type SourceOptions,
  type StreamEnd,
  withSession,
  withSessionStream,
} from '@netsnap/core-native'
import { type Address, address } from './address.ts'
import {
  ADDRESS_FILTERS,
  type AddressFilter,
  addressRequest,
  checkFilter,
  indexOf,
  isWanted,
  LINK_FILTERS,
  type LinkFilter,
  linkRequest,
  trim,
} from './filter.ts'
import { type Link, type LinkBigInt, link } from './link.ts'
import { readLookups, withNames } from './names.ts'
import { virtualFunctionsOf } from './vf-read.ts'

/** Which links to read, and how. */
export interface LinkOptions extends Omit<ReadOptions, 'lookups'>, LinkFilter {}
export interface GetLinksOptions extends LinkOptions, SourceOptions {}

/** Which addresses to read, and how. */
export interface AddressOptions extends Omit<ReadOptions, 'lookups' | 'bigint'>, AddressFilter {}
export interface GetAddressesOptions extends AddressOptions, SourceOptions {}

/** What a call with options of this type brings: one of the two, or either where the type does not say. */
export type LinkOf<O> = By64<O, Link, LinkBigInt>

const LINKS: Asked = { protocol: 'NETLINK_ROUTE', table: 'link', options: LINK_FILTERS }
const ADDRESSES: Asked = { protocol: 'NETLINK_ROUTE', table: 'address', options: ADDRESS_FILTERS }

/** The links of a filter. */
export async function dumpLinks(session: Session, filter: LinkFilter, reading: ReadOptions): Promise<Dump<Link>> {
  const { name, index, kind, up } = filter
  const master = await indexOf(session, filter.master, 'link', reading)
  const request = linkRequest(filter, master)
  if (name !== undefined || index !== undefined) {
    const get = async (how: ReadOptions) =>
      (await session.get(link, request, how).catch((error) => throwAbsent(error, filter))) as Link | undefined
    const one = await withNames(session, reading, get)
    return withFunctions(
      session,
      dumpOf(trim(one && isWanted(one, filter, master) ? [one] : [], filter)),
      filter,
      reading,
    )
  }
  const lookups = await readLookups(session, reading, true)
  const found = trim((await session.dump(link, request, { ...reading, lookups })) as Dump<Link>, filter)
  const all = kind === undefined && up === undefined && master === undefined
  const wanted = all
    ? found
    : dumpOf(
        found.filter((one) => isWanted(one, filter, master)),
        found,
      )
  return withFunctions(session, wanted, filter, reading)
}

/** The links with their virtual functions, where those are asked for. */
async function withFunctions(
  session: Session,
  links: Dump<Link>,
  { vf = false, statistics }: LinkFilter,
  reading: ReadOptions,
): Promise<Dump<Link>> {
  if (!vf) return links
  for (const link of links) await addFunctions(session, link, statistics !== false, reading)
  return links
}

/** Each link is asked for alone: many virtual functions do not fit into a message beside all else. */
export async function addFunctions(
  session: Session,
  link: Link,
  counters: boolean,
  reading: ReadOptions,
): Promise<void> {
  const functions = (await virtualFunctionsOf(session, reading, { index: link.index, counters })).get(link.index)
  if (functions) Object.assign(link, functions)
}

/** What the kernel calls "no such device" has a name here. */
function throwAbsent(error: unknown, { name, index }: LinkFilter): never {
  if (!(error instanceof NetlinkError) || error.code !== 'ENODEV') throw error
  const what = name === undefined ? `with the index ${index}` : `named ${JSON.stringify(name)}`
  const details = { code: 'ENODEV', table: 'link', operation: 'receive', cause: error } as const
  throw new NetlinkError(`link: there is no interface ${what} (ENODEV)`, details)
}

/**
 * The links of a network namespace, in the kernel's order.
 *
 * Rejects with `NetlinkError`: `ENODEV` where there is no interface of that name, `DUMP_INTERRUPTED` where the links
 * changed each time they were listed, `ENOENT` where there is no such namespace, `EPERM` where it may not be entered,
 * `ABORTED` and `TIMEOUT` as asked for.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export async function getLinks<const O extends GetLinksOptions = {}>(options?: O): Promise<Dump<LinkOf<O>>> {
  const asked: GetLinksOptions = options ?? {}
  const links = await withSession(LINKS, asked, async (session, reading) => {
    checkFilter(asked)
    return dumpLinks(session, asked, reading)
  })
  return links as Dump<unknown> as Dump<LinkOf<O>>
}

/**
 * The links in batches, as the kernel lists them, in bounded memory but for their names. What has been given cannot be
 * taken back: a dump that was interrupted fails with `DUMP_INTERRUPTED` at its end.
 */
export function streamLinks<const O extends GetLinksOptions = {}>(
  options?: O,
): AsyncGenerator<LinkOf<O>[], StreamEnd, void> {
  const asked: GetLinksOptions = options ?? {}
  const stream = withSessionStream(LINKS, asked, (session, reading) => linkBatches(session, asked, reading))
  return stream as AsyncGenerator<unknown[], StreamEnd, void> as AsyncGenerator<LinkOf<O>[], StreamEnd, void>
}

async function* linkBatches(
  session: Session,
  filter: LinkFilter,
  reading: ReadOptions,
): AsyncGenerator<Link[], StreamEnd, void> {
  checkFilter(filter)
  if (filter.name !== undefined || filter.index !== undefined || filter.vf) {
    const found = await dumpLinks(session, filter, reading)
    if (found.length > 0) yield found
    return { interrupted: found.interrupted }
  }
  const master = await indexOf(session, filter.master, 'link', reading)
  const lookups = await readLookups(session, reading, true)
  const stream = session.stream(link, linkRequest(filter, master), { ...reading, lookups }) as AsyncGenerator<
    Link[],
    StreamEnd,
    void
  >
  return yield* wanted(stream, (one) => trim([one], filter) && isWanted(one, filter, master))
}

/** What of each batch is wanted. */
async function* wanted<T>(
  stream: AsyncGenerator<T[], StreamEnd, void>,
  isOne: (record: T) => boolean,
): AsyncGenerator<T[], StreamEnd, void> {
  try {
    for (;;) {
      const next = await stream.next()
      if (next.done) return next.value
      const batch = next.value.filter(isOne)
      if (batch.length > 0) yield batch
    }
  } finally {
    await stream.return({ interrupted: false })
  }
}

/**
 * The addresses of a network namespace, interface by interface, IPv4 before IPv6.
 *
 * Rejects with `NetlinkError` as {@link getLinks} does.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export async function getAddresses(options: GetAddressesOptions = {}): Promise<Dump<Address>> {
  return withSession(ADDRESSES, options, async (session, reading) => {
    checkFilter(options)
    const dev = await indexOf(session, options.dev, 'address', reading)
    const lookups = await readLookups(session, reading, false)
    const found = (await session.dump(address, addressRequest(options, dev), { ...reading, lookups })) as Dump<Address>
    return dev === undefined
      ? found
      : dumpOf(
          found.filter(({ dev_index }) => dev_index === dev),
          found,
        )
  })
}

/** The addresses in batches, as the kernel lists them. */
export function streamAddresses(options: GetAddressesOptions = {}): AsyncGenerator<Address[], StreamEnd, void> {
  return withSessionStream(ADDRESSES, options, (session, reading) => addressBatches(session, options, reading))
}

async function* addressBatches(
  session: Session,
  filter: AddressFilter,
  reading: ReadOptions,
): AsyncGenerator<Address[], StreamEnd, void> {
  checkFilter(filter)
  const dev = await indexOf(session, filter.dev, 'address', reading)
  const lookups = await readLookups(session, reading, false)
  const stream = session.stream(address, addressRequest(filter, dev), { ...reading, lookups }) as AsyncGenerator<
    Address[],
    StreamEnd,
    void
  >
  return yield* wanted(stream, ({ dev_index }) => dev === undefined || dev_index === dev)
}
