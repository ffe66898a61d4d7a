import { constant } from './constants/index.ts'
import { header, s32, table, text, uint32 } from './schema/index.ts'
import type { ReadOptions, Session } from './session.ts'

/** Of a link, its index and name: what other tables need to say `dev`. */
const interfaceIndex = table({
  name: 'interface',
  request: 'RTM_GETLINK',
  reply: 'RTM_NEWLINK',
  header: header('ifinfomsg', { index: ['ifi_index', s32] }),
  group: 'IFLA_',
  attributes: {
    name: ['IFLA_IFNAME', text],
  },
  skip: 'others',
})

/** The names of a namespace's interfaces by their indexes, from one dump of its links without their statistics. */
export async function interfaceNames(session: Session, options?: ReadOptions): Promise<ReadonlyMap<number, string>> {
  const mask = uint32(constant('RTEXT_FILTER_SKIP_STATS'))
  const { signal, timeout } = options ?? {}
  const request = { attributes: [['IFLA_EXT_MASK', mask]] as const }
  const links = await session.dump(interfaceIndex, request, { signal, timeout, captureUnknown: false })
  return new Map(links.flatMap(({ index, name }): [number, string][] => (name === undefined ? [] : [[index, name]])))
}
