import { shown } from '../base/shown.ts'
import { type ConstantName, constant, constants } from '../constants/index.ts'
import { wire } from '../constants/wire.ts'
import { type Frame, HOST_LITTLE } from '../schema/frame.ts'
import { framingOf } from '../schema/framing.ts'
import type { Table } from '../schema/set.ts'
import type { Follower } from './follow.ts'

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
  /** For a dump that is watched: makes what tells whether rows may be missing, anew each time that the dump is made. */
  readonly follow?: (() => Follower) | undefined
}

/** The members of {@link RequestParts}. */
const PARTS: readonly string[] = ['header', 'attributes', 'single', 'accept', 'watch', 'follow']

/**
 * Check what is to be asked for before anything is sent.
 *
 * @throws TypeError for a request that does not only read, and for parts that make no sense.
 */
export function checkRequest(table: Table, parts: RequestParts): void {
  if (!reads(table)) throw new TypeError(`${table.name}: ${table.request} is no request to read; netsnap only reads`)
  const odd = Object.keys(parts).find((name) => !PARTS.includes(name))
  if (odd !== undefined) throw new TypeError(`${table.name}: a request has no ${JSON.stringify(odd)}`)
  for (const [name, value] of Object.entries(parts.header ?? {})) {
    if (name in ownHeader(table)) throw new TypeError(`${table.name}: ${name} is the table's to say`)
    checkMember(table.header.struct, name, value)
  }
  for (const [name, payload] of parts.attributes ?? []) {
    if (!(payload instanceof Uint8Array)) throw new TypeError(`${table.name}: the payload of ${name} is no Uint8Array`)
    // The kernel would load the module of that name.
    if (name === 'CTRL_ATTR_FAMILY_NAME') throw new TypeError(`${table.name}: families are found in a dump of all`)
    constant(name)
  }
}

/**
 * Whether a table's request is one that only reads. Of rtnetlink the kernel says so by its numbering: each object has four
 * types in a row, and the third gets (`rtnl_msg_kind` in net/core/rtnetlink.c). A command of generic netlink has its name;
 * what the kernel says of it is looked at once its family is known.
 */
function reads({ request, generic }: Table): boolean {
  if (generic) return /_GET/.test(request) && !request.startsWith('RTM_')
  const first = constant('RTM_GETLINK')
  const step = constant('RTM_GETADDR') - first
  return constant(request) >= first && (constant(request) - first) % step === 0
}

const BITS = 8

function checkMember(struct: string, name: string, value: unknown): void {
  const size = constants().layout(struct)?.members[name]?.size
  if (size === undefined || !WRITERS[size]) throw new TypeError(`struct ${struct} has no number called ${name}`)
  const most = 2 ** (size * BITS) - 1
  if (Number.isInteger(value) && (value as number) >= -(most + 1) / 2 && (value as number) <= most) return
  throw new TypeError(`${name}: ${shown(value)} is not a number of ${size * BITS} bits`)
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
    view[WRITERS[member!.size]!](at + member!.offset, value, HOST_LITTLE)
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
  writeHeader(view, w.headerBytes, table.header.struct, { ...parts.header, ...ownHeader(table) })
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
