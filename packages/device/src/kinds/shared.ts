/** What several kinds have in common. */
import {
  address,
  be32,
  type Codec,
  enumOf,
  flagsOf,
  hardwareAddress,
  mapped,
  text,
  u8,
  u16,
  u32,
  unless,
  unlessZeros,
  type ValueOf,
} from '@netsnap/core-native/schema'

/** An end of a tunnel; absent where any will do. */
export const endpoint = unlessZeros(address)

/** An interface's index; absent for none. */
export const someIndex = unless(u32, 0)

const HEX = 16
const DIGITS = 4

/** An Ethernet protocol, as `0x8100`. */
export const etherTypeHex = (scalar: Codec<number>): Codec<string> =>
  mapped(scalar, text, (value) => `0x${value.toString(HEX).padStart(DIGITS, '0')}`)

/** Several readings of the same bytes, as an object. */
export function together<const C extends Readonly<Record<string, Codec<unknown>>>>(
  codecs: C,
): Codec<{ [K in keyof C]: ValueOf<C[K]> }> {
  const entries = Object.entries(codecs)
  return {
    bind(binding) {
      const bound = entries.map(([name, codec]) => [name, codec.bind(binding)] as const)
      const { fits } = bound[0]![1]
      return {
        ...(fits ? { fits } : {}),
        read: (frame, at, length, record) =>
          Object.fromEntries(bound.map(([name, { read }]) => [name, read(frame, at, length, record)])) as never,
      }
    },
    schema: (binding) => ({
      type: 'object',
      properties: Object.fromEntries(entries.map(([name, codec]) => [name, codec.schema(binding)])),
      required: Object.keys(codecs),
      additionalProperties: false,
    }),
  }
}

/** Names of bits as an object that holds `true` for each. */
export const asTrue = (flags: Codec<readonly string[]>): Codec<Readonly<Record<string, true>>> =>
  mapped(
    flags,
    { ...text, schema: () => ({ type: 'object' as const }) } as unknown as Codec<Readonly<Record<string, true>>>,
    (names) => Object.fromEntries(names.map((name) => [name, true as const])),
  )

/** How a tunnel wraps its packets once more: `none`, `fou`, `gue`, `mpls`. */
export const encapType = enumOf('TUNNEL_ENCAP_', { scalar: u16, lowerCase: true, except: 'TUNNEL_ENCAP_FLAG_' })
export const encapFlags = flagsOf('TUNNEL_ENCAP_FLAG_', { scalar: u16, lowerCase: true })

const LABEL_BITS = 20 // not a kernel number: of IPv6's header (RFC 8200)
const CLASS_BITS = 8 // not a kernel number: the same
/** What the two halves of IPv6's flow information are that a tunnel's packets have, or 0. */
export const trafficClass = mapped(be32, u8, (flow) => (flow >>> LABEL_BITS) % 2 ** CLASS_BITS)
export const flowLabel = mapped(be32, u32, (flow) => flow % 2 ** LABEL_BITS)

/** Whether the don't-fragment bit is set: `unset`, `set`, or `inherit` from the packet within. */
export const dontFragment = (prefix: 'VXLAN_DF_' | 'GENEVE_DF_') => enumOf(prefix, { scalar: u8, lowerCase: true })

/** A bridge as STP has it: its priority and its address, `8000.02:00:00:00:00:01`. */
export const bridgeId: Codec<string> = {
  json: 'quoted',
  bind(binding) {
    const { size, members } = binding.constants.layout('ifla_bridge_id')!
    const { offset, size: bytes } = members.addr!
    const { read } = hardwareAddress.bind(binding)
    return {
      fits: { exactly: size },
      read: (frame, at, _length, record) => {
        const priority = frame.view.getUint16(at).toString(HEX).padStart(DIGITS, '0')
        return `${priority}.${read(frame, at + offset, bytes, record)}`
      },
    }
  },
  schema: text.schema,
}
