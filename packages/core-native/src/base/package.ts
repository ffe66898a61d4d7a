import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const name = '@netsnap/core-native'

let root: string | undefined

/** The folder of the package that this code is in: ours, or that of a bundle (the command line's). */
const folderAround = (): string => fileURLToPath(import.meta.url).replace(/\/(src|dist)\/(?!.*\/(src|dist)\/).*$/, '')

function isOurs(folder: string): boolean {
  if (!existsSync(join(folder, 'package.json'))) return false
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown }).name === name
  } catch {
    return false
  }
}

/** Where Node would look for it: in each `node_modules` on the way up. */
function installedAbove(folder: string): string | undefined {
  const candidate = join(folder, 'node_modules', name)
  if (isOurs(candidate)) return realpathSync.native(candidate)
  const parent = dirname(folder)
  return parent === folder ? undefined : installedAbove(parent)
}

/**
 * Looked for before Node is asked, which takes ten times as long. Without a `package.json` that says so, the folder that
 * holds the code's is taken for the package's.
 */
function findRoot(): string {
  const around = folderAround()
  if (isOurs(around)) return around
  const installed = installedAbove(around)
  if (installed !== undefined) return installed
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  } catch {
    return around
  }
}

/** The path of a file of this package, also where a bundle that holds the code is elsewhere. */
export function packageFile(...parts: readonly string[]): string {
  root ??= findRoot()
  return join(root, ...parts)
}

/** `require`, as from this package's own folder. */
export function requireFromPackage(id: string): unknown {
  return createRequire(packageFile('package.json'))(id)
}
