import { expect, test } from 'vitest'
import { checkSize } from '../scripts/check-size.ts'

const lines = (count: number, line = 'x()') => `${line}\n`.repeat(count)

test('a file within 300 lines is no problem', () => {
  expect(checkSize('a.ts', lines(300))).toEqual([])
})

test('a longer one is', () => {
  expect(checkSize('a.ts', lines(301))).toEqual(['a.ts: 301 lines'])
})

test.each(['function f() {', 'const f = () => {', 'class A { f() {', 'const a = { f() {'])('%s', (opening) => {
  const closing = opening.split('{').length === 3 ? '} }' : '}'
  expect(checkSize('a.ts', `${opening}\n${lines(38)}${closing}`)).toEqual([])
  expect(checkSize('a.ts', `${opening}\n${lines(39)}${closing}`)).toEqual(['a.ts:1: a function of 41 lines'])
})

test('the lines of a table do not count', () => {
  const table = `table({\n${lines(400, 'a: 1,')}})`
  expect(checkSize('a.ts', `const a = ${table}\nconst f = () => {\nreturn ${table}\n}`)).toEqual([])
  expect(checkSize('a.ts', `const a = ${table}\n${lines(300)}`)).toEqual(['a.ts: 301 lines'])
})
