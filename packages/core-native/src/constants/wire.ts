import { type ConstantName, constant, constants } from './index.ts'

function offsets<M extends string>(struct: string, names: readonly M[]): Record<M, number> {
  const members = constants().layout(struct)!.members
  return Object.fromEntries(names.map((name) => [name, members[name]!.offset])) as Record<M, number>
}

function numbers<N extends ConstantName>(...names: readonly N[]): Record<N, number> {
  return Object.fromEntries(names.map((name) => [name, constant(name)])) as Record<N, number>
}

function resolve() {
  const header = constants().layout('nlmsghdr')!
  const alignTo = constant('NLMSG_ALIGNTO')
  const align = (length: number) => (length + alignTo - 1) & -alignTo
  const error = constants().layout('nlmsgerr')!
  return {
    align,
    /** `NLMSG_HDRLEN` */
    headerBytes: align(header.size),
    /** Offsets in `struct nlmsghdr`. */
    at: offsets('nlmsghdr', ['nlmsg_len', 'nlmsg_type', 'nlmsg_flags', 'nlmsg_seq', 'nlmsg_pid']),
    /** Offset in `struct nlmsgerr` of our request's header. */
    echoAt: error.members.msg!.offset,
    errnoBytes: error.members.error!.size,
    ...numbers('NLMSG_NOOP', 'NLMSG_ERROR', 'NLMSG_DONE', 'NLMSG_OVERRUN', 'NLMSG_MIN_TYPE'),
    ...numbers('NLM_F_REQUEST', 'NLM_F_ACK', 'NLM_F_DUMP', 'NLM_F_DUMP_INTR', 'NLM_F_CAPPED', 'NLM_F_ACK_TLVS'),
  }
}

export type Wire = ReturnType<typeof resolve>

let resolved: Wire | undefined

/** The numbers of netlink's own messages. */
export function wire(): Wire {
  resolved ??= resolve()
  return resolved
}
