import {
  type Consistency,
  type Dump,
  dumpOf,
  marked,
  NetlinkError,
  type ReadOptions,
  type Session,
} from '@netsnap/core-native'
import { attachEmitted } from '@netsnap/core-native/compile'
import { constant, constants } from '@netsnap/core-native/constants'
import { uint32 } from '@netsnap/core-native/schema'
import * as emitted from './generated/vf.decoders.ts'
import { type LinkFunctions, linkFunctions } from './vf-table.ts'

attachEmitted(linkFunctions, emitted)

const U16_BITS = 16

/**
 * Whether the list of so many virtual functions is one attribute, whose length is of 16 bits, with their counters too:
 * the kernel does not look, and a list that is too long comes with its length cut and its rest in the wrong place.
 */
function fitsWithCounters({ vfs = [] }: LinkFunctions): boolean {
  const { size } = constants().layout('nlattr')!
  const bytes = (name: string) => size + constants().layout(name)!.size
  const counter = bytes('nlattr') + Float64Array.BYTES_PER_ELEMENT
  const counters = size + counter * constants().group('IFLA_VF_STATS_').size
  const settings = SETTINGS.reduce((sum, name) => sum + bytes(name), 0)
  return vfs.length * (size + settings + counters) < 2 ** U16_BITS
}

/** What the kernel sends of a virtual function beside its counters. */
const SETTINGS = [
  ...['ifla_vf_mac', 'ifla_vf_broadcast', 'ifla_vf_vlan', 'ifla_vf_rate', 'ifla_vf_tx_rate', 'ifla_vf_spoofchk'],
  ...['ifla_vf_link_state', 'ifla_vf_rss_query_en', 'ifla_vf_trust', 'ifla_vf_guid', 'ifla_vf_guid', 'nlattr'],
  'ifla_vf_vlan_info',
]

const isAny = ({ num_vf = 0, port_self, vf_ports }: LinkFunctions) =>
  num_vf > 0 || port_self !== undefined || vf_ports !== undefined

/**
 * The virtual functions of the links of a namespace, by the index of the link, for those that have any; or of the one link
 * of that index. With `counters` those of each virtual function too, where they fit into the kernel's message: of about
 * 170 virtual functions at most.
 *
 * Each of these links is asked for alone. One that is gone by then is left out; one that has appeared since links were
 * listed is not in that list.
 */
export async function virtualFunctionsOf(
  session: Session,
  reading: ReadOptions,
  { index, counters = true }: { readonly index?: number; readonly counters?: boolean } = {},
): Promise<ReadonlyMap<number, LinkFunctions> & Consistency> {
  const brief = { ...reading, captureUnknown: false }
  const listed = index === undefined ? await session.dump(linkFunctions, request(), brief) : undefined
  const found = listed ?? dumpOf([await ofLink(session, brief, index!)].flatMap((one) => one ?? []))
  const byIndex = new Map<number, LinkFunctions>()
  for (const link of (found as Dump<LinkFunctions>).filter(isAny)) {
    const one = await ofLink(session, reading, link.index, counters && fitsWithCounters(link))
    if (one) byIndex.set(link.index, one)
  }
  return marked(byIndex, found)
}

function request(counters = false) {
  const mask = constant('RTEXT_FILTER_VF') | (counters ? 0 : constant('RTEXT_FILTER_SKIP_STATS'))
  return { attributes: [['IFLA_EXT_MASK', uint32(mask)] as const] }
}

async function ofLink(
  session: Session,
  reading: ReadOptions,
  index: number,
  counters = false,
): Promise<LinkFunctions | undefined> {
  const asked = { ...request(counters), header: { ifi_index: index } }
  try {
    const one = (await session.get(linkFunctions, asked, reading)) as LinkFunctions | undefined
    // The link itself has its other attributes.
    if (one) for (const key of Object.keys(one)) if (key.startsWith('unknown_')) Reflect.deleteProperty(one, key)
    return one
  } catch (error) {
    if (error instanceof NetlinkError && error.code === 'ENODEV') return undefined
    throw error
  }
}
