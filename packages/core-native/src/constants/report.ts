import { bundledLayers } from './bundled-layers.ts'
import { headersSource, kernelSource } from './generate.ts'
import { findInputs } from './host-file.ts'
import { constantsFrom } from './lookup.ts'
import type { Layer } from './searchable.ts'

export type ConstantSource = 'kernel' | 'headers' | 'snapshot'

/** What each source says about one name. */
export interface ConstantReport {
  readonly name: string
  readonly value: number
  /** The source whose number is used. */
  readonly source: ConstantSource
  /** What the other sources that know the name say. */
  readonly also: Readonly<Partial<Record<ConstantSource, number>>>
  /** Sources contradict each other. */
  readonly disagreement: boolean
}

/** Asks all sources anew about a name, all names that begin so, or all. Takes as long as reading them does. */
export function report(pattern = ''): ConstantReport[] {
  const sources = readSources()
  const names = new Set(sources.flatMap(({ names }) => names))
  const matching = names.has(pattern) ? [pattern] : [...names].filter((name) => name.startsWith(pattern))
  return matching.sort().map((name) => {
    const said = sources.flatMap(({ source, value }) => {
      const number = value(name)
      return number === undefined ? [] : [[source, number] as const]
    })
    const [[source, value], ...others] = said as [(typeof said)[number], ...typeof said]
    return {
      name,
      value,
      source,
      also: Object.fromEntries(others),
      disagreement: others.some(([, number]) => number !== value),
    }
  })
}

function readSources() {
  const inputs = findInputs()
  const layers: [ConstantSource, readonly Layer[]][] = [
    ['kernel', [kernelSource(inputs)].filter((source) => source !== undefined)],
    ['headers', [headersSource(inputs)].filter((source) => source !== undefined)],
    ['snapshot', bundledLayers],
  ]
  return layers.map(([source, of]) => {
    const { value } = constantsFrom(of)
    return { source, value, names: of.flatMap(namesIn) }
  })
}

function namesIn({ groups, macros = {}, networkOrder }: Layer): string[] {
  const all = [...Object.values(groups), macros, networkOrder?.be16 ?? {}, networkOrder?.be32 ?? {}]
  return all.flatMap((numbers) => Object.keys(numbers))
}
