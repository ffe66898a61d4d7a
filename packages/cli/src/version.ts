import { readFileSync } from 'node:fs'

let known: string | undefined

/** The version of this package; `unknown` where its package.json is not beside it. */
export function version(): string {
  known ??= read() ?? 'unknown'
  return known
}

function read(): string | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    return (manifest as { readonly version?: string }).version
  } catch {
    return undefined
  }
}
