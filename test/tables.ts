import { readdirSync, readFileSync } from 'node:fs'
import { endianness } from 'node:os'
import { constant, constants } from '@netsnap/core-native/constants'
import type { Table } from '@netsnap/core-native/schema'
import { recordMessagesOf } from '@netsnap/core-native/testing'
import { nexthop, route } from '@netsnap/route'
import { rule } from '@netsnap/rule'

/** A table of ours and what was recorded of it. */
export interface RecordedTable {
  readonly table: Table
  readonly messages: readonly Uint8Array[]
}

/** What was recorded of a table for a package, which may have recorded other tables with it. */
function recorded(table: Table, name = table.name): RecordedTable {
  const folder = new URL(`../packages/${name}/test/dumps/`, import.meta.url)
  const files = readdirSync(folder).filter((file) => file.endsWith('.nl'))
  const { offset } = constants().layout('nlmsghdr')!.members.nlmsg_type!
  const messages = files
    .flatMap((file) => recordMessagesOf(readFileSync(new URL(file, folder))))
    .filter(
      (message) => new DataView(message.buffer).getUint16(offset, endianness() === 'LE') === constant(table.reply),
    )
  return { table, messages }
}

/** Every table of every package, with its recorded messages: what the fuzz harness and the benchmarks go through. */
export const recordedTables: readonly RecordedTable[] = [recorded(rule), recorded(route), recorded(nexthop, 'route')]
