import type { StreamEnd } from '@netsnap/core-native'

/** As often as the library reads again what changed meanwhile. */
export const RESTARTS = 5 // not a kernel number: as often as the library does

/**
 * What `begin` makes of the records of a stream, which are not kept: `add` gets each as it comes. Where the kernel says
 * that they changed meanwhile all is read anew, and to the last it is an error, as of the library's whole dumps.
 */
export async function collect<T, C extends { add(record: T): void }>(
  open: (onInterrupted: 'return' | 'fail') => AsyncGenerator<readonly T[], StreamEnd, void>,
  begin: () => C,
): Promise<C> {
  for (let restarts = 0; ; restarts++) {
    const into = begin()
    const stream = open(restarts < RESTARTS ? 'return' : 'fail')
    for (let next = await stream.next(); ; next = await stream.next()) {
      if (next.done) {
        if (next.value.interrupted) break
        return into
      }
      for (const record of next.value) into.add(record)
    }
  }
}
