import { type Constants, constantsFrom, type Layer } from './lookup.ts'
import * as snapshot from './snapshot.gen.ts'

export const bundledLayers: readonly Layer[] = [snapshot.newer, snapshot]
export const bundledRelease: string = snapshot.release
export const newerRelease: string = snapshot.newer.release

let bundled: Constants | undefined

/** The constants that come with this package, whatever this machine says: the same everywhere. */
export function bundledConstants(): Constants {
  bundled ??= constantsFrom(bundledLayers)
  return bundled
}
