import { type ConstantName, constant, constants } from '../constants/index.ts'
import { wire } from '../constants/wire.ts'
import { type Frame, HOST_LITTLE } from '../schema/frame.ts'
import { framingOf } from '../schema/framing.ts'
import type { Table } from '../schema/set.ts'

/** What is asked for: members of the fixed header, and attributes that filter. */
export interface RequestParts {
  readonly header?: Readonly<Record<string, number>>
  readonly attributes?: readonly (readonly [name: ConstantName, payload: Uint8Array])[]
  /** Ask for one object rather than for all. */
  readonly single?: boolean
  /** Says of the bytes of a record, all that follow its `nlmsghdr`, whether it is wanted. Default: all are. */
  readonly accept?: ((frame: Frame, at: number, end: number) => boolean) | undefined
  /** For a dump: multicast groups to watch instead of the table's own. */
  readonly watch?: readonly ConstantName[]
}

/** A message to the kernel, and where its attributes stand, so that a refusal can name one. */
export interface Request {
  readonly table: string
  readonly accept?: RequestParts['accept']
  readonly bytes: Uint8Array
  readonly attributes: readonly { readonly name: string; readonly at: number; readonly end: number }[]
}

const WRITERS: Readonly<Record<number, 'setUint8' | 'setUint16' | 'setUint32'>> = {
  1: 'setUint8',
  2: 'setUint16',
  4: 'setUint32',
}

function writeHeader(view: DataView, at: number, struct: string, values: Readonly<Record<string, number>>): void {
  const layout = constants().layout(struct)
  for (const [name, value] of Object.entries(values)) {
    const member = layout?.members[name]
    const write = member && WRITERS[member.size]
    if (!write) throw new TypeError(`struct ${struct} has no number called ${name}`)
    view[write](at + member.offset, value, HOST_LITTLE)
  }
}

/** What the fixed header holds of itself: the command of a message of generic netlink. */
function ownHeader({ generic, request }: Table): Readonly<Record<string, number>> {
  if (!generic) return {}
  const { version } = generic
  return { cmd: constant(request), version: typeof version === 'number' ? version : constant(version) }
}

type RequestAttributes = NonNullable<RequestParts['attributes']>

function attributesLength(attributes: RequestAttributes): number {
  const { align, headerBytes } = framingOf(constants())
  return attributes.reduce((length, [, payload]) => length + align(headerBytes + payload.length), 0)
}

/** Write attributes from `at` on, and answer where each stands. */
function writeAttributes(bytes: Uint8Array, at: number, attributes: RequestAttributes): Request['attributes'] {
  const framing = framingOf(constants())
  const view = new DataView(bytes.buffer)
  return attributes.map(([name, payload]) => {
    const begin = at
    const size = framing.headerBytes + payload.length
    view.setUint16(begin + framing.lengthAt, size, HOST_LITTLE)
    view.setUint16(begin + framing.typeAt, constant(name), HOST_LITTLE)
    bytes.set(payload, begin + framing.headerBytes)
    at += framing.align(size)
    return { name, at: begin, end: begin + size }
  })
}

/** The payload of an attribute of a request that holds others. */
export function nestedAttributes(attributes: RequestAttributes): Uint8Array {
  const bytes = new Uint8Array(attributesLength(attributes))
  writeAttributes(bytes, 0, attributes)
  return bytes
}

/** The request for a table. Its sequence number is filled in when it is sent. `type` is the message's: a generic family's id. */
export function buildRequest(table: Table, parts: RequestParts = {}, type = constant(table.request)): Request {
  const w = wire()
  const body = w.headerBytes + w.align(constants().layout(table.header.struct)!.size)
  const attributes = parts.attributes ?? []
  const length = body + attributesLength(attributes)
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint32(w.at.nlmsg_len, length, HOST_LITTLE)
  view.setUint16(w.at.nlmsg_type, type, HOST_LITTLE)
  view.setUint16(w.at.nlmsg_flags, w.NLM_F_REQUEST | (parts.single ? w.NLM_F_ACK : w.NLM_F_DUMP), HOST_LITTLE)
  writeHeader(view, w.headerBytes, table.header.struct, { ...ownHeader(table), ...parts.header })
  return {
    table: table.name,
    accept: parts.accept,
    bytes,
    attributes: writeAttributes(bytes, body, attributes),
  }
}

/** Number a request before it is sent. */
export function setSequence(request: Request, sequence: number): void {
  new DataView(request.bytes.buffer).setUint32(wire().at.nlmsg_seq, sequence, HOST_LITTLE)
}
