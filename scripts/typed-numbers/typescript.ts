import { parseSync } from 'oxc-parser'
import { beside, type Finding, isByteShift, isKernelName, isStructural, linesWithReason, unexplained } from './rules.ts'

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

/** Numbers of these calls are for the reader of a text. */
const formatting = /^(toString|toFixed|padStart|padEnd|repeat|parseInt|stringify)$/

/** Members that hold one of the kernel's numbers: compared with 1 or 2, it is one of those that was typed. */
const kernelMember =
  /^(nlmsg_type|nlmsg_flags|nla_type|rta_type|(rtm|ifa|ifi|ndm|ifla|nh)_(type|family|scope|table|protocol|flags|state)|(message|attribute)_?[tT]ype|family|cmd|command)$/

export function checkTypeScript(file: string, text: string): Finding[] {
  const { program, errors } = parseSync(file, text)
  if (errors[0]) return [{ line: 1, problem: `cannot be parsed: ${errors[0].message}`, fix: 'repair it' }]
  const checker = new Checker(text)
  checker.visit(program as unknown as Node, undefined)
  return checker.findings.sort((a, b) => a.line - b.line)
}

class Checker {
  readonly findings: Finding[] = []
  private readonly text: string
  private readonly explained: Set<number>
  /** Literals about which enough was said. */
  private readonly settled = new Set<number>()

  constructor(text: string) {
    this.text = text
    this.explained = linesWithReason(text)
  }

  visit(node: Node, parent: Node | undefined): void {
    // A number in a type is no number at run time.
    if (/^TS(LiteralType|TypeAnnotation|TypeParameter|TypeAlias|Interface)/.test(node.type)) return
    this.besideName(node)
    this.comparison(node)
    if (isNumber(node)) this.alone(node, parent)
    else if (isText(node)) this.numbersInText(node)
    for (const child of childrenOf(node)) this.visit(child, node)
  }

  /** A number that a declaration, assignment, comparison, property or list puts beside a kernel constant's name. */
  private besideName(node: Node): void {
    for (const [left, right] of pairsOf(node)) {
      const name = kernelNameOf(left)
      const number = name === undefined ? undefined : numberIn(right)
      if (name === undefined || number === undefined) continue
      this.findings.push(beside(this.lineOf(number), this.textOf(number), name))
      this.settled.add(number.start)
    }
  }

  /** `message.nlmsg_type === 2`, `case 2` of it. Whether it is 0 anyone may ask. */
  private comparison(node: Node): void {
    const compared =
      node.type === 'SwitchStatement'
        ? (node.cases as Node[]).map((one) => [node.discriminant, one.test] as const)
        : node.type === 'BinaryExpression' && /^[!=]==?$/.test(String(node.operator))
          ? ([
              [node.left, node.right],
              [node.right, node.left],
            ] as const)
          : []
    for (const [subject, test] of compared) {
      const name = nameOf(subject as Node)
      const value = isNode(test) && isNumber(test) ? Number(test.value) : 0
      if (value === 0 || name === undefined || !kernelMember.test(name)) continue
      this.unexplained(test as Node)
    }
  }

  private alone(node: Node, parent: Node | undefined): void {
    if (this.settled.has(node.start)) return
    const value = Number(node.value)
    if (isFormatting(parent) || isStructuralIn(value, node, parent)) return
    this.unexplained(node)
  }

  /** Code that is put together as text: its masks and shifts are numbers too. */
  private numbersInText(node: Node): void {
    for (const { 0: number, index } of this.textOf(node).matchAll(/\b0x[\da-fA-F]+\b/g)) {
      const line = this.lineAt(node.start + index)
      if (!isStructural(Number(number)) && !this.explained.has(line)) this.findings.push(unexplained(line, number))
    }
  }

  private unexplained(node: Node): void {
    if (this.settled.has(node.start) || this.explained.has(this.lineOf(node))) return
    this.settled.add(node.start)
    this.findings.push(unexplained(this.lineOf(node), this.textOf(node)))
  }

  private textOf({ start, end }: Node): string {
    return this.text.slice(start, end)
  }

  private lineOf({ start }: Node): number {
    return this.lineAt(start)
  }

  private lineAt(offset: number): number {
    return this.text.slice(0, offset).split('\n').length
  }
}

/** What stands beside what: name first, number second, both ways where either may come first. */
function pairsOf(node: Node): [unknown, unknown][] {
  switch (node.type) {
    case 'VariableDeclarator':
    case 'AssignmentPattern':
      return [[node.id ?? node.left, node.init ?? node.right]]
    case 'AssignmentExpression':
      return [[node.left, node.right]]
    case 'Property':
    case 'PropertyDefinition':
      return [
        [node.key, node.value],
        [node.value, node.key],
      ]
    case 'TSEnumMember':
      return [[node.id, node.initializer]]
    case 'BinaryExpression':
      return [
        [node.left, node.right],
        [node.right, node.left],
      ]
    case 'SwitchCase':
      return (node.consequent as Node[]).map((statement) => [returnedBy(statement), node.test])
    case 'ArrayExpression':
      return neighbours(node.elements as unknown[])
    case 'CallExpression':
    case 'NewExpression':
      return neighbours(node.arguments as unknown[])
    default:
      return []
  }
}

/** `['RTM_GETRULE', 34]`, `new Map([[34, 'RTM_GETRULE']])`: names and numbers side by side. */
function neighbours(items: unknown[]): [unknown, unknown][] {
  return items.slice(1).flatMap((item, index): [unknown, unknown][] => [
    [items[index], item],
    [item, items[index]],
  ])
}

function returnedBy(statement: Node): unknown {
  return statement.type === 'ReturnStatement' ? statement.argument : undefined
}

function kernelNameOf(node: unknown): string | undefined {
  const name = isNode(node) ? nameOf(node) : undefined
  return name !== undefined && isKernelName(name) ? name : undefined
}

function nameOf(node: Node | null | undefined): string | undefined {
  if (node?.type === 'Identifier') return String(node.name)
  if (node?.type === 'MemberExpression') return nameOf(node.property as Node)
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  return undefined
}

/** The number itself, or the first one in an expression of nothing but numbers (`1 << 15`, `-1`). */
function numberIn(node: unknown): Node | undefined {
  if (!isNode(node)) return undefined
  if (isNumber(node)) return node
  if (node.type === 'UnaryExpression') return numberIn(node.argument)
  if (node.type === 'BinaryExpression' && numberIn(node.right)) return numberIn(node.left)
  if (/^(TSAsExpression|TSSatisfiesExpression|ParenthesizedExpression)$/.test(node.type))
    return numberIn(node.expression)
  return undefined
}

function isStructuralIn(value: number, node: Node, parent: Node | undefined): boolean {
  if (parent?.type !== 'BinaryExpression' || !/^(<<|>>>?)$/.test(String(parent.operator))) return isStructural(value)
  if (parent.operator !== '<<' || numberIn(parent.left) === undefined) return isStructural(value) || isByteShift(value)
  // `1 << 5` is 32 written in another way.
  return parent.left === node ? isStructural(value) : isStructural(2 ** value) || false
}

function isFormatting(parent: Node | undefined): boolean {
  if (parent?.type !== 'CallExpression') return false
  return formatting.test(nameOf(parent.callee as Node) ?? '')
}

function isNumber(node: Node): boolean {
  return node.type === 'Literal' && (typeof node.value === 'number' || typeof node.value === 'bigint')
}

function isText(node: Node): boolean {
  return node.type === 'TemplateElement' || (node.type === 'Literal' && typeof node.value === 'string')
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

function childrenOf(node: Node): Node[] {
  return Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  )
}
