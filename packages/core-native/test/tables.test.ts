import { describe, expect, test } from 'vitest'
import { bindTable, emitModule, setsOf, tableSchema } from '../src/compile/index.ts'
import { constants } from '../src/constants/index.ts'
import { Frame, type Table } from '../src/schema/index.ts'
import { concat, MessageBuilder } from '../src/testing/build.ts'
import { sample, small } from './fixtures/sample-tables.ts'
import { factories as sampleFactories } from './golden/sample.decoders.ts'
import { factories as smallFactories } from './golden/small.decoders.ts'

const decoders = (table: Table, factories: typeof sampleFactories) => ({
  emitted: bindTable(table, new Map([...setsOf(table)].map((set, i) => [set, factories[i]!])), constants()),
  interpreted: bindTable(table, undefined, constants()),
})
const bySample = decoders(sample, sampleFactories)
const bySmall = decoders(small, smallFactories)

describe.each([
  ['emitted, little-endian', 'emitted', true],
  ['emitted, big-endian', 'emitted', false],
  ['interpreted, little-endian', 'interpreted', true],
  ['interpreted, big-endian', 'interpreted', false],
] as const)('%s', (_, way, littleEndian) => {
  const b = new MessageBuilder(littleEndian)
  const head = b.struct('fib_rule_hdr', { action: 1, flags: 0x01020304, dst_len: 24 })
  const decode = (parts: Uint8Array[], options = {}, by = bySample) => {
    const message = concat(head, ...parts)
    return by[way](new Frame(message, { littleEndian, ...options }), 0, message.length)
  }
  const always = { action: 'TO_TBL', flags: 0x01020304 }

  test('a message without attributes holds the header and what is always there', () => {
    expect(decode([])).toEqual({ ...always, version: 0 })
  })

  test('a header member that says "none" is absent, and is there otherwise', () => {
    const message = b.struct('fib_rule_hdr', { action: 1, flags: 0x01020304, table: 5 })
    expect(bySample[way](new Frame(message, { littleEndian }), 0, message.length)).toEqual({
      ...always,
      table: 5,
      version: 0,
    })
    expect(decode([])).not.toHaveProperty('table')
  })

  test('scalars, text and a field made of others', () => {
    const message = [
      b.attribute('CTRL_ATTR_VERSION', b.u32(2)),
      b.attribute('CTRL_ATTR_FAMILY_NAME', b.text('odd')),
      b.attribute('CTRL_ATTR_FAMILY_ID', b.u16(515)),
      b.attribute('CTRL_ATTR_HDRSIZE', b.u64(2n ** 40n + 1n)),
      b.attribute('CTRL_ATTR_MAXATTR', b.integer(8, 4386, true)),
    ]
    const rest = { ...always, version: 2, kind: 'odd', id: 515, next_version: 3 }
    expect(decode(message)).toEqual({ ...rest, wide: 2 ** 40 + 1, key: 4386 })
    expect(decode(message, { bigint: true })).toEqual({ ...rest, wide: 2n ** 40n + 1n, key: 4386n })
  })

  test('an indexed list of sets, and a flag', () => {
    const one = b.nested(1, b.attribute('CTRL_ATTR_OP_ID', b.u32(7)), b.attribute('CTRL_ATTR_OP_FLAGS'))
    const two = b.nested(2, b.attribute('CTRL_ATTR_OP_ID', b.u32(8)))
    expect(decode([b.nested('CTRL_ATTR_OPS', one, two)])).toMatchObject({ parts: [{ id: 7, active: true }, { id: 8 }] })
    expect(decode([b.nested('CTRL_ATTR_OPS')])).toMatchObject({ parts: [] })
  })

  test('a repeated attribute, with a list inside', () => {
    const group = (name: string) =>
      b.nested(
        'CTRL_ATTR_MCAST_GROUPS',
        b.attribute('CTRL_ATTR_MCAST_GRP_NAME', b.text(name)),
        b.nested('CTRL_ATTR_MCAST_GRP_ID', b.nested(1, b.attribute('CTRL_ATTR_OP_ID', b.u32(1)))),
      )
    expect(decode([group('a'), group('b')])).toMatchObject({
      groups: [
        { name: 'a', operations: [{ id: 1 }] },
        { name: 'b', operations: [{ id: 1 }] },
      ],
    })
  })

  test('a payload that a sibling chooses', () => {
    const operation = b.nested('CTRL_ATTR_POLICY', b.attribute('CTRL_ATTR_OP_ID', b.u32(7)))
    const macs = b.attribute('CTRL_ATTR_POLICY', b.struct('ifla_vf_mac', { vf: 3 }))
    const kind = (name: string) => b.attribute('CTRL_ATTR_FAMILY_NAME', b.text(name))
    expect(decode([kind('operation'), operation])).toMatchObject({ data: { id: 7 } })
    // The kernel writes some kinds after the payload.
    expect(decode([operation, kind('operation')])).toMatchObject({ data: { id: 7 } })
    expect(decode([kind('macs'), macs])).toMatchObject({ data: { vf: 3, mac: Array(32).fill(0) } })
    const odd = decode([kind('other'), operation]) as Record<string, unknown>
    expect(odd).not.toHaveProperty('data')
    expect(odd.unknown_ctrl_attr_attrs_decoded).toMatchObject([{ name: 'CTRL_ATTR_POLICY', nested: true, length: 8 }])
  })

  test('a struct with an array, longer and shorter than we know it', () => {
    const whole = b.struct('ifla_vf_mac', { vf: 3 })
    whole[4] = 0xaa
    const address = (payload: Uint8Array) => decode([b.attribute('CTRL_ATTR_OP_POLICY', payload)]).address
    expect(address(whole)).toEqual({ vf: 3, mac: `aa${':00'.repeat(31)}` })
    expect(address(concat(whole, Uint8Array.from([9, 9, 9, 9])))).toEqual({ vf: 3, mac: `aa${':00'.repeat(31)}` })
    expect(address(whole.subarray(0, 8))).toEqual({ vf: 3 })
    expect(address(new Uint8Array(0))).toEqual({})
  })

  test('a sentinel leaves the field absent, and is not unknown', () => {
    expect(decode([b.attribute('CTRL_ATTR_OP', b.u32(0xffffffff))])).toEqual({ ...always, version: 0 })
    expect(decode([b.attribute('CTRL_ATTR_OP', b.u32(5))])).toEqual({ ...always, version: 0, limit: 5 })
  })

  test('a prefix takes its length from the header', () => {
    const attribute = b.attribute('CTRL_ATTR_MCAST_GRP_NAME', Uint8Array.from([10, 1, 2, 0]))
    expect(decode([attribute], {}, bySmall)).toEqual({ length: 24, prefix: '10.1.2.0/24' })
  })

  test('unknown attributes are kept at every level, with name, flag bits and bytes', () => {
    const inner = b.nested('CTRL_ATTR_OPS', b.nested(1, b.attribute(40, Uint8Array.from([1, 2, 3]))))
    const misfit = b.attribute('CTRL_ATTR_VERSION', b.u16(1))
    const record = decode([inner, misfit, b.attribute(0x4000 | 77, Uint8Array.from([255]))])
    const length = { length: 2, bytes: Buffer.from(b.u16(1)).toString('hex') }
    // No version: that it is left out is not known of one that cannot be read.
    expect(record).toEqual({
      ...always,
      parts: [
        {
          unknown_ctrl_attr_op_attrs: [40],
          unknown_ctrl_attr_op_attrs_decoded: [
            { number: 40, base_number: 40, nested: false, name: 'CTRL_ATTR_OP_40', length: 3, bytes: '010203' },
          ],
        },
      ],
      unknown_ctrl_attr_attrs: [3, 0x4000 | 77],
      unknown_ctrl_attr_attrs_decoded: [
        { number: 3, base_number: 3, nested: false, name: 'CTRL_ATTR_VERSION', ...length },
        { number: 0x4000 | 77, base_number: 77, nested: false, name: 'CTRL_ATTR_77', length: 1, bytes: 'ff' },
      ],
    })
  })

  test('unknown attributes can be left out', () => {
    const inner = b.nested('CTRL_ATTR_OPS', b.nested(1, b.attribute(40)))
    expect(decode([inner, b.attribute(77)], { captureUnknown: false })).toEqual({ ...always, version: 0, parts: [{}] })
  })

  test('what the kernel marks with flag bits is the same attribute', () => {
    expect(decode([b.nested('CTRL_ATTR_VERSION', b.u32(1))])).toMatchObject({ version: 1 })
  })

  test.each([
    ['an attribute that runs past the message', () => [b.attribute('CTRL_ATTR_VERSION', b.u32(1)).subarray(0, 6)]],
    ['an attribute shorter than its header', () => [concat(b.u16(3), b.u16(3))]],
    ['a nested attribute that runs past its set', () => [b.nested('CTRL_ATTR_OPS', b.nested(1, b.u16(99), b.u16(1)))]],
  ])('%s fails with EBADMSG', (_, parts) => {
    expect(() => decode(parts())).toThrow(expect.objectContaining({ name: 'NetlinkError', code: 'EBADMSG' }))
  })

  test('a message that ends inside its header fails with EBADMSG', () => {
    expect(() => bySample[way](new Frame(head, { littleEndian }), 0, 8)).toThrow(/ends inside its fixed header/)
  })

  test('a few bytes after the last attribute are no attribute', () => {
    expect(decode([Uint8Array.from([1, 2, 3])])).toEqual({ ...always, version: 0 })
  })

  test('records hold no view of the buffer', () => {
    const message = concat(head, b.attribute('CTRL_ATTR_FAMILY_NAME', b.text('name')), b.attribute(77, b.u32(1)))
    const record = bySample[way](new Frame(message, { littleEndian }), 0, message.length)
    const before = JSON.stringify(record)
    message.fill(0xff)
    expect(JSON.stringify(record)).toBe(before)
  })
})

test.each([
  ['sample', sample],
  ['small', small],
] as const)('the emitted decoders of the %s table are as reviewed', async (name, table) => {
  const source = emitModule('test/fixtures/sample-tables.ts', table)
  const local = source.replace("'@netsnap/core-native/compile'", "'../../src/compile/index.ts'")
  await expect(local).toMatchFileSnapshot(`golden/${name}.decoders.ts`)
})

test('emitted decoders hold no kernel number', () => {
  const source = emitModule('sample-tables.ts', sample)
  expect(source).not.toMatch(/CTRL_ATTR|FR_ACT/)
})

test('the JSON Schema of a table', async () => {
  await expect(JSON.stringify(tableSchema(sample), null, 2)).toMatchFileSnapshot('golden/sample.schema.json')
})
