import { type Constants, constantsFrom } from './lookup.ts'
import type { LayerText } from './searchable.ts'
import * as snapshot from './snapshot.text.ts'

export const bundledTexts: readonly LayerText[] = [snapshot.newer, snapshot.bundled]
export const bundledRelease: string = snapshot.release
export const newerRelease: string = snapshot.newerRelease

let bundled: Constants | undefined

/** The constants that come with this package, whatever this machine says: the same everywhere. */
export function bundledConstants(): Constants {
  bundled ??= constantsFrom(bundledTexts)
  return bundled
}
