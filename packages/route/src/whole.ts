import { NetlinkError, type ReadOptions, type Session } from '@netsnap/core-native'
import { constant, constants } from '@netsnap/core-native/constants'
import { type Frame, uint32 } from '@netsnap/core-native/schema'
import type { RouteFilter } from './filter.ts'
import type { RouteFollower } from './follow.ts'
import { route } from './route.ts'

/** The families of which the kernel may end a dump early and say that all went well, by the one that is asked for. */
const DOUBTFUL = { ipv4: ['AF_INET'], ipv6: ['AF_INET6'], all: ['AF_INET6'] } as const

/**
 * The kernel lists routes up to one that is larger than a datagram of a dump (32 KiB: some 2,000 nexthops of IPv4, some
 * 1,160 of IPv6), and then says that all went well: of IPv6 `fib6_dump_node` takes the frame for full and
 * `inet6_dump_fib` an empty frame for the end; of IPv4 `rtnl_dumpit` does, since Linux 6.10. The table `local` comes last
 * in its walk, and is seldom empty: where none of its routes came, the dump may have ended early.
 */
export async function checkWhole(
  session: Session,
  { family, table, protocol, type, dev }: RouteFilter,
  follower: RouteFollower | undefined,
  { signal, timeout }: ReadOptions,
): Promise<void> {
  const all = table === undefined && protocol === undefined && type === undefined && dev === undefined
  const doubtful: readonly ('AF_INET' | 'AF_INET6')[] = DOUBTFUL[(family ?? 'all') as 'all'] ?? []
  if (!all || !follower) return
  for (const name of doubtful) {
    if (follower.lastTables.get(constant(name)) === constant('RT_TABLE_LOCAL')) continue
    if (await isCut(session, constant(name), { signal, timeout, onInterrupted: 'return', captureUnknown: false })) {
      throw truncated(name === 'AF_INET' ? 'IPv4' : 'IPv6')
    }
  }
}

const truncated = (family: string) =>
  new NetlinkError(
    `route: the kernel left out ${family} routes: one of them is larger than what it lists in one go (DUMP_TRUNCATED)`,
    { code: 'DUMP_TRUNCATED', table: 'route', operation: 'receive' },
  )

/** Whether there are routes in the table `local` which a dump of all tables does not bring. */
async function isCut(session: Session, rtm_family: number, reading: ReadOptions): Promise<boolean> {
  const header = { rtm_family }
  const local = [['RTA_TABLE', uint32(constant('RT_TABLE_LOCAL'))]] as const
  if (!(await hasLocal(session, { header, attributes: local, watch: [] }, reading))) return false
  // What came after it in its datagram, of other families, may have hidden the last one.
  return !(await hasLocal(session, { header, watch: [] }, reading))
}

/** Whether a dump brings routes of the table `local`. None is decoded. */
async function hasLocal(
  session: Session,
  request: Parameters<Session['dump']>[1],
  reading: ReadOptions,
): Promise<boolean> {
  const { members } = constants().layout('rtmsg')!
  const [tableAt, local] = [members.rtm_table!.offset, constant('RT_TABLE_LOCAL')]
  let found = false
  const accept = (frame: Frame, at: number) => {
    found ||= frame.u8[at + tableAt] === local
    return false
  }
  try {
    await session.dump(route, { ...request, accept }, reading)
  } catch (error) {
    // The kernel says so of a table that has never had a route.
    if (!(error instanceof NetlinkError && error.code === 'ENOENT')) throw error
  }
  return found
}
