import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const fromHere = createRequire(import.meta.url)

let root: string | undefined

/**
 * The path of a file of this package. It is asked for by the package's name, not from where this code is: a bundle that
 * holds the code (the command line's) is elsewhere.
 */
export function packageFile(...parts: readonly string[]): string {
  root ??= dirname(fromHere.resolve('@netsnap/core-native/package.json'))
  return join(root, ...parts)
}

/** `require`, as from this package's own folder. */
export function requireFromPackage(id: string): unknown {
  return createRequire(packageFile('package.json'))(id)
}
