import { readdirSync, readFileSync } from 'node:fs'
import type { Table } from '@netsnap/core-native/schema'
import { recordMessagesOf } from '@netsnap/core-native/testing'
import { rule } from '@netsnap/rule'

/** A table of ours and what was recorded of it. */
export interface RecordedTable {
  readonly table: Table
  readonly messages: readonly Uint8Array[]
}

function recordings(name: string): Uint8Array[] {
  const folder = new URL(`../packages/${name}/test/dumps/`, import.meta.url)
  const files = readdirSync(folder).filter((file) => file.endsWith('.nl'))
  return files.flatMap((file) => recordMessagesOf(readFileSync(new URL(file, folder))))
}

/** Every table of every package, with its recorded messages: what the fuzz harness and the benchmarks go through. */
export const recordedTables: readonly RecordedTable[] = [{ table: rule, messages: recordings('rule') }]
