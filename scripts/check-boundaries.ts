/**
 * Part of `pnpm check`: who may import whom. A table package imports of ours `@netsnap/core-native` alone, `cli` all,
 * nobody `cli`; no package reaches into another's folder; in core-native one file loads the addon, and its folders are
 * layers, of which each imports only those below. Nowhere do imports run in a circle.
 */
import { readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { filesIn, root, walk } from './sources.ts'

const core = '@netsnap/core-native'
const loadsAddon = 'packages/core-native/src/socket/addon.ts'
/** The folders of core-native, from the ground up. What stands beside them is the public door. */
const layers = ['base', 'socket', 'constants', 'schema', 'compile', 'session', 'testing']
const importing = new Set(['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression'])

/** Every string in a file, and whether it says what is imported. */
function stringsOf(file: string, text: string): { value: string; imported: boolean }[] {
  const strings: { value: string; imported: boolean }[] = []
  const sources = new Set<unknown>()
  walk(parseSync(file, text).program, (node) => {
    if (importing.has(node.type) || node.type === 'TSImportType') sources.add(node.source)
    if (node.type === 'Literal' && typeof node.value === 'string') {
      strings.push({ value: node.value, imported: sources.has(node) })
    }
    return undefined
  })
  return strings
}

const targetOf = (file: string, imported: string) => normalize(join(file, '..', imported))

function layerOf(file: string): number {
  const [, folder = ''] = /^packages\/core-native\/src\/([^/]+)\//.exec(file) ?? []
  return folder === '' ? layers.length : layers.indexOf(folder)
}

function problemWithin(owner: string, file: string, imported: string): string | undefined {
  const target = targetOf(file, imported)
  if (!target.startsWith(`packages/${owner}/`)) return `reaches out of its package: ${imported}`
  if (owner !== 'core-native') return undefined
  if (layerOf(file) < 0) return `is in none of the layers ${layers.join(', ')}`
  return layerOf(target) > layerOf(file) ? `imports from a layer above its own: ${imported}` : undefined
}

function problemOf(file: string, imported: string): string | undefined {
  const [, owner = ''] = /^packages\/([^/]+)\//.exec(file) ?? []
  if (imported.startsWith('.')) return problemWithin(owner, file, imported)
  const [ours] = /^@netsnap\/[^/]+/.exec(imported) ?? []
  if (ours === undefined || ours === `@netsnap/${owner}`) return undefined
  if (ours === '@netsnap/cli') return 'nothing imports @netsnap/cli'
  if (owner === 'cli' || (owner !== 'core-native' && ours === core)) return undefined
  return owner === 'core-native' ? `core-native imports no table: ${ours}` : `a table imports ${core} alone: ${ours}`
}

/** What is wrong with the imports of one file of a package's sources. */
export function checkImports(file: string, text: string): string[] {
  return stringsOf(file, text).flatMap(({ value, imported }) => {
    const addon = (value === 'node-gyp-build' || value.endsWith('.node')) && file !== loadsAddon
    const problem = imported ? problemOf(file, value) : undefined
    return [...(addon ? [`only ${loadsAddon} loads the addon: ${value}`] : []), ...(problem ? [problem] : [])]
  })
}

/** The circles that imports of files run in, types' too: each as the files that it goes through. */
export function circlesIn(sources: ReadonlyMap<string, string>): string[][] {
  const imports = new Map([...sources].map(([file, text]) => [file, importsOf(file, text)]))
  const ended = new Set<string>()
  const circles: string[][] = []
  const visit = (file: string, path: readonly string[]) => {
    const begin = path.indexOf(file)
    if (begin >= 0) circles.push([...path.slice(begin), file])
    if (begin >= 0 || ended.has(file)) return
    for (const target of imports.get(file) ?? []) visit(target, [...path, file])
    ended.add(file)
  }
  for (const file of sources.keys()) visit(file, [])
  return circles
}

const importsOf = (file: string, text: string) =>
  stringsOf(file, text).flatMap(({ value, imported }) =>
    imported && value.startsWith('.') ? [targetOf(file, value)] : [],
  )

function main(): void {
  const files = filesIn('packages').filter((file) => /^packages\/[^/]+\/src\/.*\.ts$/.test(file))
  const sources = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))
  const problems = [
    ...[...sources].flatMap(([file, text]) => checkImports(file, text).map((problem) => `${file}: ${problem}`)),
    ...circlesIn(sources).map((circle) => `imports run in a circle: ${circle.join(' -> ')}`),
  ]
  for (const problem of problems) console.log(problem)
  if (problems.length > 0) process.exitCode = 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
