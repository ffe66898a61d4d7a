import { remember } from '../base/remember.ts'
import type { Constants } from '../constants/index.ts'

/** How attributes follow one another. */
export interface Framing {
  /** `NLA_HDRLEN` */
  readonly headerBytes: number
  /** Offset of the length in an attribute's header. */
  readonly lengthAt: number
  /** Offset of the type. */
  readonly typeAt: number
  /** `NLA_TYPE_MASK`: a type without its flag bits. */
  readonly typeMask: number
  /** `NLA_F_NESTED` */
  readonly nested: number
  /** `NLA_ALIGNTO` */
  readonly alignTo: number
  /** `NLA_ALIGN(length)` */
  align(length: number): number
}

const TYPE_BITS = 16

const cache = new WeakMap<Constants, Framing>()

/** The framing of attributes, from `struct nlattr` and its constants. */
export function framingOf(constants: Constants): Framing {
  return remember(cache, constants, makeFraming)
}

function makeFraming(constants: Constants): Framing {
  const header = constants.layout('nlattr')!
  const alignTo = constants.value('NLA_ALIGNTO')!
  const nested = constants.value('NLA_F_NESTED')!
  const flags = nested | constants.value('NLA_F_NET_BYTEORDER')!
  const align = (length: number) => (length + alignTo - 1) & -alignTo
  return {
    headerBytes: align(header.size),
    lengthAt: header.members.nla_len!.offset,
    typeAt: header.members.nla_type!.offset,
    typeMask: (2 ** TYPE_BITS - 1) & ~flags,
    nested,
    alignTo,
    align,
  }
}
