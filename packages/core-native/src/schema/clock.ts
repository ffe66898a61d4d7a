import { readFileSync } from 'node:fs'
import { constant } from '../constants/index.ts'
import type { Codec, Wide } from './codec.ts'
import { HOST_LITTLE } from './frame.ts'

const USUAL = 100 // not a kernel number: USER_HZ on all but one architecture that Linux has ever had

let perSecond: number | undefined

/** USER_HZ, as the kernel tells every process in its auxiliary vector. */
function ticksPerSecond(): number {
  perSecond ??= readAuxiliary(constant('AT_CLKTCK')) ?? USUAL
  return perSecond
}

function readAuxiliary(type: number): number | undefined {
  try {
    const bytes = readFileSync('/proc/self/auxv')
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const word = process.arch === 'arm' || process.arch === 'ia32' ? 4 : 8
    const read = (at: number) =>
      word === 4 ? view.getUint32(at, HOST_LITTLE) : Number(view.getBigUint64(at, HOST_LITTLE))
    for (let at = 0; at + 2 * word <= view.byteLength; at += 2 * word) if (read(at) === type) return read(at + word)
  } catch {}
  return undefined
}

/** Ticks of the user's clock (`clock_t`, `USER_HZ` a second) in seconds. */
export function seconds(ticks: Codec<number | Wide>): Codec<number> {
  return {
    json: 'raw',
    bind(binding) {
      const { read, ...bound } = ticks.bind(binding)
      return {
        ...bound,
        read: (frame, at, length, record) => Number(read(frame, at, length, record)) / ticksPerSecond(),
      }
    },
    schema: () => ({ type: 'number' }),
  }
}
