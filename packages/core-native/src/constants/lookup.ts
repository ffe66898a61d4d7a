import { hostAbi, layoutOf } from './layout.ts'
import type { Definitions, Layout, Numbers, StructDefinition } from './model.ts'

/** The numbers of this machine; undefined or empty where no source knows a name. */
export interface Constants {
  /** The number of a name, whichever source has it. */
  value(name: string): number | undefined
  /**
   * The members of one C enum by value, a newer kernel's among them, without bounds (`FRA_MAX`) and `__` names. Where two
   * names have one value, the first in C order stands.
   */
  group(group: string): ReadonlyMap<number, string>
  /** All constants, macros too, whose names begin so, by value and with their full names; enums before macros. */
  prefixed(prefix: string): ReadonlyMap<number, string>
  layout(struct: string): Layout | undefined
}

/** One source, or several merged, in the form that resolution works on. */
export type Layer = Pick<Definitions, 'groups'> & Partial<Definitions>

const bigEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0

/** A value in network order, as a load of that width sees it on this machine. */
export function toHostOrder(value: number, bits: 16 | 32, big = bigEndian): number {
  if (big) return value
  const view = new DataView(new ArrayBuffer(4))
  if (bits === 16) {
    view.setUint16(0, value)
    return view.getUint16(0, true)
  }
  view.setUint32(0, value)
  return view.getUint32(0, true)
}

/** Answers from several layers; where two know the same name, the first one's number holds. */
export function constantsFrom(layers: readonly Layer[]): Constants {
  const groups = new Map<string, ReadonlyMap<number, string>>()
  const prefixes = new Map<string, ReadonlyMap<number, string>>()
  const layouts = new Map<string, Layout | undefined>()
  let byName: Map<string, number> | undefined
  const names = () => {
    byName ??= collect(layers)
    return byName
  }
  return {
    value: (name) => names().get(name),
    group: (name) => remember(groups, name, () => groupByValue(layers, name, names())),
    prefixed: (prefix) => remember(prefixes, prefix, () => prefixByValue(names(), prefix)),
    layout: (name) => remember(layouts, name, () => layoutIn(layers, name)),
  }
}

function remember<T>(store: Map<string, T>, key: string, make: () => T): T {
  const known = store.get(key)
  if (known !== undefined) return known
  const made = make()
  store.set(key, made)
  return made
}

/** All names, in the order of the last (the bundled) layer, then what the others add. */
function collect(layers: readonly Layer[]): Map<string, number> {
  const byName = new Map<string, number>()
  for (const layer of [...layers].reverse()) {
    for (const group of Object.values(layer.groups)) assign(byName, group)
    assign(byName, layer.macros ?? {})
    assignSwapped(byName, layer.networkOrder?.be16 ?? {}, 16)
    assignSwapped(byName, layer.networkOrder?.be32 ?? {}, 32)
  }
  return byName
}

function assign(byName: Map<string, number>, numbers: Numbers): void {
  for (const name in numbers) byName.set(name, numbers[name] as number)
}

function assignSwapped(byName: Map<string, number>, numbers: Numbers, bits: 16 | 32): void {
  for (const name in numbers) byName.set(name, toHostOrder(numbers[name] as number, bits))
}

function groupByValue(
  layers: readonly Layer[],
  group: string,
  byName: ReadonlyMap<string, number>,
): ReadonlyMap<number, string> {
  const found = new Map<number, string>()
  for (const layer of [...layers].reverse()) {
    for (const name in Object.hasOwn(layer.groups, group) ? layer.groups[group] : {}) addFirst(found, name, byName)
  }
  return found
}

function prefixByValue(byName: ReadonlyMap<string, number>, prefix: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>()
  for (const name of byName.keys()) {
    if (name.startsWith(prefix) && !/_(MAX|CNT)$/.test(name)) addFirst(found, name, byName)
  }
  return found
}

function addFirst(found: Map<number, string>, name: string, byName: ReadonlyMap<string, number>): void {
  const value = byName.get(name)
  if (value !== undefined && !found.has(value)) found.set(value, name)
}

function layoutIn(layers: readonly Layer[], name: string): Layout | undefined {
  const lookup = (struct: string): StructDefinition | undefined => {
    for (const { structs = {} } of layers) if (Object.hasOwn(structs, struct)) return structs[struct]
    return undefined
  }
  const definition = lookup(name)
  return definition && layoutOf(definition, lookup, hostAbi)
}
