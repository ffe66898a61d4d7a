import type { ConstantName } from '@netsnap/core-native/constants'
import {
  type AttributeSet,
  attributeSet,
  bool,
  type Codec,
  enumOf,
  interfaceName,
  type Lines,
  mapped,
  type RecordOf,
  type Scalar,
  seconds,
  text,
  u8,
  u32,
} from '@netsnap/core-native/schema'

/** True where a bit is set, else absent. */
export function setBit(scalar: Scalar<number>, name: ConstantName): Codec<true | undefined> {
  return {
    sparse: true,
    json: 'raw',
    bind(binding) {
      const { read, fits } = scalar.bind(binding)
      const bit = binding.constants.value(name) ?? 0
      return {
        fits: fits!,
        read: (frame, at, length, record) => ((read(frame, at, length, record) & bit) !== 0 ? true : undefined),
      }
    },
    schema: () => ({ type: 'boolean', const: true }),
  }
}

/** State of a port by the spanning tree: `forwarding`, `blocking`, ... */
export const portState = enumOf('BR_STATE_', { scalar: u8, lowerCase: true })

const MODES: Readonly<Record<string, string>> = { temp_query: 'auto', perm: 'enabled' }
const routerMode: Codec<string> = enumOf('MDB_RTR_TYPE_', { scalar: u8, lowerCase: true })

/** Whether multicast is sent there as to a router: `disabled`, `auto` (where one was heard of), `enabled`, `temp`. */
export const multicastRouterMode = mapped(routerMode, text, (name) => MODES[name] ?? name)

// biome-ignore format: a table
const routerPort = attributeSet('MDBA_ROUTER_PATTR_', {
  /** Until it is forgotten, in ticks: the longer of the two. */
  timer:           ['MDBA_ROUTER_PATTR_TIMER', u32],
  timer_sec:       ['MDBA_ROUTER_PATTR_TIMER', seconds(u32)],
  /** How it became one: `temp_query` (a query was heard), `perm`, `temp`. */
  type:            ['MDBA_ROUTER_PATTR_TYPE', routerMode],
  inet_timer:      ['MDBA_ROUTER_PATTR_INET_TIMER', u32],
  inet_timer_sec:  ['MDBA_ROUTER_PATTR_INET_TIMER', seconds(u32)],
  inet6_timer:     ['MDBA_ROUTER_PATTR_INET6_TIMER', u32],
  inet6_timer_sec: ['MDBA_ROUTER_PATTR_INET6_TIMER', seconds(u32)],
}, { skip: ['MDBA_ROUTER_PATTR_VID'] })

/** A port behind which there is a multicast router: its number, then attributes. */
export interface RouterPort extends RecordOf<typeof routerPort> {
  readonly dev_index: number
  readonly dev?: string
}

/** An attribute that begins with the number of an interface, which its own attributes follow. */
export const routerPorts: Codec<RouterPort> = {
  sets: [routerPort as AttributeSet<string, Lines>],
  bind(binding) {
    const decode = binding.decoder(routerPort)
    const [index, name] = [u32.bind(binding), interfaceName.bind(binding)]
    return {
      fits: { atLeast: u32.width },
      read(frame, at, length, record) {
        const dev_index = index.read(frame, at, u32.width, record)
        const dev = name.read(frame, at, u32.width, record)
        const rest = decode(frame, at + u32.width, at + length)
        return { dev_index, ...(dev === undefined ? {} : { dev }), ...rest } as RouterPort
      },
    }
  },
  schema: (binding) => ({
    type: 'object',
    properties: { dev_index: u32.schema(binding), dev: text.schema(binding) },
    required: ['dev_index'],
  }),
}

/** A number that is 0 or not, of whatever width. */
export const truth = (scalar: Scalar<number>): Codec<boolean> => mapped(scalar, bool, (value) => value !== 0)
