import type { ResolvedNexthop, RouteBigInt } from '@netsnap/route'
import { type Part, realms, rest, spell, words } from './words.ts'

/** What a route, one of its nexthops and a nexthop object have alike. */
interface Hop {
  readonly gateway?: string | undefined
  readonly via?: { readonly family: string; readonly host: string } | undefined
  readonly dev?: string | undefined
  readonly dev_index?: number | undefined
  readonly weight?: number | undefined
  readonly encap_type?: string | undefined
  readonly encap?: object | undefined
  readonly newdst?: readonly number[] | undefined
  readonly flow_from?: number | undefined
  readonly flow_to?: number | undefined
  readonly flags?: number | undefined
  readonly flag_names?: readonly string[] | undefined
}

export const device = (key: string, name: string | undefined, index: number | undefined): Part =>
  name === undefined ? index !== undefined && `${key}_index ${index}` : `${key} ${name}`

/** Numbers in an encapsulation, and what says the same better where it is there. */
const BETTER = {
  flags: 'flag_names',
  operation: 'operation_names',
  iif_index: 'iif',
  oif_index: 'oif',
  link: 'link_dev',
}

interface Encapsulation {
  /** Labels to push, or where a tunnel ends. */
  readonly dst?: unknown
  readonly flag_names?: readonly string[]
}

/** What an encapsulation holds, by the names of its fields. */
function encapsulation(type: string | undefined, holds: Encapsulation = {}): Part {
  const { dst, flag_names } = holds
  const said = new Set(Object.entries(BETTER).flatMap(([key, better]) => (Reflect.has(holds, better) ? [key] : [])))
  if (flag_names?.length === 0) said.add('flag_names')
  if (Array.isArray(dst)) said.add('dst')
  return words(['encap', type?.toLowerCase(), Array.isArray(dst) && dst.join('/'), ...rest(holds, said)])
}

const flagsOf = (names: readonly string[] | undefined): Part =>
  names && names.length > 0 && names.join(' ').toLowerCase()

/** Labels that replace the incoming one. */
export const labels = (newdst: readonly number[] | undefined): Part => newdst && `as to ${newdst.join('/')}`

// biome-ignore format: a table
const SAID = new Set<string>([
  'newdst', 'encap_type', 'encap', 'gateway', 'via', 'dev', 'dev_index', 'weight', 'flow_from', 'flow_to', 'flags',
  'flag_names',
] satisfies (keyof Hop)[])

/** Where packets go: gateway and interface, in the words of `ip route`. */
export function hop(one: Hop): string {
  const { gateway, via, weight, encap_type, encap } = one
  return words([
    labels(one.newdst),
    (encap_type ?? encap) !== undefined && encapsulation(encap_type, encap),
    gateway !== undefined && `via ${gateway}`,
    via !== undefined && `via ${via.family} ${via.host}`,
    device('dev', one.dev, one.dev_index),
    weight !== undefined && `weight ${weight}`,
    realms(one.flow_from, one.flow_to),
    flagsOf(one.flag_names),
    ...rest(one, SAID),
  ])
}

/** Whether a nexthop of the route is the member of its object's that it is told with. */
function isMember(one: Hop, { gateway, dev, dev_index, encap_type, encap }: ResolvedNexthop): boolean {
  return (
    (one.gateway ?? one.via?.host) === gateway &&
    one.dev === dev &&
    one.dev_index === dev_index &&
    one.encap_type === encap_type &&
    (one.encap === encap || spell(one.encap) === spell(encap))
  )
}

/** The nexthops of a group with their shares, which the kernel cuts to eight bits in the route itself. */
function membersOf(multipath: readonly Hop[], members: readonly ResolvedNexthop[]): string[] | undefined {
  const paired = multipath.length === members.length && multipath.every((one, i) => isMember(one, members[i]!))
  if (!paired) return undefined
  return multipath.map((one, i) => words([`id ${members[i]!.id}`, hop({ ...one, weight: members[i]!.weight })]))
}

interface Hops {
  /** The nexthop object that a route goes by, and what the route does not say of it. */
  readonly object: Part
  readonly each: readonly string[]
}

/** An object alone of which the route says all. */
const saysAll = (nhid: number | undefined, own: Hop, [one, ...others]: readonly ResolvedNexthop[]) =>
  one?.id === nhid && others.length === 0 && one?.weight === 1 && !one.blackhole && isMember(own, one)

/** The fields of a route that say where its packets go. */
export const HOP_FIELDS = [
  ...(['nhid', 'nexthops', 'multipath', 'gateway', 'via', 'dev', 'dev_index', 'encap_type', 'encap'] as const),
]

/** The nexthops of a route: its own, those of a multipath route, or those of the object that it names. */
export function hops(route: RouteBigInt): Hops {
  const { nhid, nexthops, multipath, gateway, via, dev, dev_index, encap_type, encap } = route
  const own: Hop = { gateway, via, dev, dev_index, encap_type, encap }
  const members = multipath && nexthops && membersOf(multipath, nexthops)
  const known = nexthops === undefined || members !== undefined || (!multipath && saysAll(nhid, own, nexthops))
  const object = words([nhid !== undefined && `nhid ${nhid}`, ...(known ? [] : rest({ nexthops }))])
  const alone = hop(own)
  if (!multipath) return { object, each: [alone] }
  return { object, each: [...(alone === '' ? [] : [alone]), ...(members ?? multipath.map(hop))] }
}
