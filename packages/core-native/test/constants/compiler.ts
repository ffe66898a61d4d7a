import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type HeaderTree, headerPath, headerReader, headerTree } from '../../src/constants/header-tree.ts'
import { headers, kernelSocketHeader } from '../../src/constants/headers.ts'
import { type Abi, layoutOf } from '../../src/constants/layout.ts'
import { constantsFrom } from '../../src/constants/lookup.ts'
import type { Layout } from '../../src/constants/model.ts'
import { type HeaderDefinitions, readHeaders } from '../../src/constants/reader/index.ts'

/** An expression of C, and the number that the reader gives for it. */
export interface Claim {
  readonly expression: string
  readonly value: number
}

export const hasCompiler = spawnSync('gcc', ['--version']).status === 0

export function readTree(tree: HeaderTree, abi: Abi): HeaderDefinitions {
  return readHeaders(headers, headerReader(tree), { bigEndian: false, abi })
}

export function constantClaims(definitions: HeaderDefinitions): Claim[] {
  const { groups, macros, networkOrder } = definitions
  const numbers = [...Object.values(groups), macros, networkOrder.be16, networkOrder.be32]
  const { value } = constantsFrom([definitions])
  return numbers
    .flatMap((one) => Object.keys(one))
    .map((name) => ({ expression: name, value: value(name) ?? Number.NaN }))
}

/** Size of each struct, and offset and size of each member, those of structs written in place too. */
export function layoutClaims({ structs, spellings }: HeaderDefinitions, abi: Abi): Claim[] {
  return Object.entries(structs).flatMap(([name, definition]) => {
    const layout = layoutOf(definition, (other) => structs[other], abi)
    const type = spellings.get(name) ?? `struct ${name}`
    if (!layout) throw new Error(`no layout of ${type}`)
    return [{ expression: `sizeof(${type})`, value: layout.size }, ...memberClaims(type, '', layout, 0)]
  })
}

function memberClaims(type: string, path: string, layout: Layout, start: number): Claim[] {
  return Object.entries(layout.members).flatMap(([name, member]) => {
    const full = `${path}${name}`
    const offset = start + member.offset
    const claims = [{ expression: `__builtin_offsetof(${type}, ${full})`, value: offset }]
    if (member.count !== 0) claims.push({ expression: `sizeof(((${type} *)0)->${full})`, value: member.size })
    const inner =
      member.members && member.count === undefined ? memberClaims(type, `${full}.`, member.members, offset) : []
    return [...claims, ...inner]
  })
}

/** Headers that only the kernel's own sources have; a package that holds them raw refers to these. */
const kernelOnly = ['linux/compiler.h', 'linux/compiler_types.h', 'gnu/stubs-32.h']

/** What gcc says about each expression, with the tree's headers. */
export function askCompiler(tree: HeaderTree, claims: readonly Claim[]): number[] {
  const table = claims.map(({ expression }) => `(long long)(${expression}),`).join('\n')
  const program = `${includes(tree)}\n#include <stdio.h>\nstatic const long long values[] = {\n${table}\n};
int main(void) { for (unsigned long i = 0; i < sizeof values / sizeof *values; i++) printf("%lld\\n", values[i]); }\n`
  return inFolder((folder) => {
    compile(folder, tree, program, ['-o', join(folder, 'program')])
    return execFileSync(join(folder, 'program'), { encoding: 'utf8' }).trim().split('\n').map(Number)
  })
}

/** For a machine that this one cannot run programs of: gcc checks the claims itself, and says which do not hold. */
export function disputedClaims(tree: HeaderTree, claims: readonly Claim[], flags: readonly string[]): string {
  const lines = claims.map(({ expression, value }) => `_Static_assert((${expression}) == ${value}, "${expression}");`)
  const program = `${includes(tree)}\n${lines.join('\n')}\n`
  return inFolder((folder) => compile(folder, tree, program, ['-fsyntax-only', ...flags], false))
}

function includes(tree: HeaderTree): string {
  const own = headers.filter(({ header }) => header !== kernelSocketHeader && !header.startsWith('bits/'))
  const read = headerReader(tree)
  const present = own.filter(({ header }) => headerPath(tree, header) && read(header) !== undefined)
  return ['#include <sys/socket.h>', ...present.map(({ header }) => `#include <${header}>`)].join('\n')
}

function compile(folder: string, tree: HeaderTree, program: string, flags: readonly string[], throws = true): string {
  const stubs = join(folder, 'stubs')
  for (const header of kernelOnly) {
    mkdirSync(dirname(join(stubs, header)), { recursive: true })
    writeFileSync(join(stubs, header), '')
  }
  const source = join(folder, 'program.c')
  writeFileSync(source, program)
  const own = tree.kernel
    ? ['-isystem', tree.uapi, '-D__user=', '-D__force=']
    : tree.uapi === '/usr/include'
      ? []
      : ['-isystem', tree.uapi]
  const libc = tree.libc ?? headerTree('/usr/include')?.libc
  const architecture = libc ? ['-idirafter', libc] : []
  const args = ['-w', '-O0', '-DBIT(n)=(1UL << (n))', ...own, '-idirafter', stubs, ...architecture, ...flags, source]
  const { status, stderr } = spawnSync('gcc', args, { encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (status !== 0 && throws) throw new Error(`gcc ${args.join(' ')}:\n${stderr.slice(0, 4000)}`)
  return status === 0 ? '' : stderr
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'netsnap-gcc-'))
  try {
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
