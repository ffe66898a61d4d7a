import type { Nexthop } from '@netsnap/route'
import { visible } from '../output.ts'
import { hop } from './hops.ts'
import { textTable } from './table.ts'
import { numbered, type Part, rest, words } from './words.ts'

// biome-ignore format: a table
const SAID = new Set<string>([
  'id', 'family', 'scope', 'protocol', 'protocol_id', 'flags', 'flag_names', 'group', 'blackhole', 'fdb', 'gateway',
  'dev', 'dev_index', 'encap_type', 'encap',
] satisfies (keyof Nexthop)[])

function where({ group, blackhole, gateway, dev, dev_index, encap_type, encap }: Nexthop): string {
  return words([
    group && words(['group', ...group.map(({ id, weight }) => `${id},${weight}`)]),
    blackhole && 'blackhole',
    hop({ gateway, dev, dev_index, encap_type, encap }),
  ])
}

const protocolOf = ({ protocol, protocol_id }: Nexthop) => numbered(protocol, protocol_id, 'RTPROT_')

/** What is not as it is of most. */
function details(object: Nexthop): string {
  const { scope, fdb, flag_names } = object
  return words([
    fdb && 'fdb',
    scope !== 'LINK' && `scope ${scope}`,
    ...rest(object, SAID),
    flag_names.length > 0 && flag_names.join(' ').toLowerCase(),
  ])
}

/** The family, where the gateway does not say it. */
function familyOf({ family, gateway, group }: Nexthop): Part {
  const told = group ? 'unspec' : gateway && (gateway.includes(':') ? 'ipv6' : 'ipv4')
  return family !== told && family
}

/** A line for each nexthop object. */
export function nexthopSummary(objects: readonly Nexthop[]): string {
  const lines = objects.map((object) => {
    const by = protocolOf(object)
    const parts = [familyOf(object), where(object), details(object), by !== 'UNSPEC' && `[${by}]`]
    return visible(`  ${object.id}: ${words(parts)}`)
  })
  return `${[`Nexthop objects: ${objects.length}`, '', ...lines].join('\n')}\n`
}

/** The nexthop objects as a table. */
export function nexthopTable(objects: readonly Nexthop[]): string {
  const rows = objects.map((object) => [
    String(object.id),
    object.family,
    where(object),
    protocolOf(object),
    details(object),
  ])
  return textTable(['id', 'family', 'nexthop', 'protocol', 'details'], rows)
}
