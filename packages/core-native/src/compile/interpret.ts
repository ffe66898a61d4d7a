import type { Decode } from '../schema/codec.ts'
import type { Frame } from '../schema/frame.ts'
import { fits, KEEP } from '../schema/nest.ts'
import { type BoundLine, type BoundMember, type BoundSet, SKIP } from './bind.ts'

type Loose = Record<string, unknown>

/** Reads a set from its lines, step by step: the oracle of the emitted decoders, and the way for tables made at run time. */
export function interpret(set: BoundSet): Decode {
  const { headerBytes, lengthAt, typeAt, typeMask, align } = set.framing
  const members = [...set.header, ...set.appended]
  const certain = members.filter(({ sparse }) => !sparse)
  const uncertain = members.filter(({ sparse }) => sparse)
  const keep = (record: Loose, frame: Frame, p: number) => {
    if (!frame.captureUnknown) return
    const size = frame.view.getUint16(p + lengthAt, frame.little)
    set.keepUnknown(record, frame, frame.view.getUint16(p + typeAt, frame.little), p + headerBytes, size - headerBytes)
  }
  return (frame, at, end) => {
    if (set.outermost) frame.body = at
    const record: Loose = {}
    if (!set.whole && end - at < set.headerBytes) throw set.malformed(-1)
    readMembers(certain, record, frame, at, end)
    for (const { field, value } of set.fallbacks) record[field] = value
    readMembers(uncertain, record, frame, at, end)
    if (set.whole) return record

    const late = new Map<BoundLine, number>()
    for (let p = at + set.headerBytes, size = 0; p + headerBytes <= end; p += align(size)) {
      size = frame.view.getUint16(p + lengthAt, frame.little)
      const type = frame.view.getUint16(p + typeAt, frame.little)
      if (size < headerBytes || p + size > end) throw set.malformed(type)
      const number = type & typeMask
      if (set.slots[number] === SKIP) continue
      const lines = fitting(set.byType.get(number), size - headerBytes)
      if (lines?.[0]?.late) late.set(lines[0], p)
      else if (!lines || !readLines(lines, record, frame, p + headerBytes, size - headerBytes)) keep(record, frame, p)
    }
    for (const line of set.lines) {
      const p = late.get(line)
      if (p === undefined) continue
      const size = frame.view.getUint16(p + lengthAt, frame.little)
      if (!readLines([line], record, frame, p + headerBytes, size - headerBytes)) keep(record, frame, p)
    }
    for (const { field, from } of set.derived) {
      const value = from(record)
      if (value !== undefined) record[field] = value
    }
    return record
  }
}

function readMembers(members: readonly BoundMember[], record: Loose, frame: Frame, at: number, end: number): void {
  for (const { field, offset, size, read } of members) {
    if (at + offset + size > end) continue
    const value = read(frame, at + offset, size, record)
    if (value !== undefined) record[field] = value
  }
}

/** The lines of an attribute, if they can read a payload of this length. */
function fitting(lines: readonly BoundLine[] | undefined, length: number): readonly BoundLine[] | undefined {
  return lines?.every((line) => fits(line, length)) ? lines : undefined
}

/** False where the payload is to be kept among the unknown ones. */
function readLines(lines: readonly BoundLine[], record: Loose, frame: Frame, at: number, length: number): boolean {
  for (const { field, repeats, sparse, read } of lines) {
    const value = read(frame, at, length, record)
    if (sparse && value === KEEP) return false
    if (sparse && value === undefined) continue
    if (!repeats) record[field] = value
    else if (record[field] === undefined) record[field] = [value]
    else (record[field] as unknown[]).push(value)
  }
  return true
}
