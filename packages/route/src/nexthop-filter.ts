import type { RequestParts } from '@netsnap/core-native'
import { constants } from '@netsnap/core-native/constants'
import { type Frame, familyNumber, uint32 } from '@netsnap/core-native/schema'
import { type RouteFilter, resolveFilter } from './filter.ts'

const FAMILIES = ['ipv4', 'ipv6'] as const

/** Which nexthop objects to read. Groups are of no family and leave by no interface: those filters leave them out, as the kernel does. */
export interface NexthopFilter extends Pick<RouteFilter, 'protocol' | 'dev'> {
  readonly family?: (typeof FAMILIES)[number] | undefined
}

export type NexthopRequest = Required<Pick<RequestParts, 'header' | 'attributes'>> & Pick<RequestParts, 'accept'>

/**
 * The request for the objects of a filter; `dev` is the index of its interface.
 *
 * @throws TypeError for what is neither a name nor a number.
 */
export function nexthopRequest({ family, protocol }: NexthopFilter, dev?: number): NexthopRequest {
  const number = familyNumber(FAMILIES, family)
  const resolved = resolveFilter({ protocol })
  // The kernel filters by all but the protocol.
  const at = constants().layout('nhmsg')!.members.nh_protocol!.offset
  return {
    header: number === undefined ? {} : { nh_family: number },
    attributes: dev === undefined ? [] : [['NHA_OIF', uint32(dev)]],
    ...(resolved.protocol === undefined
      ? {}
      : { accept: (frame: Frame, body: number) => frame.u8[body + at] === resolved.protocol }),
  }
}
