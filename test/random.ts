import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Whole numbers from 0 up to, not including, `below`; the same ones for the same seed. */
export function randomOf(seed: number): (below: number) => number {
  const generator = xoroshiro128plus(seed)
  return (below) => (below <= 1 ? 0 : uniformInt(generator, 0, below - 1))
}
