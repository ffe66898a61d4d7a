import { shown } from '@netsnap/core-native'

const HEX = 16
const GROUPS = 8
const GROUP_BYTES = 2

/** Loaded when an address is given: Node takes 3 ms for it, since sockets and streams are in it. */
const net = () => process.getBuiltinModule('node:net')

const groupsOf = (text: string): number[] =>
  text.split(':').flatMap((group) => (group === '' ? [] : [parseInt(group, HEX)]))

/** The URL parser writes all that `inet_pton` reads in one way: groups of hexadecimal digits, at most one `::`. */
function ipv6Bytes(text: string): Uint8Array {
  const [before = '', after = ''] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::')
  const [first, last] = [groupsOf(before), groupsOf(after)]
  const zeros = new Array<number>(GROUPS - first.length - last.length).fill(0)
  const bytes = new DataView(new ArrayBuffer(GROUPS * GROUP_BYTES))
  for (const [i, group] of [...first, ...zeros, ...last].entries()) bytes.setUint16(i * GROUP_BYTES, group)
  return new Uint8Array(bytes.buffer)
}

/**
 * The bytes of an address in network order, of every spelling that `inet_pton` takes.
 *
 * @throws TypeError for what is no address.
 */
export function addressBytes(option: string, text: string): Uint8Array {
  // Node's own check lets the name of an interface follow.
  const plain = typeof text === 'string' && !text.includes('%')
  if (plain && net().isIPv4(text)) return Uint8Array.from(text.split('.'), Number)
  if (plain && net().isIPv6(text)) return ipv6Bytes(text)
  throw new TypeError(`${option}: ${shown(text)} is not an IP address`)
}

/** Whether these are the bytes of an IPv6 address. */
export const isIpv6 = (bytes: Uint8Array): boolean => bytes.length === GROUPS * GROUP_BYTES
