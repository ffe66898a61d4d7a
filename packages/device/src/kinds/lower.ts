import { type Binding, type Codec, type Frame, s32, text, u32 } from '@netsnap/core-native/schema'
import type { PeerNamespace } from '../peer.ts'

/** Finds the attribute of the message in hand that says which namespace its links are in; undefined where there is none. */
function netnsidIn({ constants }: Binding): (frame: Frame) => number | undefined {
  const [message, attribute] = [constants.layout('nlmsghdr')!, constants.layout('nlattr')!]
  const [lengthAt, typeAt] = [attribute.members.nla_len!.offset, attribute.members.nla_type!.offset]
  const messageLengthAt = message.members.nlmsg_len!.offset
  const alignTo = constants.value('NLA_ALIGNTO')!
  const bodyBytes = constants.layout('ifinfomsg')!.size
  const wanted = constants.value('IFLA_LINK_NETNSID')
  return ({ view, little, body }) => {
    const start = body - message.size
    const told = start < 0 ? view.byteLength : start + view.getUint32(start + messageLengthAt, little)
    const end = Math.min(told, view.byteLength)
    for (let p = body + bodyBytes; p + attribute.size <= end; ) {
      const length = view.getUint16(p + lengthAt, little)
      if (length < attribute.size || p + length > end) return undefined
      const whole = length >= attribute.size + s32.width
      if (whole && view.getUint16(p + typeAt, little) === wanted) return view.getInt32(p + attribute.size, little)
      p += (length + alignTo - 1) & -alignTo
    }
    return undefined
  }
}

/**
 * The name of the interface that a tunnel's packets go out of. A tunnel that was moved to another namespace still goes out
 * where it was made, and the index is one of an interface there: it has the name of none of this namespace.
 */
export const lowerName: Codec<string | undefined> = {
  sparse: true,
  json: 'shared',
  bind(binding) {
    const { read, fits } = u32.bind(binding)
    const netnsidOf = netnsidIn(binding)
    return {
      fits: fits!,
      read(frame, at, length, record) {
        const netnsid = netnsidOf(frame)
        const namespace = netnsid === undefined ? undefined : (frame.lookups.namespaces?.get(netnsid) as PeerNamespace)
        const names = netnsid === undefined ? frame.lookups.interfaces : namespace?.interfaces
        return names?.get(read(frame, at, length, record)) as string | undefined
      },
    }
  },
  schema: text.schema,
}
