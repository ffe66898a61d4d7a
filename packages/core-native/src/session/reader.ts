import { remember } from '../base/remember.ts'
import { readerOf, writerOf } from '../compile/bind.ts'
import type { BoundSet } from '../compile/bound.ts'
import type { Decode, Write } from '../schema/codec.ts'
import type { Table } from '../schema/set.ts'
import { ofCommand } from './families.ts'

/** How the messages of a table are read. */
export interface Reader {
  readonly read: Decode
  /** What the decoder was made of, where it makes records of which nothing is secret. */
  readonly set?: (() => BoundSet) | undefined
}

const readers = new WeakMap<Table, Reader>()
const writers = new WeakMap<Table, Write>()

/** The table's decoder. It is bound when the first message comes: many tables are asked for and empty. */
export function readerFor(table: Table): Reader {
  return remember(readers, table, () => {
    let made: ReturnType<typeof readerOf> | undefined
    const bound = () => {
      made ??= readerOf(table)
      return made
    }
    const read = ofCommand(table, (frame, at, end) => bound().decode(frame, at, end))
    return { read, set: table.secret ? undefined : () => bound().bound }
  })
}

/** The table's writer of JSON. */
export const writerFor = (table: Table): Write => remember(writers, table, () => ofCommand(table, writerOf(table)))
