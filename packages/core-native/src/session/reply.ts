import { getSystemErrorMap } from 'node:util'
import { NetlinkError } from '../base/errors.ts'
import type { Repeats } from '../compile/repeat.ts'
import { constant, constants } from '../constants/index.ts'
import { wire } from '../constants/wire.ts'
import type { Decode } from '../schema/codec.ts'
import type { Frame } from '../schema/frame.ts'
import { framingOf } from '../schema/framing.ts'
import { decodeText } from '../schema/text.ts'
import { errnoName } from '../socket/socket.ts'
import type { Datagram, Follower, Message } from './follow.ts'
import type { Request } from './request.ts'

/** What has come of a reply so far. */
export interface Reply {
  readonly request: Request
  readonly sequence: number
  /** The port that the kernel answers to; messages to another are not ours. */
  readonly port: number | undefined
  /** Type of the messages that hold records. */
  readonly type: number
  readonly decode: Decode
  /** Reads what is like a message before. */
  readonly repeats: Repeats | undefined
  /** Messages of others tell that the objects change while they are listed. */
  readonly watched: boolean
  /** Looks at them, and at where each datagram begins and ends. */
  readonly follower?: Follower | undefined
  /** Records of the batch in hand. */
  records: Record<string, unknown>[]
  /** Our reply has ended: with an `NLMSG_DONE`, or an `NLMSG_ERROR`, which may say that all went well. */
  ended: boolean
  /** The kernel's objects changed while it listed them: by `NLM_F_DUMP_INTR`, or by what a watched group told. */
  interrupted: boolean
}

/** Show the follower what has been received, before any of it is read. */
export function follow(
  frame: Frame,
  datagrams: readonly number[],
  bytes: number,
  reply: Reply,
  follower: Follower,
): void {
  const listed: Datagram[] = []
  for (let i = 0; i < datagrams.length; i += 2) {
    const [first, last] = [
      recordAt(frame, datagrams[i]!, bytes, reply),
      recordAt(frame, datagrams[i + 1]!, bytes, reply),
    ]
    if (first && last) listed.push({ first, last })
  }
  if (follower.received(frame, listed)) reply.interrupted = true
}

/** The record of this reply that stands there, if one does. */
function recordAt(frame: Frame, at: number, bytes: number, reply: Reply): Message | undefined {
  const w = wire()
  if (at + w.headerBytes > bytes || !isOurs(frame, at, reply)) return undefined
  const message = messageAt(frame, at)
  return message.type === reply.type ? message : undefined
}

function messageAt(frame: Frame, at: number): Message {
  const w = wire()
  return {
    type: frame.view.getUint16(at + w.at.nlmsg_type, frame.little),
    at: at + w.headerBytes,
    end: at + frame.view.getUint32(at + w.at.nlmsg_len, frame.little),
  }
}

/**
 * Read the messages of a frame from `at` on up to the first that begins at `to` or later, and answer where that is. The
 * frame holds `bytes`. A plain function: the same loop in an async one is twice as slow.
 */
export function readMessages(frame: Frame, at: number, to: number, bytes: number, reply: Reply): number {
  const w = wire()
  const { records, repeats } = reply
  let next = at
  while (next < to && !reply.ended) {
    if (repeats !== undefined) {
      next = repeats.read(frame, next, to, bytes, records)
      if (next >= to) break
    }
    const length = next + w.headerBytes <= bytes ? frame.view.getUint32(next + w.at.nlmsg_len, frame.little) : 0
    if (length < w.headerBytes || next + length > bytes) throw runsPast(reply)
    readMessage(frame, next, length, reply)
    next += w.align(length)
  }
  return next
}

/**
 * Whether the message that ends the reply is among those of a frame which holds such a message, of this reply or of
 * another. Behind one that runs past the frame nothing can be told apart: it is taken for ours.
 */
export function endsReply(frame: Frame, bytes: number, reply: Reply): boolean {
  const w = wire()
  for (let at = 0; at + w.headerBytes <= bytes; ) {
    const length = frame.view.getUint32(at + w.at.nlmsg_len, frame.little)
    if (length < w.headerBytes || at + length > bytes) return true
    const type = frame.view.getUint16(at + w.at.nlmsg_type, frame.little)
    if (isOurs(frame, at, reply) && (type === w.NLMSG_DONE || type === w.NLMSG_ERROR)) return true
    at += w.align(length)
  }
  return false
}

const isOurs = (frame: Frame, at: number, { port, sequence }: Reply): boolean =>
  (port === undefined || frame.view.getUint32(at + wire().at.nlmsg_pid, frame.little) === port) &&
  frame.view.getUint32(at + wire().at.nlmsg_seq, frame.little) === sequence

function readMessage(frame: Frame, at: number, length: number, reply: Reply): void {
  const w = wire()
  const { view, little } = frame
  const { accept } = reply.request
  const foreign = reply.port !== undefined && view.getUint32(at + w.at.nlmsg_pid, little) !== reply.port
  if (foreign && reply.watched && (reply.follower?.told(frame, messageAt(frame, at)) ?? true)) reply.interrupted = true
  if (foreign || view.getUint32(at + w.at.nlmsg_seq, little) !== reply.sequence) return
  if ((view.getUint16(at + w.at.nlmsg_flags, little) & w.NLM_F_DUMP_INTR) !== 0) reply.interrupted = true
  const type = view.getUint16(at + w.at.nlmsg_type, little)
  if (type !== reply.type) {
    readControl(frame, type, at, length, reply)
    return
  }
  if (accept !== undefined && !accept(frame, at + w.headerBytes, at + length)) return
  const record = reply.decode(frame, at + w.headerBytes, at + length)
  reply.records.push(record)
  reply.repeats?.learn(frame, at, at + length, record)
}

function readControl(frame: Frame, type: number, at: number, length: number, reply: Reply): void {
  const w = wire()
  if (type === w.NLMSG_NOOP) return
  if (type === w.NLMSG_DONE || type === w.NLMSG_ERROR) {
    reply.ended = true
    if (reply.follower?.end()) reply.interrupted = true
    const payload = at + w.headerBytes
    const holdsErrno = length >= w.headerBytes + w.errnoBytes
    const errno = holdsErrno ? frame.view.getInt32(payload, frame.little) : 0
    if (errno < 0) throw refusal(frame, type, at, length, errno, reply.request)
    return
  }
  const what = type === w.NLMSG_OVERRUN ? 'lost messages (NLMSG_OVERRUN)' : `answered with a message of type ${type}`
  throw new NetlinkError(`${reply.request.table}: the kernel ${what}`, {
    code: type === w.NLMSG_OVERRUN ? 'ENOBUFS' : 'EBADMSG',
    table: reply.request.table,
    operation: 'receive',
  })
}

const runsPast = ({ request: { table } }: Reply) =>
  new NetlinkError(`${table}: a message runs past the end of its datagram (EBADMSG)`, {
    code: 'EBADMSG',
    table,
    operation: 'decode',
  })

interface Acknowledgement {
  message?: string
  offset?: number
  missing?: number
}

/** Where an error's or DONE's extended acknowledgement begins: after the errno, or after our request sent back. */
function acknowledgementAt(frame: Frame, type: number, at: number, end: number, flags: number): number {
  const w = wire()
  const payload = at + w.headerBytes
  if (type === w.NLMSG_DONE) return payload + w.align(w.errnoBytes)
  const echo = payload + w.echoAt
  if ((flags & w.NLM_F_CAPPED) !== 0) return echo + w.headerBytes
  const echoed = echo + w.headerBytes <= end ? frame.view.getUint32(echo + w.at.nlmsg_len, frame.little) : end
  return echoed > end ? end : echo + w.align(echoed)
}

function readAcknowledgement(frame: Frame, type: number, at: number, length: number): Acknowledgement {
  const w = wire()
  const found: Acknowledgement = {}
  const flags = frame.view.getUint16(at + w.at.nlmsg_flags, frame.little)
  if ((flags & w.NLM_F_ACK_TLVS) === 0) return found
  const { headerBytes, lengthAt, typeAt, typeMask, align } = framingOf(constants())
  for (
    let p = acknowledgementAt(frame, type, at, at + length, flags), size = 0;
    p + headerBytes <= at + length;
    p += align(size)
  ) {
    size = frame.view.getUint16(p + lengthAt, frame.little)
    if (size < headerBytes || p + size > at + length) break
    const kind = frame.view.getUint16(p + typeAt, frame.little) & typeMask
    const payload = p + headerBytes
    if (kind === constant('NLMSGERR_ATTR_MSG')) found.message = decodeText(frame, payload, size - headerBytes)
    if (size < headerBytes + w.errnoBytes) continue
    if (kind === constant('NLMSGERR_ATTR_OFFS')) found.offset = frame.view.getUint32(payload, frame.little)
    if (kind === constant('NLMSGERR_ATTR_MISS_TYPE')) found.missing = frame.view.getUint32(payload, frame.little)
  }
  return found
}

function refusal(
  frame: Frame,
  type: number,
  at: number,
  length: number,
  errno: number,
  request: Request,
): NetlinkError {
  const { message, offset, missing } = readAcknowledgement(frame, type, at, length)
  const code = errnoName(-errno)
  const sentence = getSystemErrorMap().get(errno)?.[1] ?? `error ${-errno}`
  const blamed = request.attributes.find(({ at, end }) => offset !== undefined && offset >= at && offset < end)?.name
  const attribute = blamed ?? (missing === undefined ? undefined : `attribute ${missing}, which is missing`)
  const about = attribute ? ` (about ${attribute})` : ''
  return new NetlinkError(`${request.table}: the kernel refused (${code}): ${message ?? sentence}${about}`, {
    code,
    table: request.table,
    operation: 'receive',
    kernelMessage: message,
    attribute,
  })
}
