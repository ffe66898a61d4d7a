/** Reads this machine's headers and kernel. */
import { release } from 'node:os'
import { dirname } from 'node:path'
import { readKernel } from './btf/index.ts'
import { bundledConstants } from './bundled.ts'
import { bundledLayers } from './bundled-layers.ts'
import { headerPath, headerReader, headerTree } from './header-tree.ts'
import { headers as wanted } from './headers.ts'
import { type Fingerprint, type HostConstants, type Inputs, identify, statOf } from './host-file.ts'
import { layoutOf } from './layout.ts'
import type { Definitions, Layout, Numbers, StructDefinition } from './model.ts'
import { readHeaders } from './reader/index.ts'
import type { Layer } from './searchable.ts'

/** Everything that a source says, with enums under their bundled names. */
export interface Source extends Definitions {
  readonly version: string | null
}

const groupByMember = new Map(
  bundledLayers.flatMap(({ groups }) =>
    Object.entries(groups).flatMap(([group, members]) => Object.keys(members).map((name) => [name, group] as const)),
  ),
)
const bundledNumbers = new Map(
  bundledLayers
    .flatMap(({ groups, macros = {} }) => [macros, ...Object.values(groups)].flatMap(Object.entries))
    .reverse(),
)
const bundledStructs = new Map(bundledLayers.flatMap(({ structs = {} }) => Object.entries(structs)).reverse())
/** Groups of which the bundled definitions have a part only: those of headers that are read in part. */
const partPrefixes = wanted.flatMap(({ only = [] }) => only)

export function generate(inputs: Inputs): HostConstants {
  const kernel = kernelSource(inputs)
  const headers = headersSource(inputs)
  return {
    fingerprint: { ...identify(inputs), files: headerFiles(inputs) },
    headersVersion: headers?.version ?? null,
    kernelRelease: kernel?.version ?? null,
    kernel: kernel ? beyondBundled(kernel) : null,
    headers: headers ? beyondBundled(headers, kernel) : null,
  }
}

function headerFiles({ headers: root }: Inputs): Fingerprint['files'] {
  const tree = root === undefined ? undefined : headerTree(root)
  const paths = tree ? wanted.flatMap(({ header }) => headerPath(tree, header) ?? []) : []
  return [...new Set(paths.map(dirname)), ...paths].flatMap((path) => {
    const stat = statOf(path)
    return stat ? [[path, stat.size, stat.mtimeMs] as const] : []
  })
}

export function kernelSource({ btf }: Inputs): Source | undefined {
  if (btf === undefined) return undefined
  const found = readKernel(btf, {
    groupOf: (name) => groupByMember.get(name),
    structs: new Set(bundledStructs.keys()),
  })
  if (!found) return undefined
  const groups = mapValues(found.groups, (members, group) => wantedPart(group, members))
  return { groups, macros: {}, networkOrder: { be16: {}, be32: {} }, structs: found.structs, version: release() }
}

export function headersSource({ headers: root }: Inputs): Source | undefined {
  const tree = root === undefined ? undefined : headerTree(root)
  if (!tree) return undefined
  const bigEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0
  const read = headerReader(tree)
  const { groups, macros, networkOrder, structs } = readHeaders(wanted, read, { bigEndian })
  return {
    groups: alignGroups(groups),
    macros,
    networkOrder,
    structs,
    version: headersVersion(read('linux/version.h')),
  }
}

/** `LINUX_VERSION_CODE` as people write it. */
function headersVersion(text: string | undefined): string | null {
  const code = Number(/LINUX_VERSION_CODE (\d+)/.exec(text ?? '')?.[1] ?? Number.NaN)
  // KERNEL_VERSION(a, b, c) of that header, backwards: a macro with parameters.
  const parts = [code >> 16, (code >> 8) & 0xff, code & 0xff] // not a kernel number: the shifts of KERNEL_VERSION()
  return Number.isNaN(code) ? null : parts.join('.')
}

/** Enums may come out under other names from other headers: two that share a member are one. */
function alignGroups(groups: Definitions['groups']): Definitions['groups'] {
  const bundledNames = new Set(groupByMember.values())
  const aligned: Record<string, Record<string, number>> = {}
  for (const [name, members] of Object.entries(groups)) {
    const owner = Object.keys(members).flatMap((member) => groupByMember.get(member) ?? [])[0]
    if (owner === undefined && bundledNames.has(name)) continue
    aligned[owner ?? name] = { ...aligned[owner ?? name], ...members }
  }
  return aligned
}

function wantedPart(group: string, members: Numbers): Numbers {
  const isPart = (name: string) => partPrefixes.some((prefix) => name.startsWith(prefix))
  const bundled = bundledLayers.flatMap(({ groups }) => Object.keys(groups[group] ?? {}))
  if (bundled.length === 0 || !bundled.every(isPart)) return members
  return Object.fromEntries(Object.entries(members).filter(([name]) => isPart(name)))
}

/** What the source adds to the bundled definitions or says otherwise, as far as a better source does not know it. */
export function beyondBundled(source: Source, better?: Source): Layer {
  const betterNames = new Set(Object.values(better?.groups ?? {}).flatMap((members) => Object.keys(members)))
  const differing = (numbers: Numbers, known = (name: string): number | undefined => bundledNumbers.get(name)) =>
    Object.fromEntries(
      Object.entries(numbers).filter(([name, value]) => !betterNames.has(name) && known(name) !== value),
    )
  const inOrder = (numbers: Numbers, width: 'be16' | 'be32') =>
    differing(numbers, (name) => bundledLayers.at(-1)?.networkOrder?.[width][name])
  const groups = mapValues(source.groups, (members) => differing(members))
  return {
    groups: Object.fromEntries(Object.entries(groups).filter(([, members]) => Object.keys(members).length > 0)),
    macros: differing(source.macros),
    networkOrder: {
      be16: inOrder(source.networkOrder.be16, 'be16'),
      be32: inOrder(source.networkOrder.be32, 'be32'),
    },
    structs: differingStructs(source, better),
  }
}

function differingStructs(source: Source, better: Source | undefined): Record<string, StructDefinition> {
  const lookup = (name: string) => source.structs[name] ?? bundledStructs.get(name)
  const differs = (name: string, definition: StructDefinition) => {
    const theirs = layoutOf(definition, lookup)
    const ours = bundledConstants().layout(name)
    return (
      theirs !== undefined && (!ours || !isWithin(theirs, ours)) && !(better && Object.hasOwn(better.structs, name))
    )
  }
  return Object.fromEntries(Object.entries(source.structs).filter(([name, definition]) => differs(name, definition)))
}

/** Whether `known` has all these members, where these are. Older headers that lack a member say nothing against it. */
function isWithin(layout: Layout, known: Layout): boolean {
  return Object.entries(layout.members).every(([name, { offset, size }]) => {
    const member = known.members[name]
    // `__empty_x` and its like are how C writes a flexible array in a union.
    return name.startsWith('__') || (member?.offset === offset && member.size === size)
  })
}

function mapValues<T, U>(items: Readonly<Record<string, T>>, change: (item: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(items).map(([key, item]) => [key, change(item, key)]))
}
