import type { Codec } from '@netsnap/core-native/schema'

/** Bits of a word of the struct. */
const BITS = 32

/** Options of a bridge that are on or off: those that the kernel has, each by the name of its constant, or its number. */
export const boolOptions: Codec<Readonly<Record<string, boolean>>> = {
  bind({ constants }) {
    const { size, members } = constants.layout('br_boolopt_multi')!
    const names = constants.group('BR_BOOLOPT_')
    const options = Array.from({ length: BITS }, (_, number) => {
      const name = names.get(number)?.replace('BR_BOOLOPT_', '') ?? `BR_BOOLOPT_${number}`
      return [2 ** number, name.toLowerCase()] as const
    })
    return {
      fits: { atLeast: size },
      read({ view, little }, at) {
        const values = view.getUint32(at + members.optval!.offset, little)
        const known = view.getUint32(at + members.optmask!.offset, little)
        const isSet = (word: number, bit: number) => Math.floor(word / bit) % 2 === 1
        return Object.fromEntries(
          options.flatMap(([bit, name]) => (isSet(known, bit) ? [[name, isSet(values, bit)]] : [])),
        )
      },
    }
  },
  schema: ({ constants }) => ({
    type: 'object',
    properties: Object.fromEntries(
      [...constants.group('BR_BOOLOPT_').values()].map((name) => [
        name.replace('BR_BOOLOPT_', '').toLowerCase(),
        { type: 'boolean' as const },
      ]),
    ),
  }),
}
