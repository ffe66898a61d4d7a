import { remember } from '../base/remember.ts'
import { hostAbi, layoutOf } from './layout.ts'
import type { Layout, StructDefinition } from './model.ts'
import { type Layer, type LayerText, type Searchable, searchable, wordOf } from './searchable.ts'

/** The numbers of this machine; undefined or empty where no source knows a name. */
export interface Constants {
  /** The number of a name, whichever source has it. */
  value(name: string): number | undefined
  /**
   * The members of one C enum by value, a newer kernel's among them, without bounds (`FRA_MAX`) and `__` names. Where two
   * names have one value, the first in C order stands.
   */
  group(group: string): ReadonlyMap<number, string>
  /**
   * All constants, macros too, whose names begin so, by value and with their full names; enums before macros. The prefix
   * has an underscore: `FRA_`.
   */
  prefixed(prefix: string): ReadonlyMap<number, string>
  layout(struct: string): Layout | undefined
}

/** Answers from several layers; where two know the same name, the first one's number holds. */
export function constantsFrom(layers: readonly (Layer | LayerText)[]): Constants {
  // In the order of the last (the bundled) layer, then what the others add.
  const sources = layers.map(searchable).reverse()
  const values = new Map<string, number | undefined>()
  const words = new Map<string, ReadonlyMap<string, number>>()
  const groups = new Map<string, ReadonlyMap<number, string>>()
  const prefixes = new Map<string, ReadonlyMap<number, string>>()
  const layouts = new Map<string, Layout | undefined>()
  const named = (word: string) => remember(words, word, () => new Map(sources.flatMap((s) => [...s.numbers(word)])))
  const value = (name: string) => remember(values, name, () => valueIn(sources, name))
  return {
    value,
    group: (name) => remember(groups, name, () => byValue(new Set(sources.flatMap((s) => s.members(name))), value)),
    prefixed: (prefix) => remember(prefixes, prefix, () => byValue(beginningWith(prefix, named), value)),
    layout: (name) => remember(layouts, name, () => layoutIn(sources, name)),
  }
}

function valueIn(sources: readonly Searchable[], name: string): number | undefined {
  for (let i = sources.length - 1; i >= 0; i--) {
    const found = sources[i]!.number(name)
    if (found !== undefined) return found
  }
  return undefined
}

function beginningWith(prefix: string, named: (word: string) => ReadonlyMap<string, number>): string[] {
  const word = wordOf(prefix)
  if (word === '')
    throw new TypeError(`a prefix of constants has an underscore, and ${JSON.stringify(prefix)} has none`)
  return [...named(word).keys()].filter((name) => name.startsWith(prefix) && !/_(MAX|CNT)$/.test(name))
}

function byValue(names: Iterable<string>, numberOf: (name: string) => number | undefined): Map<number, string> {
  const found = new Map<number, string>()
  for (const name of names) {
    const value = numberOf(name)
    if (value !== undefined && !found.has(value)) found.set(value, name)
  }
  return found
}

function layoutIn(sources: readonly Searchable[], name: string): Layout | undefined {
  const lookup = (struct: string): StructDefinition | undefined => {
    for (let i = sources.length - 1; i >= 0; i--) {
      const found = sources[i]!.struct(struct)
      if (found !== undefined) return found
    }
    return undefined
  }
  const definition = lookup(name)
  return definition && layoutOf(definition, lookup, hostAbi)
}
