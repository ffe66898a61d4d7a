/** Part of `pnpm check`: the command line holds the code of the tables, so it is released when one of them is. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './sources.ts'

/** The packages of ours that a package builds into its own code. */
const bundled: readonly string[] = Object.keys(
  JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8')).devDependencies,
).filter((name) => name.startsWith('@netsnap/'))

const folder = join(root, '.changeset')
for (const file of readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md')) {
  const [, head = ''] = readFileSync(join(folder, file), 'utf8').split(/^---$/m)
  const named = [...head.matchAll(/^["']?(@netsnap\/[\w-]+)/gm)].map(([, name]) => name!)
  const tables = named.filter((name) => bundled.includes(name))
  if (tables.length === 0 || named.includes('@netsnap/cli')) continue
  console.log(`.changeset/${file}: names ${tables.join(', ')}, whose code @netsnap/cli holds, and not @netsnap/cli`)
  process.exitCode = 1
}
