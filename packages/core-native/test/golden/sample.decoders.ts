// Generated from test/fixtures/sample-tables.ts by scripts/compile-tables.ts. Do not edit.
import { type BoundSet, type Decode, KEEP, lengthsOf, type Write } from '../../src/compile/index.ts'

type Any = any
type Loose = Record<string, Any>
const NONE = {}
export function decode_sample(b: BoundSet): Decode {
  const [h0, h1, h2] = b.header.map((member) => member.read) as Any
  const [o0, o1, o2] = b.header.map((member) => member.offset) as Any
  const [z0, z1, z2] = b.header.map((member) => member.size) as Any
  const [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9] = b.lines.map((line) => line.read) as Any
  const [s0, , s2, s3, s4, , , , , s9] = b.lines.map(lengthsOf) as Any
  const { slots, keepUnknown, malformed, headerBytes, outermost } = b
  const words = new Uint32Array(headerBytes >> 2)
  let last = 0
  let m0: Any, m1: Any, m2: Any
  const d0 = b.derived[0]!.from
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
      m1 = h1(f, at + o1, z1, NONE)
      m2 = h2(f, at + o2, z2, NONE)
    }
    const r: Loose = { "action": m0, "flags": m1, "version": 0 }
    if (m2 !== undefined) r["table"] = m2
    let q7 = -1
    for (let p = at + headerBytes, size = 0; p + 4 <= end; p += (size + 3) & -4) {
      size = view.getUint16(p, little)
      const type = view.getUint16(p + 2, little)
      if (size < 4 || p + size > end) throw malformed(type)
      const n = size - 4
      switch (slots[type & 16383]) {
        case 1: if (n !== s0) { delete r["version"]; break }; r["version"] = a0(f, p + 4, n, r); continue
        case 2: r["kind"] = a1(f, p + 4, n, r); continue
        case 3: if (n !== s2) break; r["id"] = a2(f, p + 4, n, r); continue
        case 4: if (n !== s3) break; r["wide"] = a3(f, p + 4, n, r); continue
        case 5: if (n !== s4) break; r["key"] = a4(f, p + 4, n, r); continue
        case 6: { const v = a5(f, p + 4, n, r); if (v === KEEP) break; if (v !== undefined) r["parts"] = v }; continue
        case 7: (r["groups"] ??= []).push(a6(f, p + 4, n, r)); continue
        case 8: q7 = p; continue
        case 9: r["address"] = a8(f, p + 4, n, r); continue
        case 10: if (n !== s9) break; { const v = a9(f, p + 4, n, r); if (v === KEEP) break; if (v !== undefined) r["limit"] = v }; continue
        case 255: continue
      }
      if (f.captureUnknown) keepUnknown(r, f, type, p + 4, n)
    }
    if (q7 >= 0) {
      const n = view.getUint16(q7, little) - 4
      const v = a7(f, q7 + 4, n, r)
      if (v === KEEP) { if (f.captureUnknown) keepUnknown(r, f, view.getUint16(q7 + 2, little), q7 + 4, n) }
      else if (v !== undefined) r["data"] = v
    }
    const v0 = d0(r); if (v0 !== undefined) r["next_version"] = v0
    return r
  }
}

export function decode_sample_1(b: BoundSet): Decode {
  const [a0, a1] = b.lines.map((line) => line.read) as Any
  const [s0] = b.lines.map(lengthsOf) as Any
  const { slots, keepUnknown, malformed, headerBytes, outermost } = b
  return (f, at, end) => {
    if (outermost) f.body = at
    if (end - at < headerBytes) throw malformed(-1)
    const { view, little } = f
    const r: Loose = {  }
    for (let p = at + headerBytes, size = 0; p + 4 <= end; p += (size + 3) & -4) {
      size = view.getUint16(p, little)
      const type = view.getUint16(p + 2, little)
      if (size < 4 || p + size > end) throw malformed(type)
      const n = size - 4
      switch (slots[type & 16383]) {
        case 1: if (n !== s0) break; r["id"] = a0(f, p + 4, n, r); continue
        case 2: r["active"] = a1(f, p + 4, n, r); continue
        case 255: continue
      }
      if (f.captureUnknown) keepUnknown(r, f, type, p + 4, n)
    }
    return r
  }
}

export function decode_sample_2(b: BoundSet): Decode {
  const [a0, a1] = b.lines.map((line) => line.read) as Any
  const { slots, keepUnknown, malformed, headerBytes, outermost } = b
  return (f, at, end) => {
    if (outermost) f.body = at
    if (end - at < headerBytes) throw malformed(-1)
    const { view, little } = f
    const r: Loose = {  }
    for (let p = at + headerBytes, size = 0; p + 4 <= end; p += (size + 3) & -4) {
      size = view.getUint16(p, little)
      const type = view.getUint16(p + 2, little)
      if (size < 4 || p + size > end) throw malformed(type)
      const n = size - 4
      switch (slots[type & 16383]) {
        case 1: r["name"] = a0(f, p + 4, n, r); continue
        case 2: { const v = a1(f, p + 4, n, r); if (v === KEEP) break; if (v !== undefined) r["operations"] = v }; continue
        case 255: continue
      }
      if (f.captureUnknown) keepUnknown(r, f, type, p + 4, n)
    }
    return r
  }
}

export function decode_sample_3(b: BoundSet): Decode {
  const [h0, h1] = b.header.map((member) => member.read) as Any
  const [o0, o1] = b.header.map((member) => member.offset) as Any
  const [z0, z1] = b.header.map((member) => member.size) as Any
  const appended = b.appended.length > 0
  return (f, at, end) => {
    if (appended || end - at < b.headerBytes) return b.interpreted(f, at, end)
    const r: Loose = { "vf": h0(f, at + o0, z0, NONE), "mac": h1(f, at + o1, z1, NONE) }
    return r
  }
}

export function decode_sample_4(b: BoundSet): Decode {
  const [h0, h1] = b.header.map((member) => member.read) as Any
  const [o0, o1] = b.header.map((member) => member.offset) as Any
  const [z0, z1] = b.header.map((member) => member.size) as Any
  const appended = b.appended.length > 0
  return (f, at, end) => {
    if (appended || end - at < b.headerBytes) return b.interpreted(f, at, end)
    const r: Loose = { "vf": h0(f, at + o0, z0, NONE), "mac": h1(f, at + o1, z1, NONE) }
    return r
  }
}

export function write_sample(_: BoundSet, slow: Write): Write {
  return slow
}

/** A factory for each set of the table, in the order of `setsOf`. */
export const factories = [decode_sample, decode_sample_1, decode_sample_2, decode_sample_3, decode_sample_4]
/** Writes the records of the table as JSON. */
export const writer = write_sample
