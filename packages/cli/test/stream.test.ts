import type { StreamEnd } from '@netsnap/core-native'
import { describe, expect, test, vi } from 'vitest'
import { printJson } from '../src/stream.ts'

const printed: Buffer[] = []
/** After so many pieces nothing more is taken. */
const full = { after: Number.POSITIVE_INFINITY }
vi.mock('../src/output.ts', async (original) => ({
  ...(await original<typeof import('../src/output.ts')>()),
  print: async (piece: string | Uint8Array) => {
    // As a pipe takes it: some turns later, of the memory as it is then.
    await new Promise(setImmediate)
    if (full.after-- === 0) throw new Error('no space')
    printed.push(Buffer.from(piece as string))
  },
}))

const record = (i: number) => JSON.stringify({ i, text: 'x'.repeat(i % 97) })

interface Shape {
  readonly records: number
  readonly perPiece: number
  readonly interrupted?: number
}

/** A stream as the library gives it with `reuse`: every piece is the same memory, overwritten when the next is asked for. */
function reusing({ records, perPiece, interrupted = 0 }: Shape, wrap: (bytes: Buffer) => Uint8Array) {
  let opened = 0
  return async function* (separator: string): AsyncGenerator<Uint8Array, StreamEnd, void> {
    const mine = opened++
    const memory = Buffer.alloc(1 << 20)
    for (let at = 0; at < records; at += perPiece) {
      const own = Array.from({ length: Math.min(perPiece, records - at) }, (_, i) => record(at + i))
      const text = (at === 0 ? '' : separator) + own.join(separator)
      memory.fill(0)
      yield wrap(memory.subarray(0, memory.write(text)))
    }
    memory.fill(0)
    return { interrupted: mine < interrupted }
  }
}

const wraps: Readonly<Record<string, (bytes: Buffer) => Uint8Array>> = {
  'a Buffer': (bytes) => bytes,
  'a Uint8Array': (bytes) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length),
}

async function show(shape: Shape, form: object, wrap: string): Promise<{ text: string; end: StreamEnd }> {
  printed.length = 0
  const end = await printJson(reusing(shape, wraps[wrap]!), form)
  return { text: Buffer.concat(printed).toString(), end }
}

describe.each(Object.keys(wraps))('pieces that are overwritten, each %s', (wrap) => {
  // On both sides of one piece, and of what is held back: 8 MiB are some 120,000 of these records.
  test.each([
    [0, 10],
    [1, 1],
    [10, 10],
    [11, 10],
    [25, 10],
    [1000, 3],
    [100_000, 5000],
    [200_000, 5000],
  ])('%i records, %i a piece', async (records, perPiece) => {
    const expected = Array.from({ length: records }, (_, i) => record(i))
    const { text } = await show({ records, perPiece }, {}, wrap)
    expect(text === (records === 0 ? '[]\n' : `[\n${expected.join(',\n')}\n]\n`)).toBe(true)
    const compact = await show({ records, perPiece }, { compact: true }, wrap)
    expect(compact.text === `[${expected.join(',')}]\n`).toBe(true)
    const lines = await show({ records, perPiece }, { ndjson: true }, wrap)
    expect(lines.text === expected.map((line) => `${line}\n`).join('')).toBe(true)
  })

  test.each([
    [1, false],
    [5, false],
    [6, true],
  ])('interrupted %i times, what is short is read again, up to five times', async (interrupted, told) => {
    const { text, end } = await show({ records: 100, perPiece: 7, interrupted }, { ndjson: true }, wrap)
    expect(text).toBe(Array.from({ length: 100 }, (_, i) => `${record(i)}\n`).join(''))
    expect(end).toEqual({ interrupted: told })
  })
})

test('a stream whose output fails is left', async () => {
  let left = 0
  full.after = 20
  const stream = async function* (): AsyncGenerator<Uint8Array, StreamEnd, void> {
    try {
      for (;;) yield Buffer.alloc(1 << 20, 'x')
    } finally {
      left++
    }
  }
  await expect(printJson(stream, {})).rejects.toThrow('no space')
  expect(left).toBe(1)
})
