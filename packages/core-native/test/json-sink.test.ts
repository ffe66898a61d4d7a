import { describe, expect, test } from 'vitest'
import { Frame } from '../src/schema/frame.ts'
import { JsonSink } from '../src/session/json-sink.ts'

const frame = new Frame(new Uint8Array(8))
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

/** A sink that writes the texts given to it, one each time. */
function sinkOf(texts: readonly string[], options?: object): JsonSink {
  const left = [...texts]
  return new JsonSink(() => left.shift()!, options)
}

describe.each([[undefined], [{ reuse: false }], [{ reuse: true }]])('JSON as bytes with %j', (options) => {
  test('a slice of a piece stays as it was when the next one is made', () => {
    const sink = sinkOf(['"one"', '"two"', '"six"'], options)
    sink.add(frame, 0, 0)
    const kept = sink.take()!.slice()
    sink.add(frame, 0, 0)
    const next = sink.take()!.slice(1)
    sink.add(frame, 0, 0)
    expect([text(kept), text(next), text(sink.take()!)]).toEqual(['"one"', '"two"', '\n"six"'])
  })

  test('a piece is no Buffer, whose slice would be a view', () => {
    const sink = sinkOf(['1'], options)
    sink.add(frame, 0, 0)
    expect(Buffer.isBuffer(sink.take())).toBe(false)
  })

  // The first room is a mebibyte, and a text may take three bytes a unit.
  test.each([1, 349_524, 349_525, 349_526, 1_048_576, 3_000_000])('texts of %i units, which make it grow', (units) => {
    const texts = ['"a"', `"${'€'.repeat(units)}"`, '"b"']
    const sink = sinkOf(texts, { ...options, separator: ',' })
    for (const _ of texts) sink.add(frame, 0, 0)
    expect(text(sink.take()!) === texts.join(',')).toBe(true)
    expect(sink.take()).toBeUndefined()
  })
})

test('with `reuse` a piece is overwritten, and without it is the caller’s', () => {
  for (const reuse of [true, false]) {
    const sink = sinkOf(['"one"', '"two"'], { reuse, separator: '' })
    sink.add(frame, 0, 0)
    const first = sink.take()!
    sink.add(frame, 0, 0)
    sink.take()
    expect(text(first)).toBe(reuse ? '"two"' : '"one"')
  }
})
