/** What an address and the length of its prefix come to. */
import { ipv4, ipv6 } from '@netsnap/core-native/schema'

const IPV4_BYTES = 4
const IPV6_BYTES = 16
const BITS = 8
const BYTE = 0xff // not a kernel number: all bits of a byte

export const isAddress = (length: number): boolean => length === IPV4_BYTES || length === IPV6_BYTES

/** The text of an address of one of the two lengths. */
export const addressText = (bytes: Uint8Array, at: number, length: number): string =>
  length === IPV4_BYTES ? ipv4(bytes, at) : ipv6(bytes, at)

const scratch = new Uint8Array(IPV6_BYTES)
const ALL_ONES = new Uint8Array(IPV6_BYTES).fill(BYTE)

/** The first `bits` bits of an address, in bytes that are overwritten by the next one. */
function masked(from: Uint8Array, at: number, length: number, bits: number): Uint8Array {
  for (let i = 0; i < length; i++) {
    const kept = Math.min(BITS, Math.max(0, bits - i * BITS))
    scratch[i] = from[at + i]! & (BYTE << (BITS - kept))
  }
  return scratch
}

function maskText(length: number, bits: number, inverted: boolean): string {
  const mask = masked(ALL_ONES, 0, length, bits)
  if (inverted) for (let i = 0; i < length; i++) mask[i] = mask[i]! ^ BYTE
  return addressText(mask, 0, length)
}

interface Masks {
  readonly netmask: string
  readonly hostmask: string
}

/** Masks by length of the address and of the prefix: there are 162 pairs. */
const known = new Map<number, Masks>()

function masksOf(length: number, bits: number): Masks {
  const key = length * (BYTE + 1) + bits
  let masks = known.get(key)
  if (masks === undefined) {
    masks = { netmask: maskText(length, bits, false), hostmask: maskText(length, bits, true) }
    known.set(key, masks)
  }
  return masks
}

/** A prefix in CIDR notation, and its masks. */
export interface Prefix extends Masks {
  readonly network: string
}

/** The prefix of `bits` bits that an address is in. */
export function prefixOf(bytes: Uint8Array, at: number, length: number, bits: number): Prefix {
  const network = `${addressText(masked(bytes, at, length, bits), 0, length)}/${bits}`
  return { network, ...masksOf(length, bits) }
}
