import { type ConstantName, constant, constants } from './constants/index.ts'
import { HOST_LITTLE } from './schema/frame.ts'
import { framingOf } from './schema/framing.ts'
import type { Table } from './schema/set.ts'
import { wire } from './wire.ts'

/** What is asked for: members of the fixed header, and attributes that filter. */
export interface RequestParts {
  readonly header?: Readonly<Record<string, number>>
  readonly attributes?: readonly (readonly [name: ConstantName, payload: Uint8Array])[]
  /** Ask for one object rather than for all. */
  readonly single?: boolean
  /** For a dump: multicast groups to watch instead of the table's own. */
  readonly watch?: readonly ConstantName[]
  /** Type of the message where no constant has it: a generic netlink family's id. */
  readonly type?: number
}

/** A message to the kernel, and where its attributes stand, so that a refusal can name one. */
export interface Request {
  readonly table: string
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

/** The request for a table. Its sequence number is filled in when it is sent. */
export function buildRequest(table: Table, parts: RequestParts = {}): Request {
  const w = wire()
  const framing = framingOf(constants())
  const body = w.align(constants().layout(table.header.struct)!.size)
  const attributes = parts.attributes ?? []
  const length = attributes.reduce(
    (at, [, payload]) => at + framing.align(framing.headerBytes + payload.length),
    w.headerBytes + body,
  )
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint32(w.at.nlmsg_len, length, HOST_LITTLE)
  view.setUint16(w.at.nlmsg_type, parts.type ?? constant(table.request), HOST_LITTLE)
  view.setUint16(w.at.nlmsg_flags, w.NLM_F_REQUEST | (parts.single ? w.NLM_F_ACK : w.NLM_F_DUMP), HOST_LITTLE)
  writeHeader(view, w.headerBytes, table.header.struct, parts.header ?? {})

  const placed: { name: string; at: number; end: number }[] = []
  let at = w.headerBytes + body
  for (const [name, payload] of attributes) {
    const size = framing.headerBytes + payload.length
    view.setUint16(at + framing.lengthAt, size, HOST_LITTLE)
    view.setUint16(at + framing.typeAt, constant(name), HOST_LITTLE)
    bytes.set(payload, at + framing.headerBytes)
    placed.push({ name, at, end: at + size })
    at += framing.align(size)
  }
  return { table: table.name, bytes, attributes: placed }
}

/** Number a request before it is sent. */
export function setSequence(request: Request, sequence: number): void {
  new DataView(request.bytes.buffer).setUint32(wire().at.nlmsg_seq, sequence, HOST_LITTLE)
}
