import { readFileSync } from 'node:fs'

interface Manifest {
  readonly version: string
}

let manifest: Manifest | undefined

/** The version of this package. */
export function version(): string {
  manifest ??= JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest
  return manifest.version
}
