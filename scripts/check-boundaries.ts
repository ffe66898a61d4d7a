/**
 * Part of `pnpm check`: who may import whom. A table package imports of ours `@netsnap/core-native` alone, `cli` all,
 * nobody `cli`; no package reaches into another's folder; in core-native one file loads the addon.
 */
import { readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { filesIn, root, walk } from './sources.ts'

const core = '@netsnap/core-native'
const loadsAddon = 'packages/core-native/src/socket.ts'
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

function problemOf(file: string, imported: string): string | undefined {
  const [, owner = ''] = /^packages\/([^/]+)\//.exec(file) ?? []
  if (imported.startsWith('.')) {
    const target = normalize(join(file, '..', imported))
    return target.startsWith(`packages/${owner}/`) ? undefined : `reaches out of its package: ${imported}`
  }
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

function main(): void {
  const files = filesIn('packages').filter((file) => /^packages\/[^/]+\/src\/.*\.ts$/.test(file))
  for (const file of files) {
    for (const problem of checkImports(file, readFileSync(join(root, file), 'utf8'))) {
      console.log(`${file}: ${problem}`)
      process.exitCode = 1
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
