import { NetlinkError } from '../base/errors.ts'
import { bindTable, decoderOf, writerOf } from '../compile/bind.ts'
import { constants } from '../constants/index.ts'
import { wire } from '../constants/wire.ts'
import type { Decode, Write } from '../schema/codec.ts'
import { Frame, HOST_LITTLE } from '../schema/frame.ts'
import { framingOf } from '../schema/framing.ts'
import type { Table } from '../schema/set.ts'

export interface FuzzOptions {
  readonly table: Table
  /** Whole messages, as recorded: what is mutated. */
  readonly messages: readonly Uint8Array[]
  readonly count: number
  /** A whole number from 0 up to, not including, `below`. */
  readonly random: (below: number) => number
}

export interface FuzzReport {
  readonly messages: number
  /** Messages that gave a record. */
  readonly decoded: number
  /** Messages that were refused, with `EBADMSG`. */
  readonly refused: number
  /** Attributes that were kept as unknown in all those records. */
  readonly unknown: number
}

const BYTE_VALUES = 256 // not a kernel number: the values of a byte
const LONGEST_ENUM = 48 // not a kernel number: enough for known and unknown types

type Random = FuzzOptions['random']
type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array, attributesAt: number) => Uint8Array

const anywhere = (bytes: Uint8Array, random: Random, unit = 1) => random(Math.ceil((bytes.length + 1) / unit)) * unit

/** Lengths and types that are near to a mistake. */
const ODD = [0, 1, 2, 3, 4, 5, 7, 8, 12, 16, 255, 0x3fff, 0x7fff, 0x8000, 0xfffe, 0xffff] // not a kernel number: chosen to be odd

/** Where each attribute of a message begins, and its length, as long as they are whole. */
export function attributesOf(bytes: Uint8Array, from: number): { at: number; size: number }[] {
  const { headerBytes, lengthAt, align } = framingOf(constants())
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: { at: number; size: number }[] = []
  for (let at = from, size = 0; at + headerBytes <= bytes.length; at += align(size)) {
    size = view.getUint16(at + lengthAt, HOST_LITTLE)
    if (size < headerBytes || at + size > bytes.length) break
    found.push({ at, size })
  }
  return found
}

/** Change one attribute and leave the message whole. */
const inOneAttribute =
  (change: (bytes: Uint8Array, at: number, size: number, random: Random) => Uint8Array): Mutation =>
  (bytes, random, _, attributesAt) => {
    const attributes = attributesOf(bytes, attributesAt)
    const one = attributes[random(attributes.length)]
    return one ? change(bytes, one.at, one.size, random) : bytes
  }

const set16 = (bytes: Uint8Array, at: number, value: number) =>
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(at, value, HOST_LITTLE)

const mutations: readonly Mutation[] = [
  // an attribute of another type
  inOneAttribute((bytes, at, _, random) => {
    const flags = random(4) === 0 ? framingOf(constants()).nested : 0
    set16(bytes, at + framingOf(constants()).typeAt, random(LONGEST_ENUM) | flags)
    return bytes
  }),
  // another payload
  inOneAttribute((bytes, at, size, random) => {
    const { headerBytes } = framingOf(constants())
    bytes.set(randomBytes(size - headerBytes, random), at + headerBytes)
    return bytes
  }),
  // a payload of another length
  inOneAttribute((bytes, at, size, random) => {
    const { headerBytes, lengthAt, align } = framingOf(constants())
    const length = headerBytes + random(24) // not a kernel number: short payloads
    const head = bytes.slice(0, at + headerBytes)
    set16(head, at + lengthAt, length)
    return joined(head, randomBytes(align(length) - headerBytes, random), bytes.subarray(at + align(size)))
  }),
  // a byte
  (bytes, random) => {
    bytes[random(bytes.length)] = random(BYTE_VALUES)
    return bytes
  },
  // 16 bits where an attribute's length or type may be
  (bytes, random) => {
    const at = Math.min(anywhere(bytes, random, 2), Math.max(0, bytes.length - 2))
    if (bytes.length >= 2)
      new DataView(bytes.buffer, bytes.byteOffset).setUint16(at, ODD[random(ODD.length)]!, HOST_LITTLE)
    return bytes
  },
  // the end cut off
  (bytes, random) => bytes.slice(0, anywhere(bytes, random)),
  // the end of another message
  (bytes, random, other) =>
    joined(bytes.subarray(0, anywhere(bytes, random, 4)), other.subarray(anywhere(other, random, 4))),
  // a part twice
  (bytes, random) => {
    const from = anywhere(bytes, random, 4)
    return joined(bytes, bytes.subarray(from, from + random(64)))
  },
  // bytes put in between
  (bytes, random) => {
    const at = anywhere(bytes, random, 4)
    return joined(bytes.subarray(0, at), randomBytes(4 * random(4), random), bytes.subarray(at))
  },
]

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function randomBytes(length: number, random: Random): Uint8Array {
  return Uint8Array.from({ length }, () => random(BYTE_VALUES))
}

const LONGEST_RANDOM = 256 // not a kernel number: longer than most messages
const ONE_IN = 8

/** A message made bad: most are recordings with some mutations, some are random throughout. */
export function mutate(messages: readonly Uint8Array[], random: Random, attributesAt: number): Uint8Array {
  if (messages.length === 0 || random(ONE_IN) === 0) return randomBytes(random(LONGEST_RANDOM), random)
  const pick = () => messages[random(messages.length)]!
  let bytes: Uint8Array = pick().slice()
  for (let i = random(3); i >= 0; i--) {
    if (bytes.length > 0) bytes = mutations[random(mutations.length)]!(bytes, random, pick(), attributesAt)
  }
  return bytes
}

/** What decoding came to, in a form that can be compared; anything but a record or a `NetlinkError` is thrown on. */
function outcome(decode: Decode, frame: Frame, at: number, end: number): string {
  try {
    return JSON.stringify(decode(frame, at, end))
  } catch (error) {
    if (error instanceof NetlinkError && error.code === 'EBADMSG') return `refused: ${error.message}`
    throw error
  }
}

function written(write: Write, frame: Frame, at: number, end: number): string {
  try {
    return write(frame, at, end)
  } catch (error) {
    if (error instanceof NetlinkError && error.code === 'EBADMSG') return `refused: ${error.message}`
    throw error
  }
}

const GUARD = 64

/** The body again, with other bytes around it: what is read outside of it would show. */
function surrounded(body: Uint8Array, fill: number): Frame {
  const bytes = new Uint8Array(body.length + 2 * GUARD).fill(fill)
  bytes.set(body, GUARD)
  return new Frame(bytes)
}

const CROWD = 16 // not a kernel number: messages that share a frame

/** The messages again, in one frame as a batch of the kernel's is: what is kept of one must not show in another. */
function readTogether(emitted: Decode, write: Write, crowd: readonly { body: Uint8Array; mine: string }[]): void {
  const { align } = wire()
  const frame = new Frame(
    joined(...crowd.map(({ body }) => joined(body, new Uint8Array(align(body.length) - body.length)))),
  )
  let at = 0
  for (const { body, mine } of crowd) {
    const end = at + body.length
    same(mine, outcome(emitted, frame, at, end), 'among others it is decoded otherwise')
    same(mine, written(write, frame, at, end), 'among others it is written otherwise')
    at += align(body.length)
  }
}

/**
 * Decodes mutated messages of a table with the emitted decoder and with the interpreter. Throws for the first message
 * on which they differ, that is read beyond its bounds, or that ends in anything but a record or `EBADMSG`.
 */
export function fuzzTable({ table, messages, count, random }: FuzzOptions): FuzzReport {
  const emitted = decoderOf(table)
  const write = writerOf(table)
  const interpreted = bindTable(table, undefined, constants())
  const bodies = messages.map((message) => message.subarray(wire().headerBytes))
  const attributesAt = wire().align(constants().layout(table.header.struct)!.size)
  const crowd: { body: Uint8Array; mine: string }[] = []
  const report = { messages: count, decoded: 0, refused: 0, unknown: 0 }
  for (let i = 0; i < count; i++) {
    const body = mutate(bodies, random, attributesAt)
    try {
      // A frame of just the message: a read beyond it throws a RangeError, or finds no byte.
      const mine = outcome(emitted, new Frame(body), 0, body.length)
      same(mine, outcome(interpreted, new Frame(body), 0, body.length), 'emitted and interpreted differ')
      same(mine, written(write, new Frame(body), 0, body.length), 'the writer and JSON.stringify differ')
      const [low, high] = [surrounded(body, 0), surrounded(body, BYTE_VALUES - 1)]
      same(mine, outcome(emitted, low, GUARD, GUARD + body.length), 'bytes outside of the message were read')
      same(mine, outcome(emitted, high, GUARD, GUARD + body.length), 'bytes outside of the message were read')
      crowd.push({ body, mine })
      if (crowd.length === CROWD) readTogether(emitted, write, crowd.splice(0))
      if (mine.startsWith('refused')) report.refused++
      else report.decoded++
      report.unknown += mine.split('"base_number"').length - 1
    } catch (error) {
      throw new Error(`${table.name}, message ${i} (${Buffer.from(body).toString('hex')})`, { cause: error })
    }
  }
  return report
}

function same(one: string, other: string, problem: string): void {
  if (one !== other) throw new Error(`${problem}:\n${one}\n${other}`)
}
