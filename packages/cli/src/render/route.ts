import type { Nexthop, RouteBigInt } from '@netsnap/route'
import { visible } from '../output.ts'
import { textTable } from './table.ts'

type Part = string | undefined | false

interface Hop {
  readonly gateway?: string
  readonly via?: { readonly family: string; readonly host: string }
  readonly dev?: string
  readonly dev_index?: number
  readonly weight?: number
  readonly encap_type?: string
}

const words = (parts: readonly Part[]) => visible(parts.filter(Boolean).join(' '))

/** Where packets go: gateway and interface, in the words of `ip route`. */
function hop({ gateway, via, dev, dev_index, weight, encap_type }: Hop): string {
  const device = dev ?? (dev_index === undefined ? undefined : `if${dev_index}`)
  return words([
    encap_type !== undefined && `encap ${encap_type.toLowerCase()}`,
    gateway !== undefined && `via ${gateway}`,
    via !== undefined && `via ${via.family} ${via.host}`,
    device !== undefined && `dev ${device}`,
    weight !== undefined && `weight ${weight}`,
  ])
}

/** The nexthops of a route: its own, those of a multipath route, or those of the object that it names. */
function hops(route: RouteBigInt): string[] {
  if (route.multipath) return route.multipath.map(hop)
  return [words([route.nhid !== undefined && `nhid ${route.nhid}`, hop(route)])]
}

function destination(route: RouteBigInt): string {
  return words([route.type === 'UNICAST' ? undefined : route.type.toLowerCase(), route.dst])
}

function rest(route: RouteBigInt): string {
  const { src, prefsrc, metric, table, protocol, flag_names } = route
  return words([
    src !== undefined && `from ${src}`,
    prefsrc !== undefined && `src ${prefsrc}`,
    metric !== undefined && `metric ${metric}`,
    table !== undefined && table !== 'MAIN' && `table ${table}`,
    `[${protocol}]`,
    flag_names.length > 0 && flag_names.join(' ').toLowerCase(),
  ])
}

function summaryOf(route: RouteBigInt): string {
  const [first, ...others] = hops(route)
  if (others.length === 0) return `  ${[destination(route), first, rest(route)].filter(Boolean).join(' ')}`
  const each = hops(route).map((text) => `    nexthop ${text}`)
  return [`  ${destination(route)} ${rest(route)}`, ...each].join('\n')
}

/** A line for each route, family by family as the kernel lists them. */
export function routeSummary(routes: readonly RouteBigInt[]): string {
  const families = [...new Set(routes.map(({ family }) => family))]
  const blocks = families.map((family) => {
    const mine = routes.filter((route) => route.family === family)
    return [`${family} (${mine.length})`, ...mine.map(summaryOf)].join('\n')
  })
  return `${[`Routes: ${routes.length}`, ...blocks].join('\n\n')}\n`
}

/** The routes as a table. */
export function routeTable(routes: readonly RouteBigInt[]): string {
  const rows = routes.map((route) => [route.family, destination(route), hops(route).join(', '), rest(route)])
  return textTable(['family', 'destination', 'nexthop', 'details'], rows)
}

function members({ group, blackhole, ...object }: Nexthop): string {
  if (group) return words(['group', ...group.map(({ id, weight }) => `${id},${weight}`)])
  return blackhole ? 'blackhole' : hop(object as Hop)
}

/** A line for each nexthop object. */
export function nexthopSummary(objects: readonly Nexthop[]): string {
  const lines = objects.map((object) => `  ${object.id}: ${members(object)}${object.fdb ? ' fdb' : ''}`)
  return `${[`Nexthop objects: ${objects.length}`, '', ...lines].join('\n')}\n`
}

/** The nexthop objects as a table. */
export function nexthopTable(objects: readonly Nexthop[]): string {
  const rows = objects.map((object) => [String(object.id), object.family, members(object), object.protocol])
  return textTable(['id', 'family', 'nexthop', 'protocol'], rows)
}
