import type { Decode } from '../schema/codec.ts'
import type { Frame } from '../schema/frame.ts'
import { fits, KEEP } from '../schema/nest.ts'
import { type BoundLine, type BoundMember, type BoundSet, SKIP } from './bound.ts'

type Loose = Record<string, unknown>

/** Reads a set from its lines, step by step: the oracle of the emitted decoders, and the way for tables made at run time. */
export function interpret(set: BoundSet): Decode {
  const readHeader = headerReader(set)
  return (frame, at, end) => {
    if (set.outermost) frame.body = at
    if (!set.whole && end - at < set.headerBytes) throw set.malformed(-1)
    const record = readHeader(frame, at, end)
    if (set.whole) return record
    readLate(set, readAttributes(set, record, frame, at + set.headerBytes, end), record, frame)
    for (const { field, from } of set.derived) {
      const value = from(record)
      if (value !== undefined) record[field] = value
    }
    return record
  }
}

/** Members and fallbacks that are always there come before members that may be absent. */
function headerReader(set: BoundSet): Decode {
  const members = [...set.header, ...set.appended]
  const certain = members.filter(({ sparse }) => !sparse)
  const uncertain = members.filter(({ sparse }) => sparse)
  return (frame, at, end) => {
    const record: Loose = {}
    readMembers(certain, record, frame, at, end)
    for (const { field, value } of set.fallbacks) record[field] = value
    readMembers(uncertain, record, frame, at, end)
    return record
  }
}

/** An attribute: its type, and where its payload is. */
function attributeAt({ framing }: BoundSet, { view, little }: Frame, p: number) {
  const { headerBytes, lengthAt, typeAt } = framing
  const size = view.getUint16(p + lengthAt, little)
  return { type: view.getUint16(p + typeAt, little), size, at: p + headerBytes, length: size - headerBytes }
}

/** An attribute that cannot be read. What stood for it, had it not been there, is taken back. */
function keep(set: BoundSet, record: Loose, frame: Frame, p: number): void {
  const { type, at, length } = attributeAt(set, frame, p)
  const lines = set.byType.get(type & set.framing.typeMask) ?? []
  for (const { field } of [...set.header, ...set.appended, ...set.fallbacks])
    if (lines.some((line) => line.field === field)) delete record[field]
  if (frame.captureUnknown) set.keepUnknown(record, frame, type, at, length)
}

/** Reads the attributes, and answers where those stand whose lines are late. */
function readAttributes(set: BoundSet, record: Loose, frame: Frame, from: number, end: number): Map<BoundLine, number> {
  const { headerBytes, typeMask, align } = set.framing
  const late = new Map<BoundLine, number>()
  for (let p = from, step = 0; p + headerBytes <= end; p += step) {
    const { type, size, at, length } = attributeAt(set, frame, p)
    if (size < headerBytes || p + size > end) throw set.malformed(type)
    step = align(size)
    const number = type & typeMask
    if (set.slots[number] === SKIP) continue
    const lines = fitting(set.byType.get(number), length)
    const now = lines?.filter((line) => !line.late)
    for (const line of lines ?? []) if (line.late) late.set(line, p)
    if (!now || !readLines(now, record, frame, at, length)) keep(set, record, frame, p)
  }
  return late
}

function readLate(set: BoundSet, late: ReadonlyMap<BoundLine, number>, record: Loose, frame: Frame): void {
  for (const line of set.lines) {
    const p = late.get(line)
    if (p === undefined) continue
    const { at, length } = attributeAt(set, frame, p)
    if (!readLines([line], record, frame, at, length)) keep(set, record, frame, p)
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
  for (const { field, repeats, sparse, spreads, read } of lines) {
    const value = read(frame, at, length, record)
    if (sparse && value === KEEP) return false
    if (sparse && value === undefined) continue
    if (spreads) Object.assign(record, value)
    else if (!repeats) record[field] = value
    else if (record[field] === undefined) record[field] = [value]
    else (record[field] as unknown[]).push(value)
  }
  return true
}
