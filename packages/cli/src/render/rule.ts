import type { RuleBigInt } from '@netsnap/rule'
import { visible } from '../output.ts'
import { textTable } from './table.ts'
import { numbered, type Part, realms, rest, words } from './words.ts'

const hex = (value: number) => `0x${value.toString(16)}` // not a kernel number: the radix

function masked(value: number, mask: number | undefined, whole: number): string {
  return mask === undefined || mask === whole ? hex(value) : `${hex(value)}/${hex(mask)}`
}

const allOnes = (bits: number) => 2 ** bits - 1

/** Masks that compare the whole of a value: of these iproute2 says nothing either. */
const WHOLE = { mark: allOnes(32), port: allOnes(16), dscp: allOnes(6), flowlabel: allOnes(20) } // not a kernel number: widths in bits

function range(name: string, start: number | undefined, end: number | undefined, mask: number = WHOLE.port): Part {
  if (start === undefined) return undefined
  if (start === end) return `${name} ${mask === WHOLE.port ? start : masked(start, mask, WHOLE.port)}`
  return `${name} ${start}-${end}${mask === WHOLE.port ? '' : `/${hex(mask)}`}`
}

/** What a rule matches, in the words of `ip rule`. */
function selector(rule: RuleBigInt): string {
  const { fwmask, ip_proto, tun_id, dscp, flowlabel, iif, oif, tos, l3mdev, flag_names } = rule
  const parts: Part[] = [
    flag_names.includes('INVERT') && 'not',
    `from ${rule.src ?? 'all'}`,
    rule.dst !== undefined && `to ${rule.dst}`,
    tos !== 0 && `tos ${hex(tos)}`,
    dscp !== undefined && `dscp ${masked(dscp, rule.dscp_mask, WHOLE.dscp)}`,
    flowlabel !== undefined && `flowlabel ${masked(flowlabel, rule.flowlabel_mask, WHOLE.flowlabel)}`,
    // The kernel leaves a mark of 0 out, and sends its mask.
    (rule.fwmark ?? fwmask) !== undefined && `fwmark ${masked(rule.fwmark ?? 0, fwmask, WHOLE.mark)}`,
    iif !== undefined && `iif ${iif}${flag_names.includes('IIF_DETACHED') ? ' [detached]' : ''}`,
    oif !== undefined && `oif ${oif}${flag_names.includes('OIF_DETACHED') ? ' [detached]' : ''}`,
    l3mdev === true && 'l3mdev',
    range('uidrange', rule.uid_start, rule.uid_end),
    ip_proto !== undefined && `ipproto ${ip_proto}`,
    range('sport', rule.sport_start, rule.sport_end, rule.sport_mask),
    range('dport', rule.dport_start, rule.dport_end, rule.dport_mask),
    tun_id !== undefined && `tun_id ${tun_id}`,
  ]
  return words(parts)
}

// biome-ignore format: a table
const SAID = new Set<string>([
  'family', 'action', 'dst', 'dst_len', 'src', 'src_len', 'tos', 'flags', 'flag_names', 'priority', 'iif', 'oif',
  'fwmark', 'fwmask', 'ip_proto', 'ip_proto_id', 'sport_start', 'sport_end', 'sport_mask', 'dport_start', 'dport_end',
  'dport_mask', 'dscp', 'dscp_mask', 'flowlabel', 'flowlabel_mask', 'tun_id', 'uid_start', 'uid_end', 'l3mdev',
  'table', 'table_id', 'goto', 'flow_from', 'flow_to', 'suppress_prefixlen', 'suppress_ifgroup', 'protocol',
  'protocol_id',
] satisfies (keyof RuleBigInt)[])

/** The flags that are told in words. */
const TOLD = new Set(['INVERT', 'UNRESOLVED', 'IIF_DETACHED', 'OIF_DETACHED'])

/** What a rule looks its routes up in, or goes to. A table that it does not look in is said too, where it has one. */
function target({ action, l3mdev, table = '', table_id, goto, flag_names }: RuleBigInt): Part[] {
  const name = numbered(table, table_id, 'RT_TABLE_')
  const other = name !== 'UNSPEC' && name !== '' && `table ${name}`
  if (action === 'GOTO') return [`goto ${goto ?? ''}${flag_names.includes('UNRESOLVED') ? ' [unresolved]' : ''}`, other]
  if (action !== 'TO_TBL') return [action.toLowerCase(), goto !== undefined && `goto ${goto}`, other]
  return l3mdev ? ["lookup the device's table", other] : [`lookup ${name}`]
}

/** What becomes of a packet that a rule matches. */
function verdict(rule: RuleBigInt): string {
  const { flow_from, flow_to, suppress_prefixlen, suppress_ifgroup, protocol, protocol_id, flag_names } = rule
  return words([
    ...target(rule),
    suppress_prefixlen !== undefined && `suppress_prefixlen ${suppress_prefixlen}`,
    suppress_ifgroup !== undefined && `suppress_ifgroup ${suppress_ifgroup}`,
    realms(flow_from, flow_to),
    ...rest(rule, SAID),
    ...flag_names.filter((flag) => !TOLD.has(flag)).map((flag) => flag.toLowerCase()),
    protocol !== undefined && `[${numbered(protocol, protocol_id, 'RTPROT_')}]`,
  ])
}

/** A line for each rule, family by family in the order in which the kernel tries them. */
export function ruleSummary(rules: readonly RuleBigInt[]): string {
  const families = [...new Set(rules.map(({ family }) => family))]
  const blocks = families.map((family) => {
    const mine = rules.filter((rule) => rule.family === family)
    const lines = mine.map((rule) => visible(`  ${rule.priority}: ${selector(rule)} ${verdict(rule)}`))
    return [`${family} (${mine.length})`, ...lines].join('\n')
  })
  return `${[`Rules: ${rules.length}`, ...blocks].join('\n\n')}\n`
}

/** The rules as a table with a column for each side of them. */
export function ruleTable(rules: readonly RuleBigInt[]): string {
  const rows = rules.map((rule) => [rule.family, String(rule.priority), selector(rule), verdict(rule)])
  return textTable(['family', 'priority', 'match', 'action'], rows)
}
