import * as snapshot from '../../packages/core-native/src/constants/snapshot.gen.ts'

export interface Finding {
  readonly line: number
  readonly problem: string
  readonly fix: string
}

/**
 * Numbers that say nothing about the kernel: none, one, two, three; widths in bytes and bits; a byte's and a 16-bit
 * word's mask. Larger ones are numbers of something, and a reader should be told of what.
 */
const structural = new Set([0, 1, 2, 3, 4, 8, 16, 32, 64, 0xff, 0xffff])

/** `x >> 24`: to a byte of a word. */
const byteShifts = new Set([24, 40, 48, 56])

export function isStructural(value: number): boolean {
  return structural.has(Math.abs(value))
}

export function isByteShift(value: number): boolean {
  return byteShifts.has(value)
}

const reason = /not a kernel number: *\w.{2,}/

/** Lines on which a comment says what the number is. */
export function linesWithReason(text: string): Set<number> {
  const lines = text.split('\n')
  return new Set(
    lines.flatMap((line, index) => (reason.test(line) && /\/[/*].*not a kernel/.test(line) ? [index + 1] : [])),
  )
}

const groups: readonly object[] = [
  ...Object.values(snapshot.groups),
  ...Object.values(snapshot.newer.groups),
  snapshot.macros,
  ...Object.values(snapshot.networkOrder),
]
const bundled: ReadonlySet<string> = new Set(groups.flatMap((numbers) => Object.keys(numbers)))

/** Beginnings that only the kernel's names have, so that those of headers which are not bundled are known as well. */
const kernelPrefix =
  /^(RTM|RTMGRP|RTNLGRP|NLM_F|NLMSG|NLA_F|NETLINK|CTRL_CMD|CTRL_ATTR|GENL|IFLA|IFA|RTA|RTAX|RTN|RTNH|RTPROT|RT_SCOPE|RT_TABLE|FRA|FR_ACT|NHA|NDA|NDTA|NUD|NTF|MDBA|MDBE|AF|PF|ARPHRD|IFF|ETH_P|IPPROTO|SOL|SO|SCM|MSG|WGDEVICE|WGPEER|WGALLOWEDIP|WG_CMD|DPLL|DEVLINK|BRIDGE|BTF|CLONE|LWTUNNEL|SEG6|MPLS|NETNSA|NETCONFA|TCA)_[A-Z0-9_]+$/

export function isKernelName(name: string): boolean {
  return bundled.has(name) || kernelPrefix.test(name)
}

const nameFix = 'take it from the constants by its name'
const reasonFix =
  'if it has a name in a kernel header take it by that, else say what it is: `// not a kernel number: ...`'

export function beside(line: number, number: string, name: string): Finding {
  return { line, problem: `${number} typed beside ${name}`, fix: nameFix }
}

export function unexplained(line: number, number: string): Finding {
  return { line, problem: `${number} typed without a reason`, fix: reasonFix }
}
