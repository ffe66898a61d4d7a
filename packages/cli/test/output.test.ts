import { describe, expect, test } from 'vitest'
import { toJson, visible } from '../src/output.ts'

describe('JSON', () => {
  test('is what JSON.stringify writes, where no value is large', () => {
    const value = [{ a: 1, b: ['x', null, true], c: undefined }, {}]
    expect(toJson(value)).toBe(JSON.stringify(value, undefined, 2))
    expect(toJson(value, true)).toBe(JSON.stringify(value))
  })

  test.each([
    ['0', 0n],
    ['9007199254740991', 2n ** 53n - 1n],
    ['9007199254740992', 2n ** 53n],
    ['9007199254740993', 2n ** 53n + 1n],
    ['18446744073709551615', 2n ** 64n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
  ])('has every digit of %s', (digits, value) => {
    expect(toJson({ tun_id: value }, true)).toBe(`{"tun_id":${digits}}`)
    expect(toJson([value, [value]])).toBe(`[\n  ${digits},\n  [\n    ${digits}\n  ]\n]`)
    expect(JSON.parse(toJson({ tun_id: value }))).toEqual({ tun_id: Number(value) })
  })

  test.each([
    ['a mark with a NUL', '\u0000bigint:1'],
    ['a quote before it', 'a"\u0000bigint:1'],
    ['a mark with an escape', '\\u0000bigint:1'],
    ['quotes around it', '"\\u0000bigint:1"'],
    ['a uuid', '00000000-0000-4000-8000-0000000000001'],
    ['digits', '18446744073709551615'],
    ['a replacement pattern', '$1$&'],
    ['bytes that are no UTF-8', 'a\udcffb'],
    ['a line break and a backslash', '\\\n"'],
  ])('keeps text: %s', (_, text) => {
    const value = { [text]: text, list: [text], large: 2n ** 64n - 1n }
    expect(JSON.parse(toJson(value))).toEqual({ ...value, large: 2 ** 64 })
    expect(toJson(value, true)).toContain('"large":18446744073709551615')
  })

  test('a byte that is no UTF-8 is written as an escape: the output is UTF-8 all the same', () => {
    expect(toJson('a\udcffb')).toBe('"a\\udcffb"')
  })
})

test.each([
  ['fifteen-chars-0', 'fifteen-chars-0'],
  ['naïve 日本 €', 'naïve 日本 €'],
  ['\u001b[31mred', '\\u{1b}[31mred'],
  ['\u009b31m', '\\u{9b}31m'],
  ['a\nb\tc', 'a\\u{a}b\\u{9}c'],
  ['a\udcffb', 'a\\u{dcff}b'],
  ['left\u202eright', 'left\\u{202e}right'],
])('text for people shows %j as %j', (text, shown) => {
  expect(visible(text)).toBe(shown)
})
