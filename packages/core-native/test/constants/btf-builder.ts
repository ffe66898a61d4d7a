import { kinds } from '../../src/constants/btf/file.ts'
import { bundledConstants } from '../../src/constants/index.ts'

const header = bundledConstants().layout('btf_header')!
const magic = bundledConstants().value('BTF_MAGIC')!

/** Puts together a BTF file; for one of a module, with what stands before it in the base. */
export class BtfBuilder {
  private readonly words: number[] = []
  private names: string
  private nextId: number
  private readonly firstName: number

  constructor(firstId = 1, firstName = 0) {
    this.nextId = firstId
    this.firstName = firstName
    this.names = firstName === 0 ? '\0' : ''
  }

  private name(text: string): number {
    if (text === '') return 0
    const offset = this.firstName + this.names.length
    this.names += `${text}\0`
    return offset
  }

  private add(name: string, kind: number, members: number, size: number, extra: number[], flag = 0): number {
    this.words.push(this.name(name), ((flag << 31) | (kind << 24) | members) >>> 0, size, ...extra)
    return this.nextId++
  }

  int(name: string, size: number): number {
    return this.add(name, kinds.int, 0, size, [size * 8])
  }

  array(type: number, count: number): number {
    return this.add('', kinds.array, 0, 0, [type, type, count])
  }

  typedef(name: string, type: number): number {
    return this.add(name, kinds.typedef, 0, type, [])
  }

  enumeration(members: Record<string, number>): number {
    const entries = Object.entries(members)
    const signed = entries.some(([, value]) => value < 0) ? 1 : 0
    const extra = entries.flatMap(([name, value]) => [this.name(name), value >>> 0])
    return this.add('', kinds.enum, entries.length, 4, extra, signed)
  }

  struct(name: string, size: number, members: [name: string, type: number, bit: number][]): number {
    const extra = members.flatMap(([member, type, bit]) => [this.name(member), type, bit])
    return this.add(name, kinds.struct, members.length, size, extra)
  }

  /** A base for a module's file. */
  after(): BtfBuilder {
    return new BtfBuilder(this.nextId, this.firstName + this.names.length)
  }

  bytes(): Buffer {
    const types = Buffer.from(new Uint32Array(this.words).buffer)
    const names = Buffer.from(this.names, 'latin1')
    const start = Buffer.alloc(header.size)
    start.writeUInt16LE(magic, 0)
    const fields = { hdr_len: header.size, type_len: types.length, str_off: types.length, str_len: names.length }
    for (const [field, value] of Object.entries(fields)) start.writeUInt32LE(value, header.members[field]!.offset)
    return Buffer.concat([start, types, names])
  }
}
