import type { Codec, Frame } from '@netsnap/core-native/schema'

/**
 * An address of the link's hardware in a place for the longest: as many bytes of it as the link's own address has, which
 * the kernel writes before it in the message. All of them where the link has none.
 */
export function ownAddress(codec: Codec<string>): Codec<string> {
  return {
    ...codec,
    bind({ header, ...binding }) {
      const { constants } = binding
      const { size, members } = constants.layout('nlattr')!
      const [lengthAt, typeAt] = [members.nla_len!.offset, members.nla_type!.offset]
      const [address, step] = [constants.value('IFLA_ADDRESS'), constants.value('NLA_ALIGNTO')!]
      const align = (length: number) => (length + step - 1) & -step
      const first = align(header?.size ?? 0)
      const bytesOf = ({ view, little, body }: Frame, before: number): number => {
        for (let p = body + first, length = 0; p + size <= before; p += align(length)) {
          length = view.getUint16(p + lengthAt, little)
          if (length < size) break
          if (view.getUint16(p + typeAt, little) === address) return length - size
        }
        return 0
      }
      const { read } = codec.bind({ ...binding, header })
      return {
        read: (frame, at, length, record) => read(frame, at, Math.min(bytesOf(frame, at) || length, length), record),
      }
    },
  }
}
