import { NetlinkError, type ReadOptions, type Session } from '@netsnap/core-native'
import { constant, constants } from '@netsnap/core-native/constants'
import { type Frame, uint32 } from '@netsnap/core-native/schema'
import type { RouteFilter } from './filter.ts'
import type { RouteFollower } from './follow.ts'
import { route } from './route.ts'

/**
 * The kernel lists IPv6 routes up to one that is larger than a datagram of a dump (32 KiB, some 1,160 nexthops), and then
 * says that all went well (`fib6_dump_node` takes the frame for full, `inet6_dump_fib` an empty frame for the end). The
 * table `local` comes last in its walk, and is seldom empty: where none of its routes came, the dump may have ended early.
 */
export async function checkWhole(
  session: Session,
  { family, table, protocol, type, dev }: RouteFilter,
  follower: RouteFollower | undefined,
  { signal, timeout }: ReadOptions,
): Promise<void> {
  const all = table === undefined && protocol === undefined && type === undefined && dev === undefined
  if (!all || !follower || (family !== undefined && family !== 'ipv6')) return
  if (follower.lastIpv6Table === constant('RT_TABLE_LOCAL')) return
  const reading = { signal, timeout, onInterrupted: 'return', captureUnknown: false } as const
  const header = { rtm_family: constant('AF_INET6') }
  // What came after it in its datagram, of other families, may have hidden the last one.
  const local = { header, attributes: [['RTA_TABLE', uint32(constant('RT_TABLE_LOCAL'))]] as const, watch: [] }
  if (!(await hasLocal(session, local, reading)) || (await hasLocal(session, { header, watch: [] }, reading))) return
  throw new NetlinkError(
    'route: the kernel left out IPv6 routes: one of them is larger than what it lists in one go (DUMP_TRUNCATED)',
    { code: 'DUMP_TRUNCATED', table: 'route', operation: 'receive' },
  )
}

/** Whether a dump brings IPv6 routes of the table `local`. None is decoded. */
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
