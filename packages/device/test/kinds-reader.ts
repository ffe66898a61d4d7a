/** Links from bytes of our own. */
import { Session } from '@netsnap/core-native'
import { constants } from '@netsnap/core-native/constants'
import type { Lookups } from '@netsnap/core-native/schema'
import { concat, fakeTransport, MessageBuilder } from '@netsnap/core-native/testing'
import { type Link, link } from '../src/index.ts'

/** What an attribute holds, by the names of its constants. */
export interface Attributes {
  readonly [name: string]: Uint8Array | Attributes
}

const interfaces = new Map([
  [3, 'eth0'],
  [4, 'eth1'],
  [5, 'eth2'],
])

/** What is read of a link of this kind, in this byte order. */
export class Reader {
  readonly b: MessageBuilder
  constructor(little?: boolean) {
    this.b = new MessageBuilder(little)
  }

  attributes(attributes: Attributes): Uint8Array {
    const { b } = this
    return concat(
      ...Object.entries(attributes).map(([name, value]) =>
        value instanceof Uint8Array
          ? b.attribute(/^\d+$/.test(name) ? Number(name) : name, value)
          : b.nested(/^\d+$/.test(name) ? Number(name) : name, this.attributes(value)),
      ),
    )
  }

  async link(kind: string, data: Attributes, what: 'INFO' | 'INFO_SLAVE' = 'INFO'): Promise<Link> {
    const { b } = this
    const info = this.attributes({ [`IFLA_${what}_KIND`]: b.text(kind), [`IFLA_${what}_DATA`]: data })
    const sequenceAt = constants().layout('nlmsghdr')!.members.nlmsg_seq!.offset
    const transport = fakeTransport((request) => {
      const sequence = new DataView(request.buffer).getUint32(sequenceAt, b.little)
      const head = b.struct('ifinfomsg', { ifi_index: 7 })
      const name = b.attribute('IFLA_IFNAME', b.text('link0'))
      const reply = b.message({ type: 'RTM_NEWLINK', sequence }, head, name, b.nested('IFLA_LINKINFO', info))
      return [reply, b.message({ type: 'NLMSG_DONE', sequence }, b.u32(0))]
    })
    await using session = new Session(transport)
    const lookups: Lookups = { interfaces }
    const [found] = await session.dump(link, {}, { lookups })
    return found as Link
  }
}

export const r = new Reader()
export const { b } = r
export const be = (width: number, value: number | bigint) => b.integer(width, value, true)
export const bytes = (...values: readonly number[]) => Uint8Array.from(values)
export const none = bytes()
export const mac = bytes(0x02, 0, 0, 0, 0, 0xaa)
export const ipv4 = (last: number) => bytes(192, 0, 2, last)
export const ipv6 = (last: number) => bytes(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last)

export interface Case {
  readonly kind: string
  /** The enumeration of its attributes, each of which must be in the bytes but for `never`. */
  readonly group: string
  readonly never?: readonly string[]
  readonly data: Attributes
  readonly port?: true
  readonly field?: string
  readonly expected: unknown
}
