import { NetlinkError } from '../base/errors.ts'
import { bindTable, readerOf } from '../compile/bind.ts'
import { Repeats } from '../compile/repeat.ts'
import { constant, constants } from '../constants/index.ts'
import { wire } from '../constants/wire.ts'
import type { Decode } from '../schema/codec.ts'
import { type DecodeOptions, Frame } from '../schema/frame.ts'
import { framingOf } from '../schema/framing.ts'
import { type Reply, readMessages } from '../session/reply.ts'
import { buildRequest } from '../session/request.ts'
import { concat, MessageBuilder } from './build.ts'
import { attributesOf, type FuzzOptions, mutate } from './fuzz.ts'

const BYTE_VALUES = 256 // not a kernel number: the values of a byte
const CROWD = 24 // not a kernel number: messages of a datagram
const ONE_IN = 8
const OPTIONS: readonly DecodeOptions[] = [{}, { captureUnknown: false }, { bigint: true }]

/** A body with other values in some places, payloads for the most part. */
function varied(body: Uint8Array, attributesAt: number, random: FuzzOptions['random']): Uint8Array {
  const copy = body.slice()
  const { headerBytes } = framingOf(constants())
  const attributes = attributesOf(copy, attributesAt).filter(({ size }) => size > headerBytes)
  for (let left = random(3); left > 0 && copy.length > 0; left--) {
    const { at, size } = attributes[random(attributes.length)] ?? { at: 0, size: 0 }
    const inHeader = size === 0 || random(ONE_IN) === 0
    copy[inHeader ? random(copy.length) : at + headerBytes + random(size - headerBytes)] = random(BYTE_VALUES)
  }
  return copy
}

/** The record of a message by itself; undefined where it is refused. */
function recordOf(decode: Decode, body: Uint8Array, options: DecodeOptions): string | undefined {
  try {
    return textOf(decode(new Frame(body, options), 0, body.length))
  } catch (error) {
    if (error instanceof NetlinkError) return undefined
    throw error
  }
}

const textOf = (record: unknown) =>
  JSON.stringify(record, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))

export interface RepeatsReport {
  readonly messages: number
  /** Messages that were read as ones like an earlier one. */
  readonly repeated: number
}

/**
 * Reads datagrams of messages that differ little from each other, as a dump's do, and compares each record with that of
 * the interpreter for the message alone. Throws for the first that differs.
 */
export function fuzzRepeats({ table, messages, count, random }: FuzzOptions): RepeatsReport {
  const { decode, bound } = readerOf(table)
  const interpreted = bindTable(table, undefined, constants())
  const bodies = messages.map((message) => message.subarray(wire().headerBytes))
  const attributesAt = wire().align(constants().layout(table.header.struct)!.size)
  const report = { messages: 0, repeated: 0 }
  while (report.messages < count) {
    const options = OPTIONS[random(OPTIONS.length)]!
    const like = random(ONE_IN) === 0 ? mutate(bodies, random, attributesAt) : bodies[random(bodies.length)]!
    const crowd = Array.from({ length: CROWD }, () => varied(like, attributesAt, random))
    if (random(2) === 0) crowd.splice(random(CROWD), 0, bodies[random(bodies.length)]!)
    const known = crowd.flatMap((body) => {
      const record = recordOf(interpreted, body, options)
      return record === undefined ? [] : [{ body, record }]
    })
    let alone = 0
    const counted: Decode = (frame, at, end) => {
      alone++
      return decode(frame, at, end)
    }
    const records = readCrowd(table, new Repeats(() => bound, undefined), counted, known, options)
    for (const [i, { body, record }] of known.entries()) {
      if (records[i] !== record)
        throw new Error(
          `${table.name}: ${Buffer.from(body).toString('hex')} among ones like it:\n${records[i]}\n${record}`,
        )
    }
    report.messages += CROWD
    report.repeated += known.length - alone
  }
  return report
}

function readCrowd(
  table: FuzzOptions['table'],
  repeats: Repeats,
  decode: Decode,
  crowd: readonly { readonly body: Uint8Array }[],
  options: DecodeOptions,
): string[] {
  const b = new MessageBuilder()
  const type = constant(table.generic ? 'GENL_ID_CTRL' : table.reply)
  const datagram = concat(...crowd.map(({ body }) => b.message({ type }, body)))
  const reply: Reply = {
    request: buildRequest(table),
    sequence: 0,
    port: undefined,
    type,
    decode,
    repeats,
    watched: false,
    records: [],
    ended: false,
    interrupted: false,
  }
  readMessages(new Frame(datagram, options), 0, datagram.length, datagram.length, reply)
  return reply.records.map(textOf)
}
