/** The VLANs of bridges and ports as messages about links tell them: all that kernels before 5.6 have. */
import { constant } from '@netsnap/core-native/constants'
import {
  attributeSet,
  header,
  many,
  nest,
  type RecordOf,
  s32,
  struct,
  table,
  text,
  u16,
  u32,
} from '@netsnap/core-native/schema'

// biome-ignore format: a table
const tunnelInfo = attributeSet('IFLA_BRIDGE_VLAN_TUNNEL_', {
  tunnel_id: ['IFLA_BRIDGE_VLAN_TUNNEL_ID', u32],
  vid:       ['IFLA_BRIDGE_VLAN_TUNNEL_VID', u16],
  flags:     ['IFLA_BRIDGE_VLAN_TUNNEL_FLAGS', u16],
})

const ofBridge = attributeSet(
  'IFLA_BRIDGE_',
  {
    vlan_info: [
      'IFLA_BRIDGE_VLAN_INFO',
      many(struct('bridge_vlan_info', { vid: ['vid', u16], flags: ['flags', u16] })),
    ],
    tunnel_info: ['IFLA_BRIDGE_VLAN_TUNNEL_INFO', many(nest(tunnelInfo))],
  },
  { skip: 'others' },
)

// biome-ignore format: a table
export const bridgeLink = table({
  name: 'bridge_link',
  request: 'RTM_GETLINK',
  reply: 'RTM_NEWLINK',
  header: header('ifinfomsg', { index: ['ifi_index', s32] }),
  group: 'IFLA_',
  // The kernel goes on by a count of interfaces (rtnl_bridge_getlink).
  watch: ['RTNLGRP_LINK'],
  attributes: {
    name:    ['IFLA_IFNAME', text],
    af_spec: ['IFLA_AF_SPEC', nest(ofBridge)],
  },
  skip: 'others',
})

type OfBridge = RecordOf<typeof ofBridge>

/** A VLAN by what these messages tell of it. */
export interface LinkVlan {
  vid: number
  vid_end?: number
  pvid?: true
  untagged?: true
  flags: number
  tunnel_id?: number
}

const isSet = (flags: number, name: Parameters<typeof constant>[0]) => (flags & constant(name)) !== 0

/** Pairs of entries, of which one begins a range and the next one ends it, as one each. */
function ranges<T extends { readonly vid?: number; readonly flags?: number }>(entries: readonly T[]): [T, number][] {
  const found: [T, number][] = []
  let first: T | undefined
  for (const one of entries) {
    if (isSet(one.flags ?? 0, 'BRIDGE_VLAN_INFO_RANGE_BEGIN')) first = one
    else if (first && isSet(one.flags ?? 0, 'BRIDGE_VLAN_INFO_RANGE_END')) found.push([first, one.vid!])
    else found.push([one, one.vid!])
  }
  return found
}

/** One entry a range of VLANs that are alike, in their tunnels too. */
export function vlansOfLink({ vlan_info = [], tunnel_info = [] }: OfBridge): LinkVlan[] {
  const tunnels = new Map<number, number>()
  for (const [{ vid, tunnel_id }, end] of ranges(tunnel_info)) {
    for (let one = vid!; one <= end; one++) tunnels.set(one, tunnel_id! + one - vid!)
  }
  return ranges(vlan_info).flatMap(([{ vid, flags }, end]) => split(vid!, end, flags!, tunnels))
}

function split(vid: number, end: number, flags: number, tunnels: ReadonlyMap<number, number>): LinkVlan[] {
  const range = constant('BRIDGE_VLAN_INFO_RANGE_BEGIN') | constant('BRIDGE_VLAN_INFO_RANGE_END')
  const vlans: LinkVlan[] = []
  for (let one = vid; one <= end; one++) {
    const [tunnel_id, last] = [tunnels.get(one), vlans.at(-1)]
    if (last && goesOn(last, one, tunnel_id)) {
      last.vid_end = one
      continue
    }
    vlans.push({
      vid: one,
      ...(isSet(flags, 'BRIDGE_VLAN_INFO_PVID') ? { pvid: true } : {}),
      ...(isSet(flags, 'BRIDGE_VLAN_INFO_UNTAGGED') ? { untagged: true } : {}),
      flags: flags & ~range,
      ...(tunnel_id === undefined ? {} : { tunnel_id }),
    })
  }
  return vlans
}

const goesOn = ({ vid, tunnel_id: first }: LinkVlan, one: number, tunnel_id: number | undefined) =>
  first === undefined ? tunnel_id === undefined : tunnel_id === first + one - vid
