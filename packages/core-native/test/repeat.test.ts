import { expect, test } from 'vitest'
import { readerOf } from '../src/compile/bind.ts'
import { Repeats } from '../src/compile/repeat.ts'
import { constant } from '../src/constants/index.ts'
import { Frame } from '../src/schema/frame.ts'
import { header, prefix, struct, table, u8, u32, unless } from '../src/schema/index.ts'
import { type Reply, readMessages } from '../src/session/reply.ts'
import { buildRequest } from '../src/session/request.ts'
import { concat, MessageBuilder } from '../src/testing/build.ts'

const b = new MessageBuilder()
const MANY = 20

/** A value that many records share, one that reads the header, one that may be absent, one that each record owns. */
const mixed = table({
  name: 'mixed',
  request: 'RTM_GETRULE',
  reply: 'RTM_NEWRULE',
  header: header('fib_rule_hdr', { length: ['dst_len', u8], table: ['table', unless(u8, 0)] }),
  group: 'CTRL_ATTR_MCAST_GRP_',
  attributes: {
    prefix: ['CTRL_ATTR_MCAST_GRP_NAME', prefix('dst_len')],
    own: ['CTRL_ATTR_MCAST_GRP_ID', struct('ifla_vf_mac', { vf: ['vf', u32] })],
  },
})

interface Row {
  readonly last: number
  readonly length?: number
  readonly table?: number
  readonly vf?: number
  readonly head?: { readonly flags?: number; readonly sequence?: number; readonly port?: number }
}

const row = ({ last, length = 24, table = 0, vf = last, head = {} }: Row) =>
  b.message(
    { type: 'RTM_NEWRULE', ...head },
    b.struct('fib_rule_hdr', { dst_len: length, table }),
    b.attribute('CTRL_ATTR_MCAST_GRP_NAME', Uint8Array.of(10, 0, 0, last)),
    b.attribute('CTRL_ATTR_MCAST_GRP_ID', b.struct('ifla_vf_mac', { vf })),
  )

const expected = ({ last, length = 24, table = 0, vf = last }: Row) => ({
  length,
  ...(table === 0 ? {} : { table }),
  prefix: `10.0.0.${last}/${length}`,
  own: { vf },
})

/** Reads rows as one datagram; `alone` counts those that the decoder was called for. */
function read(rows: readonly Row[], cut = 0) {
  const { decode, bound } = readerOf(mixed)
  const read = { alone: 0 }
  const datagram = concat(...rows.map(row))
  const frame = new Frame(datagram)
  const reply: Reply = {
    request: buildRequest(mixed),
    sequence: 0,
    port: 0,
    type: constant('RTM_NEWRULE'),
    decode: (...parts) => {
      read.alone++
      return decode(...parts)
    },
    repeats: new Repeats(() => bound, undefined),
    watched: false,
    records: [],
    ended: false,
    interrupted: false,
  }
  const length = datagram.length - cut
  readMessages(frame, 0, length, length, reply)
  return { ...read, ...reply }
}

const rows = (each: (i: number) => Partial<Row>): Row[] =>
  Array.from({ length: MANY }, (_, i) => ({ last: i, ...each(i) }))

test.each<[string, (i: number) => Partial<Row>, number]>([
  ['all of one make', () => ({}), 4],
  ['with another header now and then', (i) => ({ length: i % 3 === 0 ? 8 : 24 }), 4],
  ['with nothing but the header of their own', (i) => ({ last: 1, length: i }), 4],
  ['with the same bytes', () => ({ last: 1 }), 4],
  ['with a field that comes and goes', (i) => ({ table: i % 2 }), MANY / 2 + 3],
])('messages %s are read as if each were alone', (_, each, alone) => {
  const all = rows(each)
  const reply = read(all)
  expect(reply.records).toEqual(all.map(expected))
  expect(reply.alone).toBeLessThanOrEqual(alone)
})

test('what a record owns is its own', () => {
  const { records } = read(rows(() => ({ vf: 7 })))
  for (const record of records) (record.own as { vf: number }).vf++
  expect(records.map(({ own }) => own)).toEqual(Array.from({ length: MANY }, () => ({ vf: 8 })))
  expect(new Set(records).size).toBe(MANY)
})

test('a message of another request, or to another port, is passed over among ones that are alike', () => {
  const strange = (i: number) => (i === 12 ? { sequence: 5 } : i === 15 ? { port: 9 } : {})
  const { records } = read(rows((i) => ({ head: strange(i) })))
  expect(records).toHaveLength(MANY - 2)
})

test('the mark of an interruption is seen on a message that is like the others', () => {
  expect(read(rows(() => ({}))).interrupted).toBe(false)
  expect(read(rows((i) => ({ head: { flags: i === 17 ? constant('NLM_F_DUMP_INTR') : 0 } }))).interrupted).toBe(true)
})

test('a message that runs past the end of its datagram is refused, however like the others', () => {
  expect(() =>
    read(
      rows(() => ({})),
      4,
    ),
  ).toThrow(/runs past the end of its datagram/)
})
