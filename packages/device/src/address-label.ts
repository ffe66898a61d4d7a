/** Labels of IPv6 addresses, by which a source is chosen: what `ip addrlabel` shows. */
import {
  type Asked,
  type Dump,
  dumpOf,
  NetlinkError,
  namesForRecords,
  type ReadOptions,
  type Session,
  type SourceOptions,
  withSession,
} from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import {
  addressFamily,
  header,
  interfaceName,
  address as ipAddress,
  type RecordOf,
  table,
  u8,
  u32,
  unless,
} from '@netsnap/core-native/schema'

// biome-ignore format: a table
export const addressLabel = table({
  name: 'address_label',
  request: 'RTM_GETADDRLABEL',
  reply: 'RTM_NEWADDRLABEL',
  header: header('ifaddrlblmsg', {
    family:    ['ifal_family', addressFamily],
    prefixlen: ['ifal_prefixlen', u8],
    /** The interface that it is for alone; absent for all. */
    dev_index: ['ifal_index', unless(u32, 0)],
    dev:       ['ifal_index', interfaceName],
    /** How often the table has changed. */
    seq:       ['ifal_seq', u32],
  }),
  group: 'IFAL_',
  attributes: {
    /** The prefix, whose length is `prefixlen`. */
    address: ['IFAL_ADDRESS', ipAddress],
    label:   ['IFAL_LABEL', u32],
  },
})

/** A label of the addresses in a prefix. */
export interface AddressLabel extends RecordOf<typeof addressLabel> {}

export interface GetAddressLabelsOptions extends Omit<ReadOptions, 'lookups' | 'bigint'>, SourceOptions {}

const ASKED: Asked = { protocol: 'NETLINK_ROUTE', table: 'address_label' }
const RESTARTS = 5 // not a kernel number: that of every dump

/** The kernel marks nothing and goes on by count, but each message says how often the table has changed. */
async function dumpLabels(session: Session, reading: ReadOptions): Promise<Dump<AddressLabel>> {
  const request = { header: { ifal_family: constant('AF_INET6') } }
  for (let restarts = 0; ; restarts++) {
    const found = (await session.dump(addressLabel, request, reading)) as Dump<AddressLabel>
    const interrupted = found.some(({ seq }) => seq !== found[0]!.seq)
    if (!interrupted) return dumpOf(found, { interrupted: false, restarts })
    if (restarts < (reading.restarts ?? RESTARTS)) continue
    if (reading.onInterrupted === 'return') return dumpOf(found, { interrupted, restarts })
    const details = { code: 'DUMP_INTERRUPTED', table: 'address_label', operation: 'receive' } as const
    throw new NetlinkError('address_label: labels changed each time that they were listed', details)
  }
}

/**
 * The labels of IPv6 addresses.
 *
 * Rejects with `NetlinkError`: `DUMP_INTERRUPTED` where labels changed each time they were listed, `EOPNOTSUPP` where the
 * kernel has no IPv6, `ENOENT` where there is no such namespace, `EPERM` where it may not be entered, `ABORTED` and
 * `TIMEOUT` as asked for.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export async function getAddressLabels(options: GetAddressLabelsOptions = {}): Promise<Dump<AddressLabel>> {
  return withSession(ASKED, options, async (session, reading) => {
    const interfaces = await namesForRecords(session, reading)
    const found = await dumpLabels(session, { ...reading, lookups: { interfaces } })
    return dumpOf([...found], found, interfaces)
  })
}
