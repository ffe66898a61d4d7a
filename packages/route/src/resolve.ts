import { type Codec, lookup } from '@netsnap/core-native/schema'
import type { Nexthop } from './nexthop.ts'

/** A nexthop that a route goes by through a nexthop object. */
export interface ResolvedNexthop {
  /** Id of the object. */
  readonly id: number
  /** Its share in the group: 1 for an object alone. */
  readonly weight: number
  readonly gateway?: string
  readonly dev_index?: number
  readonly dev?: string
  /** Packets are dropped. */
  readonly blackhole?: true
  readonly encap_type?: string
  readonly encap?: Nexthop['encap']
}

const integer = { type: 'integer' } as const
const text = { type: 'string' } as const

const resolved: Codec<readonly ResolvedNexthop[]> = {
  bind() {
    throw new TypeError('resolved nexthops are looked up, not read')
  },
  schema: () => ({
    type: 'array',
    items: {
      type: 'object',
      properties: {
        id: integer,
        weight: integer,
        gateway: text,
        dev_index: integer,
        dev: text,
        blackhole: { type: 'boolean', const: true },
        encap_type: text,
        encap: { type: 'object' },
      },
      required: ['id', 'weight'],
      additionalProperties: false,
    },
  }),
}

/** The nexthops that an object's id stands for; see {@link resolveNexthops}. */
export const resolvedNexthops = lookup('nexthops', resolved)

function memberOf(object: Nexthop, weight: number): ResolvedNexthop {
  const { id, gateway, dev_index, dev, blackhole, encap_type, encap } = object
  return {
    id: id ?? 0,
    weight,
    ...(gateway === undefined ? {} : { gateway }),
    ...(dev_index === undefined ? {} : { dev_index }),
    ...(dev === undefined ? {} : { dev }),
    ...(blackhole === undefined ? {} : { blackhole }),
    ...(encap_type === undefined ? {} : { encap_type }),
    ...(encap === undefined ? {} : { encap }),
  }
}

/** What each object's id stands for: the members of a group with their weights, or the object itself. Routes share it. */
export function resolveNexthops(objects: readonly Nexthop[]): ReadonlyMap<number, readonly ResolvedNexthop[]> {
  const byId = new Map(
    objects.flatMap((object): [number, Nexthop][] => (object.id === undefined ? [] : [[object.id, object]])),
  )
  const found = new Map<number, readonly ResolvedNexthop[]>()
  for (const [id, object] of byId) {
    const members = object.group?.map(({ id, weight }) => memberOf(byId.get(id) ?? ({ id } as Nexthop), weight))
    found.set(id, Object.freeze((members ?? [memberOf(object, 1)]).map((member) => Object.freeze(member))))
  }
  return found
}
