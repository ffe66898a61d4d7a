import type { Decode } from '../schema/codec.ts'
import type { Frame } from '../schema/frame.ts'
import { fits, KEEP } from '../schema/nest.ts'
import { type BoundLine, type BoundMember, type BoundSet, SKIP } from './bind.ts'

type Loose = Record<string, unknown>

/** Reads a set from its lines, step by step: the oracle of the emitted decoders, and the way for tables made at run time. */
export function interpret(set: BoundSet): Decode {
  const { headerBytes, lengthAt, typeAt, typeMask, align } = set.framing
  return (frame, at, end) => {
    if (set.outermost) frame.body = at
    const record: Loose = {}
    if (!set.whole && end - at < set.headerBytes) throw set.malformed(-1)
    readMembers(set.header, record, frame, at, end)
    readMembers(set.appended, record, frame, at, end)
    for (const { field, value } of set.fallbacks) record[field] = value
    if (set.whole) return record

    for (let p = at + set.headerBytes; p + headerBytes <= end; ) {
      const size = frame.view.getUint16(p + lengthAt, frame.little)
      const type = frame.view.getUint16(p + typeAt, frame.little)
      if (size < headerBytes || p + size > end) throw set.malformed(type)
      const number = type & typeMask
      if (
        set.slots[number] !== SKIP &&
        !readLines(set.byType.get(number), record, frame, p + headerBytes, size - headerBytes)
      ) {
        if (frame.captureUnknown) set.keepUnknown(record, frame, type, p + headerBytes, size - headerBytes)
      }
      p += align(size)
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
    if (at + offset + size <= end) record[field] = read(frame, at + offset, size, record)
  }
}

/** False where no line reads such a payload. */
function readLines(
  lines: readonly BoundLine[] | undefined,
  record: Loose,
  frame: Frame,
  at: number,
  length: number,
): boolean {
  if (!lines?.every((line) => fits(line, length))) return false
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
