// Generated from test/fixtures/sample-tables.ts by scripts/compile-tables.ts. Do not edit.
import { type BoundSet, type Decode, KEEP, lengthsOf, flat, type Write } from '../../src/compile/index.ts'

type Any = any
type Loose = Record<string, Any>
const NONE = {}
export function decode_small(b: BoundSet): Decode {
  const [h0] = b.header.map((member) => member.read) as Any
  const [o0] = b.header.map((member) => member.offset) as Any
  const [z0] = b.header.map((member) => member.size) as Any
  const [a0, a1] = b.lines.map((line) => line.read) as Any
  const [, s1] = b.lines.map(lengthsOf) as Any
  const { slots, keepUnknown, malformed, headerBytes, outermost } = b
  const words = new Uint32Array(headerBytes >> 2)
  let last = 0
  let m0: Any
  return (f, at, end) => {
    if (outermost) f.body = at
    if (end - at < headerBytes) throw malformed(-1)
    const { view, little } = f
    let same = f.id === last
    for (let i = 0; same && i < headerBytes; i += 4) same = view.getUint32(at + i, little) === words[i >> 2]
    if (!same) {
      last = f.id
      for (let i = 0; i < headerBytes; i += 4) words[i >> 2] = view.getUint32(at + i, little)
      m0 = h0(f, at + o0, z0, NONE)
    }
    const r: Loose = { "length": m0 }
    for (let p = at + headerBytes, size = 0; p + 4 <= end; p += (size + 3) & -4) {
      size = view.getUint16(p, little)
      const type = view.getUint16(p + 2, little)
      if (size < 4 || p + size > end) throw malformed(type)
      const n = size - 4
      switch (slots[type & 16383]) {
        case 1: { const v = a0(f, p + 4, n, r); if (v === KEEP) break; if (v !== undefined) r["prefix"] = v }; continue
        case 2: if (n !== s1) break; r["id"] = a1(f, p + 4, n, r); continue
        case 255: continue
      }
      if (f.captureUnknown) keepUnknown(r, f, type, p + 4, n)
    }
    return r
  }
}

export function write_small(b: BoundSet, slow: Write): Write {
  const [h0] = b.header.map((member) => member.read) as Any
  const [o0] = b.header.map((member) => member.offset) as Any
  const [z0] = b.header.map((member) => member.size) as Any
  const [a0, a1] = b.lines.map((line) => line.read) as Any
  const [, s1] = b.lines.map(lengthsOf) as Any
  const { slots, malformed, headerBytes } = b
  const words = new Uint32Array(headerBytes >> 2)
  let last = 0
  let run0 = '', start = ''
  let w1 = 0, f1 = 0, t1 = ''
  return (f, at, end) => {
    f.body = at
    if (end - at < headerBytes) throw malformed(-1)
    const { view, little } = f
    let same = f.id === last
    for (let i = 0; same && i < headerBytes; i += 4) same = view.getUint32(at + i, little) === words[i >> 2]
    if (!same) {
      last = f.id
      for (let i = 0; i < headerBytes; i += 4) words[i >> 2] = view.getUint32(at + i, little)
      run0 = flat('{"length":' + h0(f, at + o0, z0, NONE))
      start = ''
    }
    let s = start
    let seen0 = 0
    for (let p = at + headerBytes, size = 0; p + 4 <= end; p += (size + 3) & -4) {
      size = view.getUint16(p, little)
      const type = view.getUint16(p + 2, little)
      if (size < 4 || p + size > end) throw malformed(type)
      const n = size - 4
      switch (slots[type & 16383]) {
        case 1: if ((seen0 & 1) !== 0) return slow(f, at, end); seen0 |= 1; { const v = a0(f, p + 4, n, NONE); if (v === KEEP) return slow(f, at, end); if (v !== undefined) s += ',"prefix":"' + v + '"' }; continue
        case 2: if (n !== s1) break; if ((seen0 & 2) !== 0) return slow(f, at, end); seen0 |= 2; if (n === 4) { const w = view.getUint32(p + 4, little); if (w !== w1 || f.id !== f1) { let t = ''; t += ',"id":' + a1(f, p + 4, n, NONE); t1 = flat(t); w1 = w; f1 = f.id }; s += t1; continue }; s += ',"id":' + a1(f, p + 4, n, NONE); continue
        case 255: continue
      }
      if (f.captureUnknown) return slow(f, at, end)
    }
    return run0 + s + '}'
  }
}

/** A factory for each set of the table, in the order of `setsOf`. */
export const factories = [decode_small]
/** Writes the records of the table as JSON. */
export const writer = write_small
