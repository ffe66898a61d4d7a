import { fuzzRepeats, fuzzTable, MessageBuilder, messagesOf, mutate } from '@netsnap/core-native/testing'
import { expect, test } from 'vitest'
import { NetlinkError } from '../packages/core-native/src/base/errors.ts'
import { attachEmitted } from '../packages/core-native/src/compile/index.ts'
import { constant, constants } from '../packages/core-native/src/constants/index.ts'
import { Frame } from '../packages/core-native/src/schema/index.ts'
import { controller } from '../packages/core-native/src/session/families.ts'
import { type Reply, readMessages } from '../packages/core-native/src/session/reply.ts'
import { buildRequest } from '../packages/core-native/src/session/request.ts'
import { sample, small } from '../packages/core-native/test/fixtures/sample-tables.ts'
import * as sampleEmitted from '../packages/core-native/test/golden/sample.decoders.ts'
import * as smallEmitted from '../packages/core-native/test/golden/small.decoders.ts'
import { randomOf } from './random.ts'
import { type RecordedTable, recordedTables } from './tables.ts'

/** `pnpm fuzz` sets both: a longer run, from a seed of its own. */
const COUNT = Number(process.env.NETSNAP_FUZZ_COUNT ?? 200_000)
const SEED = Number(process.env.NETSNAP_FUZZ_SEED ?? 1)
const TIMEOUT = 600_000 + COUNT

// Most of these errors are only looked at for their code.
Error.stackTraceLimit = 0

attachEmitted(sample, sampleEmitted)
attachEmitted(small, smallEmitted)

const b = new MessageBuilder()
const operation = (id: number) => b.attribute('CTRL_ATTR_OP_ID', b.u32(id))
const head = b.struct('fib_rule_hdr', { action: 1, dst_len: 24 })

/** Messages made by hand for tables that no kernel dumps. */
const built: readonly RecordedTable[] = [
  {
    table: sample,
    messages: ['operation', 'macs', 'other'].map((kind) =>
      b.message(
        { type: 'RTM_NEWRULE' },
        head,
        b.attribute('CTRL_ATTR_FAMILY_NAME', b.text(kind)),
        b.attribute('CTRL_ATTR_VERSION', b.u32(2)),
        b.attribute('CTRL_ATTR_HDRSIZE', b.u64(2n ** 40n)),
        b.nested(
          'CTRL_ATTR_OPS',
          b.nested(1, operation(7), b.attribute('CTRL_ATTR_OP_FLAGS')),
          b.nested(2, operation(8)),
        ),
        b.nested('CTRL_ATTR_MCAST_GROUPS', b.attribute('CTRL_ATTR_MCAST_GRP_NAME', b.text('group'))),
        b.nested('CTRL_ATTR_POLICY', operation(9)),
        b.attribute('CTRL_ATTR_OP_POLICY', b.struct('ifla_vf_mac', { vf: 3 })),
        b.attribute('CTRL_ATTR_OP', b.u32(5)),
      ),
    ),
  },
  {
    table: small,
    messages: [
      b.message(
        { type: 'RTM_NEWRULE' },
        head,
        b.attribute('CTRL_ATTR_MCAST_GRP_NAME', Uint8Array.from([10, 1, 2, 0])),
        b.attribute('CTRL_ATTR_MCAST_GRP_ID', b.u32(5)),
      ),
    ],
  },
  {
    table: controller,
    messages: [
      b.message(
        { type: 'GENL_ID_CTRL' },
        b.struct('genlmsghdr', { cmd: 1, version: 2 }),
        b.attribute('CTRL_ATTR_FAMILY_NAME', b.text('nlctrl')),
        b.attribute('CTRL_ATTR_FAMILY_ID', b.u16(16)),
        b.nested('CTRL_ATTR_OPS', b.nested(1, operation(3))),
      ),
    ],
  },
]

const tables = [...recordedTables, ...built]

/** A message of a link is ten times as long as others, and takes as much longer. */
const USUAL_BYTES = 128 // not a kernel number: what most messages have
const countFor = ({ messages }: RecordedTable): number => {
  const bytes = messages.reduce((sum, { length }) => sum + length, 0) / messages.length
  return Math.round(COUNT * Math.min(1, USUAL_BYTES / bytes))
}

test.each(tables.map((one) => [one.table.name, one] as const))(
  '%s: hostile messages, the emitted decoder as the interpreter',
  (name, one) => {
    const count = countFor(one)
    const report = fuzzTable({ ...one, count, random: randomOf(SEED) })
    console.log(`fuzz ${name}: ${JSON.stringify(report)}`)
    // The harness must reach all of the ways that a message can go.
    expect(report.decoded).toBeGreaterThan(count / 20)
    expect(report.refused).toBeGreaterThan(count / 20)
    expect(report.unknown).toBeGreaterThan(count / 100)
  },
  TIMEOUT,
)

test.each(tables.filter(({ table }) => !table.secret).map((one) => [one.table.name, one] as const))(
  '%s: messages that are like others, read as if each were alone',
  (name, one) => {
    const report = fuzzRepeats({ ...one, count: Math.round(countFor(one) / 4), random: randomOf(SEED) })
    console.log(`fuzz repeats ${name}: ${JSON.stringify(report)}`)
    // Lists and derived fields are read the long way: of the other tables those are rare.
    if (['rule', 'route', 'nexthop'].includes(name)) expect(report.repeated).toBeGreaterThan(report.messages / 3)
  },
  TIMEOUT,
)

test(
  `${COUNT} hostile datagrams: every message of a reply is bounded`,
  () => {
    const random = randomOf(SEED)
    const datagrams = tables.flatMap(({ messages }) => messages)
    const ends = [b.message({ type: 'NLMSG_DONE' }, b.u32(0)), b.message({ type: 'NLMSG_ERROR' }, b.integer(4, -22))]
    const hostile = [...datagrams.slice(0, 8), ...ends]
    const codes = new Map<string, number>()
    for (let i = 0; i < COUNT; i++) {
      const bytes = mutate(hostile, random, 0)
      const code = readHostile(bytes)
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    console.log(`fuzz datagrams: ${JSON.stringify(Object.fromEntries(codes))}`)
    expect([...codes.keys()]).toEqual(expect.arrayContaining(['read', 'EBADMSG', 'an errno']))
  },
  TIMEOUT,
)

/** Reads a datagram as a reply to a request for rules, whatever its sequence number. */
function readHostile(bytes: Uint8Array): string {
  const { offset } = constants().layout('nlmsghdr')!.members.nlmsg_seq!
  const copy = bytes.slice()
  if (copy.length >= offset + 4) copy.fill(0, offset, offset + 4)
  const reply: Reply = {
    request: buildRequest(small),
    sequence: 0,
    port: undefined,
    type: constant('RTM_NEWRULE'),
    decode: () => ({}),
    repeats: undefined,
    watched: false,
    records: [],
    ended: false,
    interrupted: false,
  }
  try {
    readMessages(new Frame(copy), 0, copy.length, copy.length, reply)
    return 'read'
  } catch (error) {
    if (error instanceof NetlinkError) return error.code === 'EBADMSG' ? 'EBADMSG' : 'an errno'
    throw new Error(Buffer.from(copy).toString('hex'), { cause: error })
  }
}

test('the harness finds a decoder that differs from the interpreter', () => {
  const { table, messages } = built[1]!
  const factories = smallEmitted.factories.map(() => () => () => ({ length: 0 }))
  attachEmitted(small, { ...smallEmitted, factories })
  try {
    const run = () => fuzzTable({ table, messages, count: 1000, random: randomOf(SEED) })
    expect(run).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ message: expect.stringContaining('differ') }) }),
    )
  } finally {
    attachEmitted(small, smallEmitted)
  }
  expect(messagesOf(messages[0]!)).toHaveLength(1)
})
