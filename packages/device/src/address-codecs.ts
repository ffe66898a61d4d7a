import { type Binding, type Codec, flagsOf, type Spreading, text, type u8, u32 } from '@netsnap/core-native/schema'
import { addressText, isAddress, type Prefix, prefixOf } from './address-prefix.ts'

/** Where a member of the message's header stands, and what it is. */
function headerByte({ header }: Binding, member: string): number {
  const found = header?.members[member]
  if (!found) throw new TypeError(`the message has no header member named ${member}`)
  return found.offset
}

const said = (description: string) => ({ type: 'string', description }) as const
const PREFIX_SCHEMA = {
  address: said('The address; on a link between two that of this end.'),
  ipinterface: said('The address and the length of its prefix: `192.0.2.1/24`.'),
  network: said('The prefix: `192.0.2.0/24`; on a link between two the one that the other end is in.'),
  netmask: said('The bits of the prefix, as an address.'),
  hostmask: said('The other bits.'),
}
const LOCAL_SCHEMA = {
  local: said('This end, as the kernel sends it.'),
  peer: said('The other end of a link between two.'),
}

/** An address and what its prefix comes to, in texts. */
export interface AddressTexts extends Prefix {
  readonly address: string
  readonly ipinterface: string
}

/** An address that stands alone, and what its prefix comes to. */
function ownReader(binding: Binding) {
  const lengthAt = headerByte(binding, 'ifa_prefixlen')
  return (bytes: Uint8Array, body: number, at: number, length: number): AddressTexts => {
    const bits = bytes[body + lengthAt]!
    const address = addressText(bytes, at, length)
    return { address, ipinterface: `${address}/${bits}`, ...prefixOf(bytes, at, length, bits) }
  }
}

/** `IFA_ADDRESS`: the address, or the far end of a link between two. */
export const farEnd: Spreading<Partial<AddressTexts>> = {
  spreads: true,
  bind(binding) {
    const read = ownReader(binding)
    return { fits: isAddress, read: (frame, at, length) => read(frame.u8, frame.body, at, length) }
  },
  schema: () => ({ type: 'object', properties: PREFIX_SCHEMA }),
}

/**
 * `IFA_LOCAL`, which is the same as `IFA_ADDRESS` but on a link between two: there it is this end, and that the other. A
 * driver may send it alone.
 */
export const nearEnd: Spreading<Partial<AddressTexts> & { readonly local?: string; readonly peer?: string }> = {
  spreads: true,
  late: true,
  bind(binding) {
    const readAlone = ownReader(binding)
    const lengthAt = headerByte(binding, 'ifa_prefixlen')
    return {
      fits: isAddress,
      read(frame, at, length, record) {
        const local = addressText(frame.u8, at, length)
        const far = record.address as string | undefined
        if (far === undefined) return { ...readAlone(frame.u8, frame.body, at, length), local }
        if (far === local) return { local }
        return { address: local, ipinterface: `${local}/${frame.u8[frame.body + lengthAt]!}`, local, peer: far }
      },
    }
  },
  schema: () => ({ type: 'object', properties: LOCAL_SCHEMA }),
}

/** Bit 0 is of another meaning in IPv6. */
const RENAMED = new Map<readonly string[], readonly string[]>()

function ofIpv6(names: readonly string[]): readonly string[] {
  let renamed = RENAMED.get(names)
  if (renamed === undefined) {
    renamed = Object.freeze(names.map((name) => (name === 'SECONDARY' ? 'TEMPORARY' : name)))
    RENAMED.set(names, renamed)
  }
  return renamed
}

/** The names of an address's flags: the first is `SECONDARY` in IPv4, and `TEMPORARY` in IPv6. */
export function addressFlags(scalar: typeof u8 | typeof u32): Codec<readonly string[]> {
  const flags = flagsOf('IFA_F_', { scalar })
  return {
    json: 'shared',
    bind(binding) {
      const { read, ...bound } = flags.bind(binding)
      const familyAt = headerByte(binding, 'ifa_family')
      const inet6 = binding.constants.value('AF_INET6')
      return {
        ...bound,
        read(frame, at, length, record) {
          const names = read(frame, at, length, record)
          return frame.u8[frame.body + familyAt] === inet6 ? ofIpv6(names) : names
        },
      }
    },
    schema: flags.schema,
  }
}

/** Whether the flag of this name is set, of an address of this family; absent of another's. */
export function flagOf(
  family: 'AF_INET' | 'AF_INET6',
  flag: 'IFA_F_SECONDARY' | 'IFA_F_TEMPORARY',
): Codec<boolean | undefined> {
  return {
    sparse: true,
    json: 'raw',
    bind(binding) {
      const familyAt = headerByte(binding, 'ifa_family')
      const [number, bit] = [binding.constants.value(family), binding.constants.value(flag)!]
      return {
        read: (frame, at) => (frame.u8[frame.body + familyAt] === number ? (frame.u8[at]! & bit) !== 0 : undefined),
      }
    },
    schema: () => ({ type: 'boolean' }),
  }
}

/** What of an interface decides on whether its addresses can be used. */
export interface LinkState {
  readonly up: boolean
  /** By RFC 2863: `up`, `dormant`, ... */
  readonly operstate: string | undefined
}

/** Whether an address can be used. */
export type Readiness = 'ready' | 'pending' | 'failed' | 'down'

const DOWN = new Set(['down', 'notpresent', 'lowerlayerdown'])
const PENDING = new Set(['dormant', 'testing'])

/**
 * `IFA_FLAGS`, with the state of the interface (`lookups.links`): `down` where that does not run, `failed` where somebody
 * else has the address, `pending` where that is not yet known, else `ready`. Absent where the interface is not known.
 */
export const readiness: Codec<Readiness | undefined> = {
  sparse: true,
  bind(binding) {
    const { read } = u32.bind(binding)
    const [familyAt, indexAt] = [headerByte(binding, 'ifa_family'), headerByte(binding, 'ifa_index')]
    const { value } = binding.constants
    const [inet6, failed, tentative] = [value('AF_INET6'), value('IFA_F_DADFAILED')!, value('IFA_F_TENTATIVE')!]
    return {
      fits: { exactly: u32.width },
      read(frame, at, length, record) {
        const index = frame.view.getUint32(frame.body + indexAt, frame.little)
        const state = frame.lookups.links?.get(index) as LinkState | undefined
        if (state === undefined) return undefined
        const flags = frame.u8[frame.body + familyAt] === inet6 ? read(frame, at, length, record) : 0
        if (!state.up || DOWN.has(state.operstate ?? '')) return 'down'
        if ((flags & failed) !== 0) return 'failed'
        return (flags & tentative) !== 0 || PENDING.has(state.operstate ?? '') ? 'pending' : 'ready'
      },
    }
  },
  schema: text.schema as Codec<Readiness>['schema'],
}

const FOREVER = 2 ** 32 - 1 // not a kernel number: INFINITY_LIFE_TIME, which no header for users has

/** A lifetime for people: `forever`, or `123s`. */
export const lifetime: Codec<string> = {
  json: 'quoted',
  bind(binding) {
    const { read, fits } = u32.bind(binding)
    return {
      fits: fits!,
      read(frame, at, length, record) {
        const seconds = read(frame, at, length, record)
        return seconds === FOREVER ? 'forever' : `${seconds}s`
      },
    }
  },
  schema: text.schema,
}
