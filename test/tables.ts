import { readdirSync, readFileSync } from 'node:fs'
import { endianness } from 'node:os'
import { constant, constants } from '@netsnap/core-native/constants'
import type { Table } from '@netsnap/core-native/schema'
import { recordMessagesOf } from '@netsnap/core-native/testing'
import { address, link } from '@netsnap/device'
import { dpll, dpllPin } from '@netsnap/dpll'
import { wireguard } from '@netsnap/genl-wireguard'
import { nexthop, route } from '@netsnap/route'
import { rule } from '@netsnap/rule'

/** A table of ours and what was recorded of it. */
export interface RecordedTable {
  readonly table: Table
  readonly messages: readonly Uint8Array[]
}

const little = endianness() === 'LE'

/** Whether a message holds a record of this table; in generic netlink its command says so, and its type is no controller's. */
function isOf(table: Table): (message: Uint8Array) => boolean {
  const header = constants().layout('nlmsghdr')!
  const typeOf = (message: Uint8Array) =>
    new DataView(message.buffer).getUint16(header.members.nlmsg_type!.offset, little)
  const reply = constant(table.reply)
  if (!table.generic) return (message) => typeOf(message) === reply
  const commandAt = header.size + constants().layout('genlmsghdr')!.members.cmd!.offset
  return (message) => typeOf(message) !== constant('GENL_ID_CTRL') && message[commandAt] === reply
}

/** A message of many peers is thousands of times the same, and takes as much longer. */
const LONGEST = 8192 // not a kernel number: bytes

/** What was recorded of a table for a package, which may have recorded other tables with it. */
function recorded(table: Table, name = table.name): RecordedTable {
  const folder = new URL(`../packages/${name}/test/dumps/`, import.meta.url)
  const files = readdirSync(folder).filter((file) => file.endsWith('.nl'))
  const messages = files.flatMap((file) => recordMessagesOf(readFileSync(new URL(file, folder)))).filter(isOf(table))
  return { table, messages: messages.filter(({ length }) => length <= LONGEST) }
}

/** Every table of every package, with its recorded messages: what the fuzz harness and the benchmarks go through. */
export const recordedTables: readonly RecordedTable[] = [
  recorded(link, 'device'),
  recorded(address, 'device'),
  recorded(rule),
  recorded(route),
  recorded(nexthop, 'route'),
  recorded(wireguard, 'genl-wireguard'),
  recorded(dpll),
  recorded(dpllPin, 'dpll'),
]
