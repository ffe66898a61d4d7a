import { readFileSync } from 'node:fs'
import type { Rule } from '../src/index.ts'

/** A rule as `ip -j -d rule` prints it. */
export type IpRule = Record<string, unknown>

/** iproute2's names of IP protocols are those of /etc/protocols. */
const protocols = new Map(
  readFileSync('/etc/protocols', 'utf8')
    .split('\n')
    .map((line) => /^([\w.+-]+)\s+(\d+)/.exec(line))
    .flatMap((match): [number, string][] => (match ? [[Number(match[2]), match[1]!]] : [])),
)

const ADDRESS_BITS: Record<string, number> = { ipv4: 32, ipv6: 128 }
const hex = (value: number) => (value === 0 ? '0' : `0x${value.toString(16)}`)

function side(name: 'src' | 'dst', { family, [name]: value }: Rule): IpRule {
  if (value === undefined) return name === 'src' ? { src: 'all' } : {}
  const [address, length] = value.split('/')
  return { [name]: address, ...(Number(length) === ADDRESS_BITS[family] ? {} : { [`${name}len`]: Number(length) }) }
}

function ports(name: 'sport' | 'dport', rule: Rule): IpRule {
  const [start, end] = [rule[`${name}_start`], rule[`${name}_end`]]
  if (start === undefined) return {}
  return start === end ? { [name]: start } : { [`${name}_start`]: start, [`${name}_end`]: end }
}

/** iproute2 names tables and protocols in lower case, and gives the number where it has no name. */
const nameOf = (name: string | undefined, id: number | undefined) =>
  /^[A-Z]+_\d+$/.test(name!) ? String(id) : name!.toLowerCase()

function action(rule: Rule): IpRule {
  if (rule.action === 'GOTO') return { goto: rule.goto, ...named(rule, 'UNRESOLVED', 'unresolved') }
  if (rule.action === 'NOP') return { nop: null }
  if (rule.action !== 'TO_TBL') return { action: rule.action.toLowerCase() }
  return rule.l3mdev ? {} : { table: nameOf(rule.table, rule.table_id) }
}

const named = ({ flag_names }: Rule, flag: string, key: string) => (flag_names.includes(flag) ? { [key]: null } : {})
const given = (key: string, value: unknown) => (value === undefined ? {} : { [key]: value })

/** iproute2 prints these with the table, and where a device gives the table there is none. */
function suppressed({ table_id, suppress_prefixlen, suppress_ifgroup }: Rule) {
  if (!table_id) return {}
  return {
    ...given('suppress_prefixlen', suppress_prefixlen),
    ...given('suppress_ifgroup', suppress_ifgroup === undefined ? undefined : String(suppress_ifgroup)),
  }
}

/** Our record in iproute2's form: all that it holds must come from the record. */
export function asIpRule(rule: Rule): IpRule {
  const { fwmask, ip_proto_id, flow_from, flow_to } = rule
  // The kernel leaves a mark of 0 out.
  const fwmark = fwmask === undefined ? undefined : (rule.fwmark ?? 0)
  return {
    priority: rule.priority,
    ...named(rule, 'INVERT', 'not'),
    ...side('src', rule),
    ...side('dst', rule),
    ...(rule.tos === 0 ? {} : { tos: hex(rule.tos) }),
    ...given('fwmark', fwmark === undefined ? undefined : hex(fwmark)),
    ...(fwmask === undefined || fwmask === 0xffffffff ? {} : { fwmask: hex(fwmask) }),
    ...given('iif', rule.iif),
    ...named(rule, 'IIF_DETACHED', 'iif_detached'),
    ...given('oif', rule.oif),
    ...named(rule, 'OIF_DETACHED', 'oif_detached'),
    ...(rule.l3mdev ? { l3mdev: null } : {}),
    ...given('uid_start', rule.uid_start),
    ...given('uid_end', rule.uid_end),
    ...given(
      'ipproto',
      ip_proto_id === undefined ? undefined : (protocols.get(ip_proto_id) ?? `ipproto-${ip_proto_id}`),
    ),
    ...ports('sport', rule),
    ...ports('dport', rule),
    ...given('tun_id', rule.tun_id),
    ...suppressed(rule),
    ...given('flow_from', flow_from === undefined ? undefined : String(flow_from)),
    ...given('flow_to', flow_to === undefined ? undefined : String(flow_to)),
    ...action(rule),
    protocol: nameOf(rule.protocol, rule.protocol_id),
  }
}
