import type { StreamEnd } from '@netsnap/core-native'

/** The flags of the commands whose tables are of families. */
export interface FamilyFlags {
  readonly ipv4?: true
  readonly ipv6?: true
}

export type IpFamily = 'ipv4' | 'ipv6'

/** The families that were asked for; none where there is no filter. */
export const familiesOf = ({ ipv4, ipv6 }: FamilyFlags): readonly IpFamily[] => [
  ...(ipv4 ? (['ipv4'] as const) : []),
  ...(ipv6 ? (['ipv6'] as const) : []),
]

type Stream<T> = AsyncGenerator<T, StreamEnd, void>

/** What `open` gives of each family, one after the other; of all at once where there is no filter. */
export async function* inTurn<T>(
  families: readonly IpFamily[],
  open: (family: IpFamily | undefined) => Stream<T>,
  between?: T,
): Stream<T> {
  let interrupted = false
  let any = false
  for (const family of families.length > 0 ? families : [undefined]) {
    const stream = open(family)
    let separate = any && between !== undefined
    try {
      let next = await stream.next()
      for (; !next.done; next = await stream.next()) {
        if (separate) yield between as T
        separate = false
        any = true
        yield next.value
      }
      interrupted ||= next.value.interrupted
    } finally {
      // Whoever leaves this stream leaves that one.
      await stream.return({ interrupted })
    }
  }
  return { interrupted }
}
