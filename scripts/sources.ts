import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

const made = new Set(['node_modules', 'dist', 'generated', 'build', 'prebuilds', '.git', '.turbo', 'coverage'])

/** The files of the repository below a folder, but for what tools make. Works where there is no git, too. */
export function filesIn(folder = '.'): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return made.has(entry.name) ? [] : filesIn(path)
    return entry.isFile() ? [path] : []
  })
}

/** A node of the tree that oxc-parser gives, as far as the checks look at it. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

/** Call `enter` for a node and all below it, until it returns false. */
export function walk(node: unknown, enter: (node: Node) => boolean | undefined): void {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, enter)
  } else if (isNode(node) && enter(node) !== false) {
    for (const child of Object.values(node)) if (typeof child === 'object') walk(child, enter)
  }
}
