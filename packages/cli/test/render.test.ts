import type { RuleBigInt } from '@netsnap/rule'
import { describe, expect, test } from 'vitest'
import { ruleSummary, ruleTable } from '../src/render/rule.ts'
import { textTable } from '../src/render/table.ts'

/** A rule as the kernel sends the plainest one, with what is given. */
const rule = (fields: Partial<RuleBigInt> = {}): RuleBigInt => ({
  family: 'ipv4',
  action: 'TO_TBL',
  dst_len: 0,
  src_len: 0,
  tos: 0,
  flags: 0,
  flag_names: [],
  priority: 7,
  table: 'MAIN',
  table_id: 254,
  protocol: 'BOOT',
  protocol_id: 3,
  ...fields,
})

/** The kernel's table of a rule that looks in none. */
const none = { table: 'UNSPEC', table_id: 0 } as const

/** The one line of a rule in the summary, without its priority and who installed it. */
const line = (fields: Partial<RuleBigInt>) =>
  ruleSummary([rule(fields)])
    .split('\n')[3]!
    .replace(/^ {2}7: (.*) \[BOOT\]$/, '$1')

describe('a rule in one line, in the words of `ip rule`', () => {
  test.each<[string, Partial<RuleBigInt>]>([
    ['from all lookup MAIN', {}],
    ['not from 10.1.2.3/32 lookup MAIN', { src: '10.1.2.3/32', src_len: 32, flags: 2, flag_names: ['INVERT'] }],
    [
      'from all to 192.168.1.0/24 tos 0x10 lookup TABLE_100',
      { dst: '192.168.1.0/24', tos: 16, table: 'TABLE_100', table_id: 100 },
    ],
    ['from all fwmark 0x10/0xff lookup MAIN', { fwmark: 16, fwmask: 0xff }],
    ['from all fwmark 0x5 lookup MAIN', { fwmark: 5, fwmask: 0xffffffff }],
    ['from all fwmark 0x0/0x1 lookup MAIN', { fwmask: 1 }],
    ['from all iif br0 oif eth0 lookup MAIN', { iif: 'br0', oif: 'eth0' }],
    [
      'from all iif a [detached] oif b [detached] lookup MAIN',
      { iif: 'a', oif: 'b', flag_names: ['IIF_DETACHED', 'OIF_DETACHED'] },
    ],
    ['from all uidrange 1000-2000 lookup MAIN', { uid_start: 1000, uid_end: 2000 }],
    ['from all uidrange 0 lookup MAIN', { uid_start: 0, uid_end: 0 }],
    [
      'from all ipproto TCP sport 80 dport 1024-65534 lookup MAIN',
      { ip_proto: 'TCP', sport_start: 80, sport_end: 80, dport_start: 1024, dport_end: 65534 },
    ],
    ['from all tun_id 18446744073709551615 lookup MAIN', { tun_id: 2n ** 64n - 1n }],
    ["from all l3mdev lookup the device's table", { l3mdev: true, table: 'UNSPEC', table_id: 0 }],
    ['from all dscp 0x2e lookup MAIN', { dscp: 46 }],
    ['from all dscp 0x2e lookup MAIN', { dscp: 46, dscp_mask: 63 }],
    ['from all dscp 0x2e/0x3e lookup MAIN', { dscp: 46, dscp_mask: 62 }],
    ['from all flowlabel 0x12345 lookup MAIN', { flowlabel: 0x12345, flowlabel_mask: 0xfffff }],
    ['from all flowlabel 0x12345/0xffff lookup MAIN', { flowlabel: 0x12345, flowlabel_mask: 0xffff }],
    ['from all sport 80 lookup MAIN', { sport_start: 80, sport_end: 80, sport_mask: 0xffff }],
    ['from all dport 0x50/0xff0 lookup MAIN', { dport_start: 80, dport_end: 80, dport_mask: 0xff0 }],
    ['from all goto 120', { ...none, action: 'GOTO', goto: 120 }],
    ['from all goto 40000 [unresolved]', { ...none, action: 'GOTO', goto: 40000, flag_names: ['UNRESOLVED'] }],
    ['from all nop', { ...none, action: 'NOP' }],
    ['from all blackhole table MAIN', { action: 'BLACKHOLE' }],
    ['from all blackhole table TABLE_77', { action: 'BLACKHOLE', table: 'TABLE_77', table_id: 77 }],
    ['from all lookup vpn(100)', { table: 'vpn', table_id: 100 }],
    ['from all lookup MAIN(100)', { table: 'MAIN', table_id: 100 }],
    ['from all blackhole', { ...none, action: 'BLACKHOLE' }],
    ['from all action_77', { ...none, action: 'ACTION_77' }],
    ['from all lookup MAIN suppress_prefixlen 0', { suppress_prefixlen: 0 }],
    ['from all lookup MAIN suppress_ifgroup 7', { suppress_ifgroup: 7 }],
    ['from all lookup MAIN realms 3/4', { flow_from: 3, flow_to: 4 }],
    ['from all lookup MAIN realms 5', { flow_to: 5 }],
    ['from all lookup MAIN realms 3/0', { flow_from: 3 }],
    ['from all iif \\u{1b}[2J lookup MAIN', { iif: '\u001b[2J' }],
  ])('%s', (expected, fields) => {
    expect(line(fields)).toBe(expected)
  })

  test('who installed it stands at the end', () => {
    expect(ruleSummary([rule({ protocol: 'PROTO_77', protocol_id: 77 })])).toContain(
      '  7: from all lookup MAIN [PROTO_77]\n',
    )
  })
})

test('the summary goes family by family, in the order of the kernel', () => {
  const rules = [
    rule({ priority: 0, table: 'LOCAL' }),
    rule({ priority: 32766 }),
    rule({ family: 'ipv6', priority: 0, table: 'LOCAL' }),
  ]
  expect(ruleSummary(rules)).toBe(`Rules: 3

ipv4 (2)
  0: from all lookup LOCAL [BOOT]
  32766: from all lookup MAIN [BOOT]

ipv6 (1)
  0: from all lookup LOCAL [BOOT]
`)
})

test('no rules at all', () => {
  expect(ruleSummary([])).toBe('Rules: 0\n')
  expect(ruleTable([])).toBe('family  priority  match  action\n')
})

test('the table has a column for each side, and no space at the end of a line', () => {
  const rules = [
    rule({ priority: 0, src: '10.0.0.0/8', table: 'LOCAL' }),
    rule({ family: 'ipv6', priority: 32766, action: 'PROHIBIT', ...none }),
  ]
  expect(ruleTable(rules)).toBe(`family  priority  match            action
ipv4    0         from 10.0.0.0/8  lookup LOCAL [BOOT]
ipv6    32766     from all         prohibit [BOOT]
`)
})

test('a cell that a terminal would obey is shown, not sent', () => {
  expect(textTable(['a', 'b'], [['\u001b[31m', 'x\ny']])).toBe('a           b\n\\u{1b}[31m  x\\u{a}y\n')
})
