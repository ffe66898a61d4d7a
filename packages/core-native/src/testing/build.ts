import { constants } from '../constants/index.ts'
import { wire } from '../constants/wire.ts'
import { HOST_LITTLE } from '../schema/frame.ts'
import { framingOf } from '../schema/framing.ts'

export interface MessageHead {
  /** A constant's name, or a number. */
  readonly type: string | number
  readonly flags?: number
  readonly sequence?: number
  readonly port?: number
}

/** The number of a constant, or the number itself. */
function number(nameOrNumber: string | number): number {
  const value = typeof nameOrNumber === 'number' ? nameOrNumber : constants().value(nameOrNumber)
  if (value === undefined) throw new TypeError(`no source of constants knows ${nameOrNumber}`)
  return value
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** Builds the bytes of netlink messages in either byte order, for tests. */
export class MessageBuilder {
  readonly little: boolean

  constructor(little = HOST_LITTLE) {
    this.little = little
  }

  /** An integer of `width` bytes; `big` for network byte order. */
  integer(width: number, value: number | bigint, big = !this.little): Uint8Array {
    const out = new Uint8Array(width)
    let rest = BigInt.asUintN(width * 8, BigInt(value))
    for (let i = 0; i < width; i++, rest >>= 8n) out[big ? width - 1 - i : i] = Number(rest & 0xffn)
    return out
  }

  u8 = (value: number) => this.integer(1, value)
  u16 = (value: number) => this.integer(2, value)
  u32 = (value: number) => this.integer(4, value)
  u64 = (value: number | bigint) => this.integer(8, value)

  /** A C string with its NUL. */
  text(value: string): Uint8Array {
    return new TextEncoder().encode(`${value}\0`)
  }

  /** A C struct of numbers; members that are not named are 0. */
  struct(name: string, values: Readonly<Record<string, number | bigint>> = {}): Uint8Array {
    const layout = constants().layout(name)!
    const out = new Uint8Array(layout.size)
    for (const [member, value] of Object.entries(values)) {
      const { offset, size, type } = layout.members[member]!
      out.set(this.integer(size, value, type.startsWith('be') || !this.little), offset)
    }
    return out
  }

  /** One attribute with its padding. */
  attribute(type: string | number, ...payload: readonly Uint8Array[]): Uint8Array {
    const framing = framingOf(constants())
    const bytes = concat(...payload)
    const size = framing.headerBytes + bytes.length
    return this.#padded(concat(this.u16(size), this.u16(number(type)), bytes), framing.align(size))
  }

  /** One attribute that is marked as holding others. */
  nested(type: string | number, ...attributes: readonly Uint8Array[]): Uint8Array {
    return this.attribute(number(type) | framingOf(constants()).nested, ...attributes)
  }

  /** A whole message with its header and padding. */
  message({ type, flags = 0, sequence = 0, port = 0 }: MessageHead, ...payload: readonly Uint8Array[]): Uint8Array {
    const bytes = concat(...payload)
    const head = this.struct('nlmsghdr', {
      nlmsg_len: wire().headerBytes + bytes.length,
      nlmsg_type: number(type),
      nlmsg_flags: flags,
      nlmsg_seq: sequence,
      nlmsg_pid: port,
    })
    return this.#padded(concat(head, bytes), wire().align(head.length + bytes.length))
  }

  #padded(bytes: Uint8Array, length: number): Uint8Array {
    const out = new Uint8Array(length)
    out.set(bytes)
    return out
  }
}
