/**
 * Part of `pnpm check`: a file written by hand stays within 300 lines, a function within 40. A table may be as long as
 * the kernel's: the lines of its definition do not count. Neither do tests. The addon, whose files keep to 300 lines
 * too, stays below 1,100 in all: it moves bytes, on threads of its own, and nothing more.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { filesIn, type Node, root, walk } from './sources.ts'

const longestFile = 300
const longestFunction = 40
const longestAddon = 1099
const definitions = new Set(['table', 'attributeSet', 'header'])

const isFunction = ({ type }: Node) => /^(Arrow)?Function(Expression|Declaration)?$/.test(type)

function isDefinition({ type, callee }: Node): boolean {
  const { name, property } = (callee ?? {}) as { name?: string; property?: { name?: string } }
  return type === 'CallExpression' && definitions.has(name ?? property?.name ?? '')
}

/** The number of the line that each place in a text is on. */
function lineCounter(text: string): (place: number) => number {
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => index)
  return (place) => {
    const after = ends.findIndex((end) => end >= place)
    return (after < 0 ? ends.length : after) + 1
  }
}

/** What is too long in a file of TypeScript or JavaScript. */
export function checkSize(file: string, text: string): string[] {
  const lineOf = lineCounter(text)
  const defined: Node[] = []
  const functions: Node[] = []
  walk(parseSync(file, text).program, (node) => {
    if (isFunction(node)) functions.push(node)
    if (!isDefinition(node)) return undefined
    defined.push(node)
    return false
  })
  const linesOf = ({ start, end }: { start: number; end: number }) => lineOf(end) - lineOf(start) + 1
  const counted = (place: { start: number; end: number }) => {
    const within = defined.filter(({ start, end }) => start >= place.start && end <= place.end)
    return within.reduce((lines, node) => lines - linesOf(node) + 1, linesOf(place))
  }
  const whole = counted({ start: 0, end: text.trimEnd().length })
  const long = functions.filter((node) => counted(node) > longestFunction)
  return [
    ...(whole > longestFile ? [`${file}: ${whole} lines`] : []),
    ...long.map((node) => `${file}:${lineOf(node.start)}: a function of ${counted(node)} lines`),
  ]
}

function isWrittenByHand(file: string): boolean {
  return /\.(ts|mts|js|mjs)$/.test(file) && !/\.gen\.ts$|(^|\/)test\//.test(file)
}

function checkAddon(): string[] {
  const files = filesIn('packages/core-native/native').filter((file) => /\.(cc|h)$/.test(file))
  const counted = files.map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }))
  const sum = counted.reduce((sum, { lines }) => sum + lines, 0)
  return [
    ...counted.flatMap(({ file, lines }) => (lines > longestFile ? [`${file}: ${lines} lines`] : [])),
    ...(sum > longestAddon ? [`packages/core-native/native: ${sum} lines of C++`] : []),
  ]
}

function main(): void {
  const written = filesIn().filter(isWrittenByHand)
  const problems = written.flatMap((file) => checkSize(file, readFileSync(join(root, file), 'utf8')))
  for (const problem of [...problems, ...checkAddon()]) {
    console.log(problem)
    process.exitCode = 1
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
