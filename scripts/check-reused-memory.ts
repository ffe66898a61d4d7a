/**
 * Part of `pnpm check`: memory that is overwritten later is never kept by mistake. A Buffer's `slice` is a view and a
 * Uint8Array's a copy, and a Buffer passes for a Uint8Array. So in the packages' sources
 *
 * - no `slice` of a Buffer, or of a Uint8Array, which may be one: `new Uint8Array(bytes)` copies, `subarray` does not;
 * - `subarray` of either says on its line why a view will do: `// a view: written before the next one is asked for`;
 * - so does whoever asks for memory that is overwritten: `reuse: true // a view: ...`.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { API, type Checker, type Project } from 'typescript/unstable/sync'
import { filesIn, type Node, root, walk } from './sources.ts'

const reason = /\/\/ a view: \S/
const bytes = new Set(['Buffer', 'Uint8Array'])

/** A method of bytes by its name: called, or passed on. */
interface Mention {
  readonly name: 'slice' | 'subarray'
  readonly at: number
}

const isMethod = (name: unknown): name is Mention['name'] => name === 'slice' || name === 'subarray'
const keyOf = (key: Node) => (key.type === 'Literal' ? key.value : key.name)

/** Where a file names such a method, and where it asks for memory that is overwritten. */
function mentionsOf(file: string, text: string): { methods: Mention[]; reuses: number[] } {
  const methods: Mention[] = []
  const reuses: number[] = []
  walk(parseSync(file, text).program, (node) => {
    if (node.type === 'MemberExpression') {
      const { property } = node as unknown as { property: Node }
      const name = keyOf(property)
      if (isMethod(name)) methods.push({ name, at: property.start })
    }
    if (node.type === 'Property') {
      const { key, value } = node as unknown as { key: Node; value: Node }
      const name = keyOf(key)
      if (name === 'reuse' && value.type === 'Literal' && value.value === true) reuses.push(key.start)
    }
    return undefined
  })
  return { methods, reuses }
}

/** Which of the types that bytes have declares what stands there: both, where it may be either. */
function ownersAt(checker: Checker, project: Project, file: string, at: number): string[] {
  const symbol = checker.getSymbolAtPosition(join(root, file), at)
  const owners = (symbol?.declarations ?? []).map((declaration) => {
    const { parent } = declaration.resolve(project) as unknown as { parent?: { name?: { text?: string } } }
    return parent?.name?.text ?? ''
  })
  return [...new Set(owners)].filter((owner) => bytes.has(owner)).sort()
}

const advice = {
  slice: '`new Uint8Array(bytes)` copies, and `subarray` is a view',
  subarray: 'a view: say on its line why it will do (`// a view: ...`), or copy it (`new Uint8Array(bytes)`)',
}

function problemsOf(project: Project, file: string, text: string): string[] {
  const lines = text.split('\n')
  const lineOf = (at: number) => text.slice(0, at).split('\n').length
  const explained = (at: number) => reason.test(lines[lineOf(at) - 1] ?? '')
  const { methods, reuses } = mentionsOf(file, text)
  const ofBytes = methods.flatMap(({ name, at }): [number, string][] => {
    const owners = ownersAt(project.checker, project, file, at)
    if (owners.length === 0 || (name === 'subarray' && explained(at))) return []
    return [[at, `${name} of a ${owners.join(' or ')}: ${advice[name]}`]]
  })
  const asked = reuses
    .filter((at) => !explained(at))
    .map((at): [number, string] => [at, 'memory that is overwritten: say on its line who is done with it by then'])
  return [...ofBytes, ...asked].sort(([a], [b]) => a - b).map(([at, problem]) => `${file}:${lineOf(at)}: ${problem}`)
}

const isSource = (file: string) =>
  /^packages\/[^/]+\/src\/.*\.ts$/.test(file) && !/\/src\/testing\/|\.gen\.ts$/.test(file)

/** What is wrong in the packages' sources, or in some of them with other texts. */
export function checkReuse(others: Readonly<Record<string, string>> = {}): string[] {
  const readFile = (name: string) => Object.entries(others).find(([file]) => join(root, file) === name)?.[1]
  const api = new API({ cwd: root, fs: { readFile } })
  try {
    const [project] = api.updateSnapshot({ openProjects: [join(root, 'tsconfig.tests.json')] }).getProjects()
    const known = Object.keys(others)
    const files = known.length > 0 ? known : filesIn('packages').filter(isSource).sort()
    return files.flatMap((file) => problemsOf(project!, file, others[file] ?? readFileSync(join(root, file), 'utf8')))
  } finally {
    api.close()
  }
}

function main(): void {
  const problems = checkReuse()
  for (const problem of problems) console.log(problem)
  if (problems.length > 0) process.exitCode = 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
