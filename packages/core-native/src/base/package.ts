import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const fromHere = createRequire(import.meta.url)

let root: string | undefined

/** Without a `package.json` that says so, the folder that holds the code's is taken for the package's. */
function findRoot(): string {
  try {
    return dirname(fromHere.resolve('@netsnap/core-native/package.json'))
  } catch {
    return fileURLToPath(import.meta.url).replace(/\/(src|dist)\/(?!.*\/(src|dist)\/).*$/, '')
  }
}

/**
 * The path of a file of this package. It is asked for by the package's name, not from where this code is: a bundle that
 * holds the code (the command line's) is elsewhere.
 */
export function packageFile(...parts: readonly string[]): string {
  root ??= findRoot()
  return join(root, ...parts)
}

/** `require`, as from this package's own folder. */
export function requireFromPackage(id: string): unknown {
  return createRequire(packageFile('package.json'))(id)
}
