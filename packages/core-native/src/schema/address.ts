import { flat } from '../base/json.ts'
import type { Binding, Codec, Read } from './codec.ts'
import { KEEP } from './nest.ts'

const IPV4_BYTES = 4
const IPV6_BYTES = 16
const GROUPS = 8
const BYTE_BITS = 8

// A table of 256 strings joined with `+` costs half of what a template literal does.
const OCTET = Array.from({ length: 256 }, (_, octet) => String(octet)) // not a kernel number: the values of a byte
const HEX_OCTET = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0')) // not a kernel number: the same

/** Texts by two octets. A row is there once one of it has been seen: whole tables would be a megabyte before the first address. */
const NO_ROW = new Array<string>(OCTET.length).fill('')
const LEADING = new Array<string[]>(OCTET.length).fill(NO_ROW)
const TRAILING = new Array<string[]>(OCTET.length).fill(NO_ROW)
const BARE = 1
const SLASH = 2
/** What stands after an address: nothing, or the length of the prefix. */
const ENDINGS = ['', '', ...OCTET.map((octet) => `/${octet}`)]
/** Which of them stands at the end of each text of `TRAILING`, and 1 for each text of `LEADING`; 0 where there is none yet. */
const ENDED = new Uint16Array(OCTET.length ** 2)
const LED = new Uint16Array(OCTET.length ** 2)

function put(rows: string[][], first: number, second: number, text: string): void {
  if (rows[first] === NO_ROW) rows[first] = NO_ROW.slice()
  rows[first]![second] = flat(text)
}

function see(a: number, b: number, c: number, d: number, ending: number): void {
  put(LEADING, a, b, OCTET[a]! + '.' + OCTET[b]! + '.')
  LED[(a << BYTE_BITS) | b] = 1
  put(TRAILING, c, d, OCTET[c]! + '.' + OCTET[d]! + ENDINGS[ending]!)
  ENDED[(c << BYTE_BITS) | d] = ending
}

/**
 * Four octets in dotted form: two texts that are there, where they would be seven that are made. One branch decides, and
 * all of it at once: what first happens when the function has long been compiled costs all that was compiled.
 */
function dotted(u8: Uint8Array, at: number, ending: number): string {
  const a = u8[at]!
  const b = u8[at + 1]!
  const c = u8[at + 2]!
  const d = u8[at + 3]!
  if (((LED[(a << BYTE_BITS) | b]! ^ 1) | (ENDED[(c << BYTE_BITS) | d]! ^ ending)) !== 0) see(a, b, c, d, ending)
  return LEADING[a]![b]! + TRAILING[c]![d]!
}

/** Four octets in dotted form. */
export const ipv4 = (u8: Uint8Array, at: number): string => dotted(u8, at, BARE)

const groups = new Uint16Array(GROUPS)

/** The longest run of two or more zero groups, the first of equals, as `start * GROUPS + length`; 0 without one. */
function longestZeros(): number {
  let best = 0
  let bestLength = 1
  for (let start = 0; start < GROUPS; start++) {
    if (groups[start] !== 0) continue
    let end = start + 1
    while (end < GROUPS && groups[end] === 0) end++
    if (end - start > bestLength) {
      bestLength = end - start
      best = start * GROUPS + bestLength
      if (bestLength === GROUPS) return best
    }
    start = end
  }
  return best
}

const ALL_ONES = 0xffff // not a kernel number: the group before an IPv4-mapped address

/** Room for eight groups of four digits, the colons between them and the length of a prefix. */
const room = Buffer.allocUnsafeSlow(64) // not a kernel number: more than it takes
const DIGITS = Buffer.from('0123456789abcdef')
const COLON = 58 // not a kernel number: ASCII

/** Writes a group without its leading zeros, and answers where it ends. */
function putGroup(n: number, group: number): number {
  let end = n
  if (group > 0xfff) room[end++] = DIGITS[group >> 12]! // not a kernel number: the digits of 16 bits
  if (group > 0xff) room[end++] = DIGITS[(group >> 8) & 15]! // not a kernel number: the same
  if (group > 0xf) room[end++] = DIGITS[(group >> 4) & 15]! // not a kernel number: the same
  room[end++] = DIGITS[group & 15]! // not a kernel number: the same
  return end
}

/** Writes the groups from `first` up to `last`, with a colon after each but the very last. */
function putGroups(n: number, first: number, last: number): number {
  let end = n
  for (let i = first; i < last; i++) {
    end = putGroup(end, groups[i]!)
    if (i !== GROUPS - 1) room[end++] = COLON
  }
  return end
}

/**
 * Sixteen octets as RFC 5952 has them, and embedded IPv4 addresses as inet_ntop does, with what `ending` says. Written as
 * bytes: put together of texts it would be a rope of as many pieces, which takes twice the time and thrice the memory.
 */
function colons(u8: Uint8Array, at: number, ending: number): string {
  for (let i = 0; i < GROUPS; i++) groups[i] = (u8[at + 2 * i]! << BYTE_BITS) | u8[at + 2 * i + 1]!
  const zeros = longestZeros()
  // In `start * GROUPS + length` a run of at most 7 groups that starts at 0 is just its length.
  if (zeros === 6) return `::${dotted(u8, at + 12, ending)}` // not a kernel number: octets before the IPv4 address
  if (zeros === 5 && groups[5] === ALL_ONES) return `::ffff:${dotted(u8, at + 12, ending)}` // not a kernel number: the same
  const start = zeros === 0 ? GROUPS : zeros === GROUPS ? 0 : (zeros / GROUPS) | 0
  let n = putGroups(0, 0, start)
  if (start < GROUPS) {
    if (start === 0) room[n++] = COLON
    room[n++] = COLON
    n = putGroups(n, start + (zeros === GROUPS ? GROUPS : zeros % GROUPS), GROUPS)
  }
  const suffix = ENDINGS[ending]!
  for (let i = 0; i < suffix.length; i++) room[n++] = suffix.charCodeAt(i)
  return room.toString('latin1', 0, n)
}

/** Sixteen octets as RFC 5952 has them. */
export const ipv6 = (u8: Uint8Array, at: number): string => colons(u8, at, BARE)

const KEPT = 64 // not a kernel number: how many addresses are kept, a power of two
const WORD_BYTES = 4
const WORDS = IPV6_BYTES / WORD_BYTES
/** Knuth's multiplicative hash: nearby addresses go to different places. */
const GOLDEN = 0x9e3779b1 // not a kernel number: 2^32 divided by the golden ratio

/**
 * Reads addresses of which few are different, such as gateways, and keeps their texts: most of a dump's records hold the
 * same string then, which was made once.
 */
function keepingRead(): Read<string> {
  const words = new Uint32Array(KEPT * WORDS)
  const lengths = new Uint8Array(KEPT)
  const texts = new Array<string>(KEPT).fill('')
  return (f, at, length) => {
    let hash = 0
    for (let i = 0; i < length; i += WORD_BYTES) hash = Math.imul(hash ^ f.view.getUint32(at + i), GOLDEN)
    const place = (hash >>> 16) & (KEPT - 1) // not a kernel number: the better half of the hash
    let same = lengths[place] === length
    for (let i = 0, w = place * WORDS; same && i < length; i += WORD_BYTES)
      same = f.view.getUint32(at + i) === words[w++]
    if (same) return texts[place]!
    for (let i = 0, w = place * WORDS; i < length; i += WORD_BYTES) words[w++] = f.view.getUint32(at + i)
    lengths[place] = length
    texts[place] = flat(length === IPV4_BYTES ? ipv4(f.u8, at) : ipv6(f.u8, at))
    return texts[place]!
  }
}

const isAddress = (length: number) => length === IPV4_BYTES || length === IPV6_BYTES

/** An IPv4 or IPv6 address, told apart by its length. */
export const address: Codec<string> = {
  json: 'quoted',
  bind: () => ({ read: keepingRead(), fits: isAddress }),
  schema: () => ({ type: 'string' }),
}

function memberOffset({ header }: Binding, member: string): number {
  const found = header?.members[member]
  if (!found) throw new TypeError(`the message has no header member named ${member}`)
  return found.offset
}

/** Bytes of an address by family, 0 where any may be, and where in the message's header the family stands. */
function lengthsByFamily({ constants, header }: Binding): { readonly lengths: Uint8Array; readonly familyAt: number } {
  const lengths = new Uint8Array(OCTET.length)
  for (const family of ['AF_INET', 'RTNL_FAMILY_IPMR']) lengths[constants.value(family)!] = IPV4_BYTES
  for (const family of ['AF_INET6', 'RTNL_FAMILY_IP6MR']) lengths[constants.value(family)!] = IPV6_BYTES
  const [, family] = Object.entries(header?.members ?? {}).find(([name]) => /(^|_)family$/.test(name)) ?? []
  return family ? { lengths, familyAt: family.offset } : { lengths: new Uint8Array(OCTET.length), familyAt: 0 }
}

/**
 * An address with the length of its prefix, which stands in a member of the message's header: `10.0.0.0/8`. One of another
 * family than the header's is kept among the unknown attributes.
 */
export function prefix(member: string): Codec<string> {
  return {
    sparse: true,
    json: 'quoted',
    bind(binding) {
      const offset = memberOffset(binding, member)
      const { lengths, familyAt } = lengthsByFamily(binding)
      return {
        read(f, at, length) {
          const expected = lengths[f.u8[f.body + familyAt]!]!
          if (expected === 0 ? !isAddress(length) : length !== expected) return KEEP as unknown as string
          const ending = f.u8[f.body + offset]! + SLASH
          return length === IPV4_BYTES ? dotted(f.u8, at, ending) : colons(f.u8, at, ending)
        },
      }
    },
    schema: () => ({ type: 'string', pattern: '/[0-9]+$' }),
  }
}

/** A hardware address of any length: `02:00:00:00:00:01`. */
export const hardwareAddress: Codec<string> = {
  json: 'quoted',
  bind: () => ({
    read(f, at, length) {
      let out = length > 0 ? HEX_OCTET[f.u8[at]!]! : ''
      for (let i = 1; i < length; i++) out += `:${HEX_OCTET[f.u8[at + i]!]!}`
      return out
    },
  }),
  schema: () => ({ type: 'string', pattern: '^([0-9a-f]{2}(:[0-9a-f]{2})*)?$' }),
}
