import { Session } from '@netsnap/core-native'
import { bindTable, decoderOf, tableSchema, writerOf } from '@netsnap/core-native/compile'
import { constant, constants } from '@netsnap/core-native/constants'
import { Frame } from '@netsnap/core-native/schema'
import {
  concat,
  fakeTransport,
  kernelsOf,
  MessageBuilder,
  recordedTransport,
  recordingsIn,
} from '@netsnap/core-native/testing'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { getRules, RoutingRuleQuery, type Rule, rule } from '../src/index.ts'
import { cases } from './cases.ts'
import { asIpRule, type IpRule } from './iproute2.ts'

const recordings = recordingsIn<IpRule[]>(new URL('./dumps/', import.meta.url))

describe.each(recordings.filter(({ bytes }) => bytes))('the state "$state" of Linux $kernel', ({ bytes, oracle }) => {
  const read = async () => getRules({ session: new Session(recordedTransport(bytes!)) })

  test.each(Object.keys(oracle))('holds what iproute2 said of it: %s', async (family) => {
    const rules = (await read()).filter((rule) => rule.family === family)
    expect(rules.map(asIpRule)).toEqual(oracle[family]!.output)
    expect(rules.length).toBeGreaterThan(0)
  })

  test('has no attribute without a line', async () => {
    expect((await read()).filter((rule) => rule.unknown_fra_attrs)).toEqual([])
  })

  test('fits the JSON Schema', async () => {
    const validate = new Ajv2020({ strict: true, allErrors: true }).compile(tableSchema(rule))
    for (const record of await read()) {
      validate(record)
      expect(validate.errors ?? []).toEqual([])
    }
  })
})

test('each state is recorded on each kernel that can make it; the others say what they lack', () => {
  expect(Object.keys(kernelsOf(recordings)).sort()).toEqual(Object.keys(cases).sort())
  expect(kernelsOf(recordings)).toEqual({
    fresh: ['6.1', '6.12', '6.18'],
    selectors: ['6.1', '6.12', '6.18'],
    vrf: ['6.1', '6.12', '6.18 needs vrf'],
  })
})

describe('in both byte orders, a rule with every attribute', () => {
  test('priority 0 is there although the kernel does not send it', async () => {
    const b = new MessageBuilder()
    const transport = fakeTransport((request) => {
      const sequence = new DataView(request.buffer).getUint32(8, b.little)
      return [
        b.message({ type: 'RTM_NEWRULE', sequence }, b.struct('fib_rule_hdr', { family: 2, action: 1 })),
        b.message({ type: 'NLMSG_DONE', sequence }, b.u32(0)),
      ]
    })
    const rules: Rule[] = await getRules({ session: new Session(transport) })
    expect(rules).toEqual([
      { family: 'ipv4', action: 'TO_TBL', dst_len: 0, src_len: 0, tos: 0, flags: 0, flag_names: [], priority: 0 },
    ])
  })
})

describe.each([true, false])('what cannot be read is not made up (lowest byte first: %o)', (littleEndian) => {
  const b = new MessageBuilder(littleEndian)
  test.each([
    ['FRA_PRIORITY', 'priority', b.u16(7)],
    ['FRA_DST', 'dst', Uint8Array.of(10, 0, 0)],
    ['FRA_SRC', 'src', new Uint8Array(16)],
    ['FRA_TABLE', 'table', b.u8(7)],
  ] as const)('%s', (name, field, payload) => {
    const head = b.struct('fib_rule_hdr', { family: constant('AF_INET'), dst_len: 8, src_len: 8, action: 1 })
    const body = concat(head, b.attribute(name, payload))
    const frame = () => new Frame(body, { littleEndian })
    const record = decoderOf(rule)(frame(), 0, body.length) as unknown as Rule
    expect(record).not.toHaveProperty(field)
    expect(record.unknown_fra_attrs_decoded).toMatchObject([{ name, length: payload.length }])
    expect(bindTable(rule, undefined, constants())(frame(), 0, body.length)).toEqual(record)
    const bare = new Frame(body, { littleEndian, captureUnknown: false })
    expect(JSON.parse(writerOf(rule)(bare, 0, body.length))).not.toHaveProperty(field)
  })
})

describe('mistakes are refused before anything is sent', () => {
  test.each([
    ['a family that has no rules', { family: 'ipx' }, /family: "ipx" is none of ipv4, ipv6, ipmr, ip6mr/],
    ['a family by its number', { family: 2 }, /family: 2/],
    ['the name of an object’s own property', { family: 'constructor' }, /family: "constructor"/],
    ['an empty namespace', { netns: '' }, TypeError],
    ['a process that cannot be', { netns: -1 }, TypeError],
    ['a timeout that is no number', { timeout: Number.NaN }, TypeError],
  ])('%s', async (_, options, error) => {
    await expect(getRules(options as never)).rejects.toThrow(TypeError)
    await expect(getRules(options as never)).rejects.toThrow(error)
  })

  test('the query class refuses them too', async () => {
    await expect(new RoutingRuleQuery().getRules({ family: 'ipx' as never })).rejects.toThrow(TypeError)
  })

  test('a namespace that is not there is the kernel’s to refuse', async () => {
    await expect(getRules({ netns: 'no-such-namespace' })).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'ENOENT',
    })
  })
})
