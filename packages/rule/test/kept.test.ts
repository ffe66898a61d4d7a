import { decoderOf, writerOf } from '@netsnap/core-native/compile'
import { constant } from '@netsnap/core-native/constants'
import { Frame } from '@netsnap/core-native/schema'
import { concat, MessageBuilder } from '@netsnap/core-native/testing'
import { expect, test } from 'vitest'
import { rule } from '../src/index.ts'

// What was made of a header or an attribute serves again for the messages after it, where nothing else decides.

test('the same source with another prefix length', () => {
  const b = new MessageBuilder()
  const lengths = [8, 24, 8, 8]
  const messages = lengths.map((src_len) =>
    concat(
      b.struct('fib_rule_hdr', { family: constant('AF_INET'), src_len }),
      b.attribute('FRA_SRC', Uint8Array.of(10, 0, 0, 0)),
      b.attribute('FRA_FWMARK', b.u32(src_len)),
    ),
  )
  const frame = new Frame(concat(...messages))
  const [decode, write] = [decoderOf(rule), writerOf(rule)]
  const size = messages[0]!.length
  for (const [i, length] of lengths.entries()) {
    const expected = { src_len: length, src: `10.0.0.0/${length}`, fwmark: length }
    expect(decode(frame, i * size, (i + 1) * size)).toMatchObject(expected)
    expect(JSON.parse(write(frame, i * size, (i + 1) * size))).toMatchObject(expected)
  }
})
