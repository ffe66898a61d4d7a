import { address, type Binding, type Codec, enumOf, type Frame, s32 } from '@netsnap/core-native/schema'

/** The IPv6 segment routing header of an encapsulation. */
export interface SegmentRoutingHeader {
  /** The segments in the order in which a packet visits them. */
  readonly segs: string[]
  /** Segments that are left to visit. */
  readonly segments_left: number
  /** Index of the last entry in the header's list, which is the first to visit. */
  readonly first_segment: number
  readonly flags: number
  readonly tag: number
  /** What follows the segments (an HMAC, padding), as hexadecimal digits; absent without any. */
  readonly tlvs?: string
}

interface Layouts {
  readonly offsets: Readonly<Record<string, number>>
  readonly segmentsAt: number
}

const SEGMENT_BYTES = 16
const UNIT = 8

function headerOf({ constants }: Binding, struct: 'ipv6_sr_hdr' | 'ipv6_rpl_sr_hdr'): Layouts {
  const { members } = constants.layout(struct)!
  const offsets = Object.fromEntries(Object.entries(members).map(([name, { offset }]) => [name, offset]))
  return { offsets, segmentsAt: (members.segments ?? members.addr ?? members.data)!.offset }
}

type ReadAddress = (at: number) => string

function readHeader(
  frame: Frame,
  at: number,
  length: number,
  { offsets, segmentsAt }: Layouts,
  segment: ReadAddress,
): SegmentRoutingHeader {
  const byte = (name: string) => frame.u8[at + offsets[name]!]!
  const first = byte('first_segment')
  const end = at + Math.min(length, (byte('hdrlen') + 1) * UNIT)
  const count = Math.min(first + 1, Math.floor((end - at - segmentsAt) / SEGMENT_BYTES))
  const segs = Array.from({ length: Math.max(0, count) }, (_, i) => segment(at + segmentsAt + i * SEGMENT_BYTES))
  const tlvsAt = at + segmentsAt + segs.length * SEGMENT_BYTES
  return {
    segs: segs.reverse(),
    segments_left: byte('segments_left'),
    first_segment: first,
    flags: byte('flags'),
    tag: frame.view.getUint16(at + offsets.tag!),
    ...(tlvsAt < end ? { tlvs: frame.bytes.toString('hex', tlvsAt, end) } : {}),
  }
}

const integer = { type: 'integer' } as const
const headerProperties = {
  segs: { type: 'array', items: { type: 'string' } },
  segments_left: integer,
  first_segment: integer,
  flags: integer,
  tag: integer,
  tlvs: { type: 'string' },
} as const
const headerRequired = ['segs', 'segments_left', 'first_segment', 'flags', 'tag']

/** `struct ipv6_sr_hdr` */
export const segmentRoutingHeader: Codec<SegmentRoutingHeader> = {
  bind(binding) {
    const layout = headerOf(binding, 'ipv6_sr_hdr')
    const { read } = address.bind(binding)
    return {
      fits: { atLeast: layout.segmentsAt },
      read: (frame, at, length) => readHeader(frame, at, length, layout, (p) => read(frame, p, SEGMENT_BYTES, {})),
    }
  },
  schema: () => ({
    type: 'object',
    properties: headerProperties,
    required: headerRequired,
    additionalProperties: false,
  }),
}

/** `struct seg6_iptunnel_encap`: how the header is put on, and the header. */
export const seg6Encapsulation: Codec<SegmentRoutingHeader & { readonly mode: string }> = {
  bind(binding) {
    const { mode, srh } = binding.constants.layout('seg6_iptunnel_encap')!.members
    const modes = enumOf('SEG6_IPTUN_MODE_', { scalar: s32 }).bind(binding)
    const header = segmentRoutingHeader.bind(binding)
    const { atLeast } = header.fits as { atLeast: number }
    return {
      fits: { atLeast: srh!.offset + atLeast },
      read: (frame, at, length, record) => ({
        mode: modes.read(frame, at + mode!.offset, mode!.size, record),
        ...header.read(frame, at + srh!.offset, length - srh!.offset, record),
      }),
    }
  },
  schema: () => ({
    type: 'object',
    properties: { mode: { type: 'string' }, ...headerProperties },
    required: ['mode', ...headerRequired],
    additionalProperties: false,
  }),
}

/** `struct ipv6_rpl_sr_hdr`, whose addresses the kernel keeps whole: the segments in the order of the visits (`ip` has them backwards). */
export const rplSegments: Codec<string[]> = {
  bind(binding) {
    const { offsets, segmentsAt } = headerOf(binding, 'ipv6_rpl_sr_hdr')
    const { read } = address.bind(binding)
    return {
      fits: { atLeast: segmentsAt },
      read(frame, at, length, record) {
        const left = frame.u8[at + offsets.segments_left!]!
        const count = Math.min(left, Math.floor((length - segmentsAt) / SEGMENT_BYTES))
        return Array.from({ length: count }, (_, i) =>
          read(frame, at + segmentsAt + i * SEGMENT_BYTES, SEGMENT_BYTES, record),
        )
      },
    }
  },
  schema: () => ({ type: 'array', items: { type: 'string' } }),
}

/** The pre-allocated trace of IOAM (`struct ioam6_trace_hdr`). */
export interface Ioam6Trace {
  /** Namespace id. */
  readonly ns: number
  /** Which data nodes add, as the 24 bits of RFC 9197: `0x800000`. */
  readonly type: string
  /** Bytes reserved for data. */
  readonly size: number
}

const WORD = 4
const TYPE_BITS_BELOW = 8
const REMAINING_MASK = 127 // not a kernel number: RFC 9197 gives RemainingLen 7 bits, in words
const HEX = 16

/** `struct ioam6_trace_hdr` */
export const ioam6Trace: Codec<Ioam6Trace> = {
  bind({ constants }) {
    const { size, members } = constants.layout('ioam6_trace_hdr')!
    const [namespaceAt, typeAt] = [members.namespace_id!.offset, members.type_be32!.offset]
    return {
      fits: { atLeast: size },
      read: (frame, at) => ({
        ns: frame.view.getUint16(at + namespaceAt),
        type: `0x${(frame.view.getUint32(at + typeAt) >>> TYPE_BITS_BELOW).toString(HEX)}`,
        // The byte before the type; C has it in bit-fields.
        size: (frame.u8[at + typeAt - 1]! & REMAINING_MASK) * WORD,
      }),
    }
  },
  schema: () => ({
    type: 'object',
    properties: { ns: integer, type: { type: 'string' }, size: integer },
    required: ['ns', 'type', 'size'],
    additionalProperties: false,
  }),
}
