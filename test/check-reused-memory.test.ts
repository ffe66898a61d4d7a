import { describe, expect, test } from 'vitest'
import { checkReuse } from '../scripts/check-reused-memory.ts'

const FILE = 'packages/cli/src/stream.ts'

const declarations = `declare const buffer: Buffer, bytes: Uint8Array, either: Buffer | string, maybe: Buffer | undefined
declare const stream: AsyncGenerator<Uint8Array, void, void>, make: { piece(): Buffer; readonly held: Uint8Array[] }
declare const text: string, list: readonly string[], words: Int32Array, memory: ArrayBuffer, read: (options: object) => void
class Own { slice() {} }
`

const found: readonly (readonly [code: string, problem: RegExp])[] = [
  ['buffer.slice()', /slice of a Buffer/],
  ['buffer.slice(1, 2)', /slice of a Buffer/],
  ['bytes.slice()', /slice of a Uint8Array/],
  ['either.slice(1)', /slice of a Buffer/],
  ['maybe?.slice()', /slice of a Buffer/],
  ['make.piece().slice(1)', /slice of a Buffer/],
  ['make.held[0]!.slice()', /slice of a Uint8Array/],
  ['make.held.push((await stream.next()).value!.slice())', /slice of a Uint8Array/],
  ["bytes['slice']()", /slice of a Uint8Array/],
  ['read(buffer.slice)', /slice of a Buffer/],
  ['buffer.subarray(1)', /subarray of a Buffer/],
  ['bytes.subarray(1)', /subarray of a Uint8Array/],
  ['bytes.subarray(1) // a view:', /subarray of a Uint8Array/],
  ['bytes.subarray(1) // why not', /subarray of a Uint8Array/],
  ['buffer.slice() // a view: it was meant', /slice of a Buffer/],
  ['read({ reuse: true })', /memory that is overwritten/],
  ["read({ 'reuse': true })", /memory that is overwritten/],
]

const allowed = [
  'text.slice(1)',
  'list.slice(1)',
  'words.slice(1)',
  'memory.slice(1)',
  'make.held.slice(1)',
  'new Own().slice()',
  'new Uint8Array(buffer)',
  'bytes.subarray(1) // a view: read before the next receive',
  'words.subarray(1)',
  'read({ reuse: false })',
  'read({ reuse: true }) // a view: written before the next is asked for',
  "read('buffer.slice()') // buffer.slice()",
]

const codes = [...found.map(([code]) => code), ...allowed]
const problems = checkReuse({ [FILE]: `${declarations}${codes.join('\n')}\nexport {}\n` })
const first = declarations.split('\n').length

/** What was found in the line of a code. */
const of = (code: string) => problems.filter((one) => one.startsWith(`${FILE}:${first + codes.indexOf(code)}: `))

describe('found', () => {
  test.each(found)('%s', (code, problem) => {
    expect(of(code)).toEqual([expect.stringMatching(problem)])
  })
})

describe('not found', () => {
  test.each(allowed)('%s', (code) => {
    expect(of(code)).toEqual([])
  })
})

test('the sources as they are', () => {
  expect(checkReuse()).toEqual([])
})
