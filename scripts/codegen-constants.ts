/**
 * Writes packages/core-native/src/constants/snapshot.gen.ts from the newest UAPI headers of Debian's kernel 6.12.
 *
 *   pnpm codegen:constants [--headers DIR] [--newer DIR]
 *
 * DIR: a kernel source tree or an unpacked linux-headers-*-common package. What the headers of `--newer` name beyond the
 * first ones stands with what the running kernel does, and which release said it.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { kernelSource } from '../packages/core-native/src/constants/generate.ts'
import { headerReader, headerTree } from '../packages/core-native/src/constants/header-tree.ts'
import { headers } from '../packages/core-native/src/constants/headers.ts'
import { findInputs } from '../packages/core-native/src/constants/host-file.ts'
import type { Definitions, Numbers, StructDefinition } from '../packages/core-native/src/constants/model.ts'
import { readHeaders } from '../packages/core-native/src/constants/reader/index.ts'
import { newer as bundled } from '../packages/core-native/src/constants/snapshot.gen.ts'

const target = new URL('../packages/core-native/src/constants/snapshot.gen.ts', import.meta.url)
const lineWidth = 118

interface Newer extends Pick<Definitions, 'groups'> {
  readonly release: string
  /** Releases of newer headers by what begins the names that are theirs alone. */
  readonly headers: Readonly<Record<string, string>>
}

function main(): void {
  const { values } = parseArgs({ options: { headers: { type: 'string' }, newer: { type: 'string' } } })
  const root = values.headers ?? downloadHeaders()
  const tree = headerTree(root)
  if (!tree) throw new Error(`${root} holds no kernel headers (no include/uapi/linux, no linux)`)
  const definitions = readHeaders(headers, headerReader(tree), { bigEndian: false })
  const text = render(releaseOf(root), definitions, beyondHeaders(definitions, values.newer))
  writeFileSync(target, text)
  console.log(`${text.split('\n').length} lines`)
}

function downloadHeaders(): string {
  const folder = mkdtempSync(join(tmpdir(), 'netsnap-headers-'))
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: folder, encoding: 'utf8' })
  const names = run('apt-cache', 'pkgnames', 'linux-headers-6.12')
    .split('\n')
    .filter((name) => /^linux-headers-6\.12\.\d+.*-common$/.test(name))
  const newest = names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
  if (!newest) throw new Error('apt knows no linux-headers-6.12*-common; give --headers DIR')
  run('apt-get', 'download', newest)
  const [file = ''] = readdirSync(folder)
  run('dpkg-deb', '-x', file, 'x')
  return join(folder, 'x/usr/src', newest)
}

/** The version, from the Makefile of a source tree or the name of the folder of a package of headers. */
function releaseOf(root: string): string {
  const named = /(\d+\.\d+\.\d+)/.exec(root.split('/').filter(Boolean).at(-1) ?? '')
  if (named?.[1]) return named[1]
  const makefile = readFileSync(join(root, 'Makefile'), 'utf8')
  const part = (name: string) => new RegExp(`^${name} = (\\d+)`, 'm').exec(makefile)?.[1]
  return [part('VERSION'), part('PATCHLEVEL'), part('SUBLEVEL')].join('.')
}

/**
 * What the running kernel knows beyond the headers, and what an earlier run found in a kernel at least as new: a run on
 * an older kernel loses nothing.
 */
function beyondHeaders(definitions: Definitions, newerRoot: string | undefined): Newer {
  const kernel = kernelSource(findInputs())
  const earlier: Newer = bundled
  const known = kernel && isOlder(earlier.release, kernel.version ?? '') ? [kernel, earlier] : [earlier]
  const newer = newerRoot === undefined ? undefined : newerHeaders(newerRoot)
  const sources = newer ? [...known, newer] : known
  const headers: Record<string, string> = { ...earlier.headers }
  const named = new Set(Object.values(definitions.groups).flatMap((members) => Object.keys(members)))
  const groups: Record<string, Record<string, number>> = {}
  for (const source of sources) {
    for (const [group, members] of Object.entries(source.groups)) {
      for (const [name, value] of Object.entries(members)) {
        if (named.has(name) || groups[group]?.[name] !== undefined) continue
        if (source === newer) headers[group] = newer.release
        groups[group] = { ...groups[group], [name]: value }
      }
    }
  }
  return {
    release: kernel && known.length > 1 ? upstream(kernel.version ?? '') : earlier.release,
    headers: Object.fromEntries(Object.entries(headers).filter(([group]) => groups[group])),
    groups,
  }
}

/** Headers of a newer kernel; a tree that holds a few of them will do. */
function newerHeaders(root: string) {
  const tree = headerTree(root)
  if (!tree) throw new Error(`${root} holds no kernel headers (no include/uapi/linux, no linux)`)
  const { groups } = readHeaders(headers, headerReader(tree), { bigEndian: false })
  return { groups, release: releaseOf(root) }
}

/** Without what a distribution appends. */
function upstream(release: string): string {
  return /^\d+\.\d+(\.\d+)?/.exec(release)?.[0] ?? release
}

function isOlder(earlier: string, now: string): boolean {
  return earlier === '' || upstream(earlier).localeCompare(upstream(now), 'en', { numeric: true }) <= 0
}

function render(release: string, definitions: Definitions, newer: Newer): string {
  return `// Generated by scripts/codegen-constants.ts (pnpm codegen:constants) from linux ${release}. Do not edit.

export const release = '${release}'

/** The members of each C enum. */
export const groups = {
${entries(definitions.groups, numbers)}
}

/** Integer macros. */
export const macros = {
${wrap(pairs(definitions.macros), '  ')}
}

/** Macros in network order: the numbers as the header writes them. */
export const networkOrder = {
${entries({ be16: definitions.networkOrder.be16, be32: definitions.networkOrder.be32 }, numbers)}
}

/** Structs: the type of each member, in C order. The notation is explained in model.ts. */
export const structs = {
${entries(definitions.structs, struct)}
} as const

${renderNewer(newer)}`
}

function renderNewer({ release, headers, groups }: Newer): string {
  const credits = Object.entries(headers).map(([group, release]) => `${group}: '${release}'`)
  return `/**
 * What a newer running kernel had, beyond the headers, when this file was generated; and for the groups in \`headers\`,
 * what headers of that release had, which no kernel here confirmed.
 */
export const newer = {
  release: '${release}',
${block('headers', credits, '  ')}
  groups: {
${entries(groups, numbers, '    ')}
  },
}
`
}

function entries<T>(items: Readonly<Record<string, T>>, body: (item: T) => string[], indent = '  '): string {
  return Object.entries(items)
    .map(([name, item]) => block(name, body(item), indent))
    .join('\n')
}

/** On one line if it fits, else wrapped. */
function block(name: string, parts: string[], indent: string): string {
  const line = `${indent}${name}: { ${parts.join(', ')} },`
  if (line.length <= lineWidth) return line
  return `${indent}${name}: {\n${wrap(parts, `${indent}  `)}\n${indent}},`
}

function wrap(parts: string[], indent: string): string {
  const lines: string[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + part.length + 2 <= lineWidth) lines[lines.length - 1] = `${last} ${part},`
    else lines.push(`${indent}${part},`)
  }
  return lines.join('\n')
}

function numbers(group: Numbers): string[] {
  return pairs(group)
}

function pairs(group: Numbers): string[] {
  return Object.entries(group).map(([name, value]) => `${name}: ${value}`)
}

function struct(definition: StructDefinition): string[] {
  return Object.entries(definition).map(([name, type]) => `${name}: ${member(type)}`)
}

function member(type: StructDefinition[string]): string {
  if (typeof type === 'string') return `'${type}'`
  if (Array.isArray(type)) return `[${member(type[0])}, ${type[1]}]`
  return `{ ${struct(type as StructDefinition).join(', ')} }`
}

main()
