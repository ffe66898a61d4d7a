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
import { attachEmitted } from '@netsnap/core-native/compile'
import { constant } from '@netsnap/core-native/constants'
import { type AddressLabel, addressLabel } from './address-label-table.ts'
import * as emitted from './generated/address_label.decoders.ts'

export { type AddressLabel, addressLabel } from './address-label-table.ts'

attachEmitted(addressLabel, emitted)

export interface GetAddressLabelsOptions extends Omit<ReadOptions, 'lookups' | 'bigint'>, SourceOptions {}

const LABELS: Asked = { protocol: 'NETLINK_ROUTE', table: 'address_label' }

const DEFAULT_RESTARTS = 5 // not a kernel number: that of all dumps

/**
 * The labels that IPv6 chooses its source addresses by, in the kernel's order: longer prefixes before shorter ones.
 *
 * The kernel neither marks an interrupted list nor tells of changes, and goes on by place in the list; but each label says
 * how often the labels have changed. Where two of a list differ in that, it is as an interrupted one.
 *
 * Rejects with `NetlinkError`: `DUMP_INTERRUPTED` where the labels changed each time they were listed, `ENOENT` where there
 * is no such namespace, `EPERM` where it may not be entered, `ABORTED` and `TIMEOUT` as asked for. A kernel without IPv6 has
 * none.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export async function getAddressLabels(options: GetAddressLabelsOptions = {}): Promise<Dump<AddressLabel>> {
  return withSession(LABELS, options, async (session, reading) => {
    const interfaces = await namesForRecords(session, reading)
    const { restarts: limit = DEFAULT_RESTARTS, onInterrupted } = reading
    for (let restarts = 0; ; restarts++) {
      const labels = await dumpLabels(session, { ...reading, lookups: { interfaces } })
      const changed = labels.some(({ seq }) => seq !== labels[0]!.seq)
      if (!changed) return dumpOf([...labels], interfaces, labels, { interrupted: false, restarts })
      if (restarts < limit) continue
      if (onInterrupted === 'return') return dumpOf([...labels], interfaces, { interrupted: true, restarts })
      throw new NetlinkError('address_label: the labels changed while the kernel listed them', {
        code: 'DUMP_INTERRUPTED',
        table: addressLabel.name,
        operation: 'receive',
      })
    }
  })
}

async function dumpLabels(session: Session, reading: ReadOptions): Promise<Dump<AddressLabel>> {
  try {
    const request = { header: { ifal_family: constant('AF_INET6') } }
    return (await session.dump(addressLabel, request, reading)) as Dump<AddressLabel>
  } catch (error) {
    if (error instanceof NetlinkError && error.code === 'EOPNOTSUPP') return dumpOf<AddressLabel>([])
    throw error
  }
}
