import { readFileSync } from 'node:fs'
import type { Describe } from '@netsnap/core-native/compile'
import { parseSync, Visitor } from 'oxc-parser'

/** The words of a JSDoc comment in one line. */
function wordsOf(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*+/, '').trim())
    .join(' ')
    .trim()
}

/**
 * What stands above the lines of a source file's tables. A line is a property `field: ['SOURCE', codec]`; its
 * description is the JSDoc comment that ends right before it.
 */
export function describeLines(path: string): Describe {
  const source = readFileSync(path, 'utf8')
  const { program, comments, errors } = parseSync(path, source)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`)
  const docs = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'))
  const found = new Map<string, string>()
  new Visitor({
    Property({ key, value, start }) {
      const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : undefined
      if (name === undefined || value.type !== 'ArrayExpression') return
      const [first] = value.elements
      const constant = first?.type === 'Literal' ? String(first.value) : ''
      const doc = docs.find(({ end }) => end <= start && source.slice(end, start).trim() === '')
      if (doc) found.set(`${constant}/${name}`, wordsOf(doc.value))
    },
  }).visit(program)
  return (constant, field) => found.get(`${constant}/${field}`)
}
