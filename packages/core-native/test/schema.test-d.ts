import { expectTypeOf, test } from 'vitest'
import {
  attributeSet,
  enumOf,
  flag,
  header,
  list,
  many,
  member,
  nest,
  otherwise,
  type RecordOf,
  select,
  struct,
  table,
  text,
  type UnknownAttribute,
  u8,
  u32,
  u64,
} from '../src/schema/index.ts'
import type { sample } from './fixtures/sample-tables.ts'

const operation = attributeSet('CTRL_ATTR_OP_', {
  id: ['CTRL_ATTR_OP_ID', u32],
  active: ['CTRL_ATTR_OP_FLAGS', flag],
})

test('header members are always there, attributes may be absent', () => {
  type Sample = RecordOf<typeof sample>
  expectTypeOf<Sample['flags']>().toEqualTypeOf<number>()
  expectTypeOf<Sample['table']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<Sample['id']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<{ id: number }>().not.toExtend<Pick<Sample, 'flags'>>()
  // With exactOptionalPropertyTypes: absent, or a number, never an undefined that is there.
  expectTypeOf<{ id: undefined }>().not.toExtend<Pick<Sample, 'id'>>()
})

test('an attribute with a fallback is always there', () => {
  expectTypeOf<RecordOf<typeof sample>['version']>().toEqualTypeOf<number>()
})

test('64-bit values are numbers, or bigints where asked for, at every level', () => {
  const set = attributeSet('CTRL_ATTR_OP_', {
    id: ['CTRL_ATTR_OP_ID', u64],
    inner: [
      'CTRL_ATTR_OP_FLAGS',
      list(nest(attributeSet('CTRL_ATTR_OP_', { a: ['CTRL_ATTR_OP_ID', u64] }, { skip: ['CTRL_ATTR_OP_FLAGS'] }))),
    ],
  })
  expectTypeOf<RecordOf<typeof set>['id']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<RecordOf<typeof set, bigint>['id']>().toEqualTypeOf<bigint | undefined>()
  expectTypeOf<NonNullable<RecordOf<typeof set, bigint>['inner']>[number]['a']>().toEqualTypeOf<bigint | undefined>()
})

test('lists, repeated attributes, structs and choices', () => {
  type Sample = RecordOf<typeof sample>
  expectTypeOf<NonNullable<Sample['parts']>[number]['id']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<NonNullable<NonNullable<Sample['groups']>[number]['name']>>().toEqualTypeOf<string>()
  expectTypeOf<NonNullable<Sample['address']>>().toEqualTypeOf<{ vf: number; mac: string }>()
  expectTypeOf<Extract<NonNullable<Sample['data']>, { vf: number }>>().toEqualTypeOf<{ vf: number; mac: number[] }>()
})

test('unknown attributes are typed, under the name of their set', () => {
  type Sample = RecordOf<typeof sample>
  expectTypeOf<Sample['unknown_ctrl_attr_attrs']>().toEqualTypeOf<number[] | undefined>()
  expectTypeOf<Sample['unknown_ctrl_attr_attrs_decoded']>().toEqualTypeOf<UnknownAttribute[] | undefined>()
})

test('an enumeration knows its names and takes others', () => {
  const action = enumOf('FR_ACT_')
  type Action = ReturnType<ReturnType<typeof action.bind>['read']>
  expectTypeOf<'BLACKHOLE'>().toExtend<Action>()
  expectTypeOf<string>().toExtend<Action>()
  const lower = enumOf('FR_ACT_', { lowerCase: true })
  expectTypeOf<'blackhole'>().toExtend<ReturnType<ReturnType<typeof lower.bind>['read']>>()
})

test('what is misspelt or forgotten does not compile', () => {
  // @ts-expect-error a misspelt constant
  attributeSet('CTRL_ATTR_OP_', { id: ['CTRL_ATTR_OP_IDD', u32], active: ['CTRL_ATTR_OP_FLAGS', flag] })
  // @ts-expect-error a constant of another enumeration
  attributeSet('CTRL_ATTR_OP_', { id: ['CTRL_ATTR_OP_ID', u32], active: ['CTRL_ATTR_FAMILY_ID', flag] })
  // @ts-expect-error CTRL_ATTR_OP_FLAGS has no line
  attributeSet('CTRL_ATTR_OP_', { id: ['CTRL_ATTR_OP_ID', u32] })
  // left out on purpose
  attributeSet('CTRL_ATTR_OP_', { id: ['CTRL_ATTR_OP_ID', u32] }, { skip: ['CTRL_ATTR_OP_FLAGS'] })
  // @ts-expect-error no such enumeration
  attributeSet('CTRL_ATTR_OPP_', {})
  // @ts-expect-error no such struct
  header('fib_rule_hdrr', {})
  // @ts-expect-error no such member
  header('fib_rule_hdr', { family: ['famly', u8] })
  // @ts-expect-error no such member
  member('fib_rule_port_range', 'middle')
  // @ts-expect-error no such member
  struct('fib_rule_port_range', { start: ['begin', u32] })
  const definition = {
    name: 'x',
    request: 'RTM_GETRULE',
    reply: 'RTM_NEWRULE',
    header: header('fib_rule_hdr', {}),
  } as const
  const attributes = { id: ['CTRL_ATTR_OP_ID', u32], active: ['CTRL_ATTR_OP_FLAGS', flag] } as const
  table({ ...definition, group: 'CTRL_ATTR_OP_', attributes })
  // @ts-expect-error a misspelt message
  table({ ...definition, request: 'RTM_GETRULES', group: 'CTRL_ATTR_OP_', attributes })
  // @ts-expect-error a table that forgets an attribute
  table({ ...definition, group: 'CTRL_ATTR_OP_', attributes: { id: ['CTRL_ATTR_OP_ID', u32] } })
  // @ts-expect-error a record has no field that no line names
  expectTypeOf<RecordOf<typeof operation>['nothing']>()
  expectTypeOf(otherwise(u32, 0)).not.toBeAny()
  expectTypeOf(many(text)).not.toBeAny()
  expectTypeOf(select('kind', { a: text })).not.toBeAny()
})
