import { describe, expect, test } from 'vitest'
import { bundledConstants, bundledLayout, constant, constants, provenance } from '../src/constants/index.ts'
import { constantsFrom } from '../src/constants/lookup.ts'
import { toHostOrder } from '../src/constants/searchable.ts'
import * as snapshot from '../src/constants/snapshot.gen.ts'

describe('bundled constants', () => {
  const { value, group, prefixed, layout } = bundledConstants()

  test.each([
    ['FRA_PRIORITY', 6],
    ['AF_INET6', 10],
    ['NLM_F_DUMP', 0x300],
    ['NLMSG_HDRLEN', 16],
    ['NETNSA_NSID_NOT_ASSIGNED', -1],
    ['RTM_F_OFFLOAD_FAILED', 0x20000000],
    ['NHA_OP_FLAG_DUMP_STATS', 1],
    ['FRA_MAX', undefined],
    ['__FRA_MAX', undefined],
    ['constructor', undefined],
  ])('%s is %s', (name, expected) => {
    expect(value(name)).toBe(expected)
  })

  test('a group holds one C enum, of whatever kernel', () => {
    expect(group('FR_ACT_').get(1)).toBe('FR_ACT_TO_TBL')
    expect(group('FRA_').get(30)).toBe('FRA_DSCP_MASK')
    const names = [...group('IFLA_').values()]
    expect(names).toContain('IFLA_IFNAME')
    expect(names.filter((name) => name.startsWith('IFLA_BR'))).toEqual(['IFLA_BROADCAST'])
    expect(group('NO_SUCH_').size).toBe(0)
    expect(group('constructor').size).toBe(0)
  })

  test('a prefix holds macros too, the first name of a value, no bounds', () => {
    expect(prefixed('RTPROT_').get(186)).toBe('RTPROT_BGP')
    expect(prefixed('AF_').get(1)).toBe('AF_UNIX')
    expect(prefixed('IFF_').get(1)).toBe('IFF_UP')
    expect([...prefixed('RTNL_').values()]).toEqual(['RTNL_FAMILY_IPMR', 'RTNL_FAMILY_IP6MR'])
  })

  test('each name that the snapshot holds has its number, and no beginning or end of one', () => {
    const { groups, macros } = snapshot
    const numbers = Object.entries<number>(Object.assign({}, ...Object.values(groups), macros))
    expect(numbers.length).toBeGreaterThan(2500)
    for (const [name, number] of numbers) expect([name, value(name)]).toEqual([name, number])
    const known = new Set([...numbers.map(([name]) => name), ...Object.keys(snapshot.networkOrder.be16)])
    for (const [name] of numbers) {
      const others = [name.slice(0, -1), name.slice(1), `${name}_`, name.replace('_', '_0')]
      for (const other of others.filter((other) => !known.has(other)))
        expect([other, value(other)]).toEqual([other, undefined])
    }
  })

  test('a name of digits is not taken for a number', () => {
    const digits = constantsFrom([{ groups: { T_: { T_A: 7, T_7: 8, T_8: 1 } }, macros: { T_9: 8 } }])
    expect(['T_A', 'T_7', 'T_8', 'T_9', 'T_1'].map(digits.value)).toEqual([7, 8, 1, 8, undefined])
    expect([...digits.prefixed('T_')]).toEqual([
      [7, 'T_A'],
      [8, 'T_7'],
      [1, 'T_8'],
    ])
  })

  test('layouts have offsets, sizes, types, arrays and what is inside', () => {
    expect(layout('fib_rule_hdr')?.size).toBe(12)
    expect(Object.keys(layout('rtmsg')?.members ?? {}).slice(0, 2)).toEqual(['rtm_family', 'rtm_dst_len'])
    expect(layout('ifla_vf_mac')?.members.mac).toEqual({ offset: 4, size: 32, type: 'u8', count: 32 })
    expect(layout('br_mdb_entry')?.members.addr?.members?.members.u?.members?.members.ip4).toEqual({
      offset: 0,
      size: 4,
      type: 'be32',
    })
    expect(bundledLayout('nowhere')).toBeUndefined()
  })
})

test('macros in network order are what a load of that width sees', () => {
  expect(toHostOrder(0x8000, 16, false)).toBe(0x80)
  expect(toHostOrder(0x8000, 16, true)).toBe(0x8000)
  expect(toHostOrder(0x01020304, 32, false)).toBe(0x04030201)
  const seen = new Uint16Array(new Uint8Array([0x20, 0x00]).buffer)[0]
  expect(bundledConstants().value('GRE_KEY')).toBe(seen)
})

test('a better layer adds members and overrules numbers', () => {
  const vendor = { groups: { FRA_: { FRA_DST: 99, FRA_VENDOR: 98 }, NEW_: { NEW_A: 1 } } }
  const bundled = { groups: { FRA_: { FRA_DST: 1, FRA_SRC: 2 } }, macros: { FRA_ALIAS: 2 } }
  const { value, group, prefixed } = constantsFrom([vendor, bundled])
  expect(value('FRA_DST')).toBe(99)
  expect([...group('FRA_')]).toEqual([
    [99, 'FRA_DST'],
    [2, 'FRA_SRC'],
    [98, 'FRA_VENDOR'],
  ])
  expect([...prefixed('FRA_').keys()]).toEqual([99, 2, 98])
  expect(group('NEW_').get(1)).toBe('NEW_A')
})

test('this process has constants, whatever it could read', () => {
  expect(constants()).toBe(constants())
  expect(constant('RTM_GETLINK')).toBe(18)
  expect(() => constant('NO_SUCH_NAME' as 'RTM_GETLINK')).toThrow(/NO_SUCH_NAME/)
  expect(provenance().snapshot).toMatch(/^\d+\.\d+\.\d+$/)
})
