import { address } from './address.ts'
import type { Codec } from './codec.ts'
import { type AddressFamily, addressFamilyIn } from './family.ts'
import { be16, be32, u16, u32 } from './integer.ts'
import { unless } from './modify.ts'
import { KEEP } from './nest.ts'
import { struct } from './struct.ts'
import { text } from './text.ts'

/** An address and port that packets are sent to. */
export interface SocketAddress {
  readonly family: AddressFamily
  readonly address: string
  readonly port: number
  /** Of IPv6: the flow information that packets carry; absent for none. */
  readonly flowinfo?: number
  /** Of a link-local IPv6 address: the index of the interface that it is of. */
  readonly scope_id?: number
  /** The name of that interface where `lookups.interfaces` has it, else the index as text. */
  readonly zone?: string
}

const zone: Codec<string | undefined> = {
  sparse: true,
  json: 'shared',
  bind(binding) {
    const { read, fits } = u32.bind(binding)
    return {
      fits: fits!,
      read(frame, at, length, record) {
        const index = read(frame, at, length, record)
        return index === 0 ? undefined : ((frame.lookups.interfaces?.get(index) as string | undefined) ?? String(index))
      },
    }
  },
  schema: text.schema,
}

const family = addressFamilyIn(u16)

// biome-ignore format: a table
const inet = struct('sockaddr_in', {
  /** `ipv4` or `ipv6`. */
  family:  ['sin_family', family],
  /** The address. */
  address: ['sin_addr', address],
  /** The UDP or TCP port. */
  port:    ['sin_port', be16],
})

// biome-ignore format: a table
const inet6 = struct('sockaddr_in6', {
  /** `ipv4` or `ipv6`. */
  family:   ['sin6_family', family],
  /** The address. */
  address:  ['sin6_addr', address],
  /** The UDP or TCP port. */
  port:     ['sin6_port', be16],
  /** Flow information that packets carry; absent for none. */
  flowinfo: ['sin6_flowinfo', unless(be32, 0)],
  /** Of a link-local address: index of the interface that it is of. */
  scope_id: ['sin6_scope_id', unless(u32, 0)],
  /** Of a link-local address: name of that interface, or its index as text where it is not known. */
  zone:     ['sin6_scope_id', zone],
})

/** A `struct sockaddr_in` or `sockaddr_in6`, as its family says. One of another family is kept among the unknown attributes. */
export const socketAddress: Codec<SocketAddress> = {
  sparse: true,
  sets: [...inet.sets!, ...inet6.sets!],
  bind(binding) {
    const { value, layout } = binding.constants
    const ways = [
      { family: value('AF_INET'), atLeast: layout('sockaddr_in')!.size, ...inet.bind(binding) },
      { family: value('AF_INET6'), atLeast: layout('sockaddr_in6')!.size, ...inet6.bind(binding) },
    ]
    return {
      fits: { atLeast: u16.width },
      read(frame, at, length, record) {
        const family = frame.view.getUint16(at, frame.little)
        const way = ways.find((one) => one.family === family && length >= one.atLeast)
        return (way ? way.read(frame, at, length, record) : KEEP) as SocketAddress
      },
    }
  },
  schema: inet6.schema,
}
