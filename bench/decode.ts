import { isDeepStrictEqual } from 'node:util'
import { bindTable, decoderOf, writerOf } from '@netsnap/core-native/compile'
import { constants } from '@netsnap/core-native/constants'
import { Frame } from '@netsnap/core-native/schema'
import { concat } from '@netsnap/core-native/testing'
import { Bench } from 'tinybench'
import { recordedTables } from '../test/tables.ts'
import { printTable } from './print.ts'

type Read = (frame: Frame, at: number, end: number) => unknown

const BODY = constants().layout('nlmsghdr')!.size

/** Decode every message in a frame that holds them all, as a batch from the kernel does. */
function decodeAll(decode: Read, frame: Frame, ends: readonly number[]): unknown {
  let at = 0
  let last: unknown
  for (const end of ends) {
    last = decode(frame, at + BODY, end)
    at = end
  }
  return last
}

/** The median nanoseconds that each way takes for a message. */
async function race(ways: Readonly<Record<string, Read>>, frame: Frame, ends: readonly number[]): Promise<number[]> {
  const bench = new Bench({ time: 1000, warmupTime: 300 })
  for (const [name, way] of Object.entries(ways)) bench.add(name, () => decodeAll(way, frame, ends))
  await bench.run()
  return bench.tasks.map(({ name, result }) => {
    if (result.state !== 'completed') throw new Error(`${name}: ${result.state}`)
    return (result.latency.p50 * 1e6) / ends.length
  })
}

/** What is written of each message is the record that is read. */
function checkWritten(
  name: string,
  { emitted, written }: Readonly<Record<string, Read>>,
  frame: Frame,
  ends: readonly number[],
): void {
  for (const [i, end] of ends.entries()) {
    const at = (ends[i - 1] ?? 0) + BODY
    const text = written!(frame, at, end) as string
    const record = JSON.stringify(emitted!(frame, at, end))
    if (isDeepStrictEqual(JSON.parse(text), JSON.parse(record))) continue
    throw new Error(`${name}: message ${i} is written as ${text} and read as ${record}`)
  }
}

/** Recorded messages of each table: the emitted decoder against the interpreter. */
export async function decode(): Promise<void> {
  const rows: string[][] = []
  for (const { table, messages } of recordedTables) {
    const bytes = concat(...messages)
    const ends: number[] = []
    for (const { length } of messages) ends.push((ends.at(-1) ?? 0) + length)
    const frame = new Frame(bytes)
    const emitted = decoderOf(table)
    const ways: Readonly<Record<string, Read>> = {
      emitted,
      interpreted: bindTable(table, undefined, constants()),
      written: writerOf(table),
      stringified: (frame, at, end) => JSON.stringify(emitted(frame, at, end)),
    }
    checkWritten(table.name, ways, frame, ends)
    const nanoseconds = await race(ways, frame, ends)
    const [fast, slow, written, stringified] = nanoseconds as [number, number, number, number]
    rows.push([
      table.name,
      String(messages.length),
      ...nanoseconds.map((each) => `${each.toFixed(0)} ns`),
      (slow / fast).toFixed(2),
      (stringified / written).toFixed(2),
    ])
  }
  const head = [
    'table',
    'messages',
    'emitted',
    'interpreted',
    'bytes to JSON',
    'by way of objects',
    'interpreter / emitted',
    'objects / JSON',
  ]
  printTable('A recorded message (median): decoded, and written as JSON', head, rows)
}
