import { type Binding, type Codec, KEEP, prefix } from '@netsnap/core-native/schema'

const ENTRY_BYTES = 4

interface Stack {
  readonly shift: number
  readonly bottom: number
}

function stackOf({ constants }: Binding): Stack {
  return {
    shift: constants.value('MPLS_LS_LABEL_SHIFT')!,
    bottom: 1 << constants.value('MPLS_LS_S_SHIFT')!,
  }
}

/** The labels of an MPLS label stack, outermost first, up to the entry that is marked as the bottom. */
function readLabels(view: DataView, at: number, length: number, { shift, bottom }: Stack): number[] {
  const labels: number[] = []
  for (let p = at; p + ENTRY_BYTES <= at + length; p += ENTRY_BYTES) {
    const entry = view.getUint32(p)
    labels.push(entry >>> shift)
    if ((entry & bottom) !== 0) break
  }
  return labels
}

const wholeStack = (length: number) => length > 0 && length % ENTRY_BYTES === 0

/** An MPLS label stack, outermost label first. */
export const labelStack: Codec<number[]> = {
  bind(binding) {
    const stack = stackOf(binding)
    return { fits: wholeStack, read: (frame, at, length) => readLabels(frame.view, at, length, stack) }
  },
  schema: () => ({ type: 'array', items: { type: 'integer', minimum: 0 } }),
}

/** Destination of a route: an address with its prefix length, or for MPLS the incoming label. */
export const destination: Codec<string> = {
  sparse: true,
  json: 'quoted',
  bind(binding) {
    const stack = stackOf(binding)
    const mpls = binding.constants.value('AF_MPLS')
    const familyAt = binding.header!.members.rtm_family!.offset
    const inet = prefix('rtm_dst_len').bind(binding)
    return {
      read(frame, at, length, record) {
        if (frame.u8[frame.body + familyAt] !== mpls) return inet.read(frame, at, length, record)
        return wholeStack(length) ? readLabels(frame.view, at, length, stack).join('/') : (KEEP as unknown as string)
      },
    }
  },
  schema: () => ({ type: 'string' }),
}

/** What the kernel leaves out: a destination of length 0, by the family in the header. Any other is sent, or not known. */
export const defaultDestination: Codec<string | undefined> = {
  sparse: true,
  json: 'quoted',
  bind({ constants, header }) {
    const { rtm_family, rtm_dst_len } = header!.members
    const lengthAt = rtm_dst_len!.offset - rtm_family!.offset
    const all: string[] = []
    for (const family of ['AF_INET', 'RTNL_FAMILY_IPMR']) all[constants.value(family)!] = '0.0.0.0/0'
    for (const family of ['AF_INET6', 'RTNL_FAMILY_IP6MR']) all[constants.value(family)!] = '::/0'
    return { read: ({ u8 }, at) => (u8[at + lengthAt] === 0 ? (all[u8[at]!] ?? 'default') : undefined) }
  },
  schema: () => ({ type: 'string', examples: ['0.0.0.0/0', '::/0'] }),
}
