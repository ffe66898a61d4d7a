/** Nexthop objects: what `ip nexthop` shows. A line below is a field of the record. */
import {
  address,
  addressFamily,
  attributeSet,
  type Codec,
  enumOf,
  flag,
  header,
  interfaceName,
  list,
  nest,
  type RecordOf,
  seconds,
  table,
  u8,
  u16,
  u32,
  u64,
  uint,
} from '@netsnap/core-native/schema'
import { encapsulation, encapsulationType } from './encapsulation.ts'
import { nexthopObjectFlags } from './flags.ts'
import { routeProtocol, routeScope } from './names.ts'

/** A member of a group. */
export interface NexthopGroupMember {
  /** Id of the nexthop object. */
  readonly id: number
  /** Its share, 1 to 65536. */
  readonly weight: number
}

const WEIGHT_BITS = 8

/** An array of `struct nexthop_grp`. The kernel has the weights less one, in two bytes. */
const groupMembers: Codec<NexthopGroupMember[]> = {
  bind({ constants }) {
    const { size, members } = constants.layout('nexthop_grp')!
    const [idAt, lowAt] = [members.id!.offset, members.weight!.offset]
    // Headers before 6.12 have the upper byte as reserved.
    const highAt = (members.weight_high ?? members.resvd1)!.offset
    return {
      fits: (length) => length % size === 0,
      read(frame, at, length) {
        const group: NexthopGroupMember[] = []
        for (let p = at; p < at + length; p += size) {
          const weight = frame.u8[p + lowAt]! + (frame.u8[p + highAt]! << WEIGHT_BITS) + 1
          group.push({ id: frame.view.getUint32(p + idAt, frame.little), weight })
        }
        return group
      },
    }
  },
  schema: () => ({
    type: 'array',
    items: {
      type: 'object',
      properties: { id: { type: 'integer' }, weight: { type: 'integer', minimum: 1 } },
      required: ['id', 'weight'],
      additionalProperties: false,
    },
  }),
}

// biome-ignore format: a table
const resilient = attributeSet('NHA_RES_GROUP_', {
  /** Number of hash buckets. */
  buckets:             ['NHA_RES_GROUP_BUCKETS', u16],
  /** Time after which a bucket without traffic may move, in ticks. */
  idle_timer:          ['NHA_RES_GROUP_IDLE_TIMER', u32],
  idle_timer_sec:      ['NHA_RES_GROUP_IDLE_TIMER', seconds(u32)],
  /** Time after which buckets are moved although they have traffic, in ticks; 0: never. */
  unbalanced_timer:     ['NHA_RES_GROUP_UNBALANCED_TIMER', u32],
  unbalanced_timer_sec: ['NHA_RES_GROUP_UNBALANCED_TIMER', seconds(u32)],
  /** Time for which the group has been out of balance, in ticks. */
  unbalanced_time:      ['NHA_RES_GROUP_UNBALANCED_TIME', u64],
})

// biome-ignore format: a table
const memberStatistics = attributeSet('NHA_GROUP_STATS_ENTRY_', {
  id:         ['NHA_GROUP_STATS_ENTRY_ID', u32],
  packets:    ['NHA_GROUP_STATS_ENTRY_PACKETS', uint],
  packets_hw: ['NHA_GROUP_STATS_ENTRY_PACKETS_HW', uint],
})

// biome-ignore format: a table
export const nexthop = table({
  name: 'nexthop',
  request: 'RTM_GETNEXTHOP',
  reply: 'RTM_NEWNEXTHOP',
  header: header('nhmsg', {
    /** Address family; `unspec` for a group. */
    family:      ['nh_family', addressFamily],
    scope:       ['nh_scope', routeScope],
    /** Who installed it, by the kernel's or the administrator's name. */
    protocol:    ['nh_protocol', routeProtocol],
    protocol_id: ['nh_protocol', u8],
    flags:       ['nh_flags', u32],
    flag_names:  ['nh_flags', nexthopObjectFlags],
  }),
  group: 'NHA_',
  attributes: {
    /** What routes refer to it by. */
    id:               ['NHA_ID', u32],
    /** Members of a group. */
    group:            ['NHA_GROUP', groupMembers],
    /** How a group spreads its flows: `MPATH` or `RES` (resilient). */
    group_type:       ['NHA_GROUP_TYPE', enumOf('NEXTHOP_GRP_TYPE_', { scalar: u16 })],
    /** Packets are dropped. */
    blackhole:        ['NHA_BLACKHOLE', flag],
    dev_index:        ['NHA_OIF', u32],
    dev:              ['NHA_OIF', interfaceName],
    gateway:          ['NHA_GATEWAY', address],
    encap_type:       ['NHA_ENCAP_TYPE', encapsulationType],
    encap:            ['NHA_ENCAP', encapsulation],
    /** It is for bridge forwarding entries, not for routes. */
    fdb:              ['NHA_FDB', flag],
    /** Settings and state of a resilient group. */
    resilient:        ['NHA_RES_GROUP', nest(resilient)],
    /** Packets that each member of a group has forwarded. */
    group_stats:      ['NHA_GROUP_STATS', list(nest(memberStatistics))],
    hw_stats_enable:  ['NHA_HW_STATS_ENABLE', u32],
    hw_stats_used:    ['NHA_HW_STATS_USED', u32],
  },
  // Requests have these; buckets come in messages of their own.
  skip: ['NHA_GROUPS', 'NHA_MASTER', 'NHA_RES_BUCKET', 'NHA_OP_FLAGS'],
})

/** A nexthop object, or a group of them. */
export interface Nexthop extends RecordOf<typeof nexthop> {}
