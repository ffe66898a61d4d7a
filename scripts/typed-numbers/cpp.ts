import { beside, type Finding, isKernelName, isStructural, linesWithReason, unexplained } from './rules.ts'

const number = /(?<![\w.])(?:0[xX][\da-fA-F']+|\d[\d']*)(?:\.\d+)?[uUlLzZ]*(?![\w.])/g

/** C++ has the kernel's headers: a constant of theirs is never typed, and other numbers say what they are. */
export function checkCpp(text: string): Finding[] {
  const explained = linesWithReason(text)
  return blank(text)
    .split('\n')
    .flatMap((code, index) => checkLine(code, index + 1, explained.has(index + 1)))
}

function checkLine(code: string, line: number, explained: boolean): Finding[] {
  const defined = /^\s*#\s*define\s+(\w+)\s+\(?\s*-?\d|\b(\w+)\s*=\s*-?\d/.exec(code)
  const name = defined?.[1] ?? defined?.[2]
  if (name !== undefined && isKernelName(name)) return [beside(line, code.trim(), name)]
  if (explained) return []
  const macro = /^\s*#\s*define\s+([A-Z]\w*)\s+\(?\s*-?\d/.exec(code)?.[1]
  if (macro) return [unexplained(line, `#define ${macro}`)]
  return [...code.matchAll(number)].flatMap(({ 0: literal }) =>
    isStructural(numberOf(literal)) ? [] : [unexplained(line, literal)],
  )
}

function numberOf(literal: string): number {
  const digits = literal.replaceAll("'", '').replace(/[uUlLzZ]+$/, '')
  return /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits)
}

/** Without comments, strings and #includes; every line stays where it is. */
function blank(text: string): string {
  const comments =
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'|\/\*[\s\S]*?\*\/|\/\/[^\n]*|^\s*#\s*(?:include|pragma|line)[^\n]*/gm
  return text.replace(comments, (match) => match.replace(/[^\n]/g, ' '))
}
