/**
 * Part of `pnpm check`: every number that has a name in a kernel header comes from the kernel's definitions. Finds
 * numbers typed by hand in the packages' sources.
 *
 * - A number beside a kernel constant's name (`RTM_GETRULE = 34`, `{ FRA_DST: 1 }`, `['AF_INET', 2]`) is always wrong.
 * - Any other number that is not plainly structural needs a reason on its line: `// not a kernel number: bytes in a KiB`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkCpp } from './typed-numbers/cpp.ts'
import type { Finding } from './typed-numbers/rules.ts'
import { checkTypeScript } from './typed-numbers/typescript.ts'

export function checkSource(file: string, text: string): Finding[] {
  return /\.(cc|h)$/.test(file) ? checkCpp(text) : checkTypeScript(file, text)
}

/** The sources written by hand, of one package or all. */
function sourcesIn(root: string): string[] {
  const files = readdirSync(join(root, 'packages'), { withFileTypes: true }).flatMap(({ name }) =>
    ['src', 'native'].flatMap((folder) => filesBelow(root, join('packages', name, folder))),
  )
  return files.filter(
    (file) => /\/src\/.*\.ts$|\/native\/.*\.(cc|h)$/.test(file) && !/\.gen\.ts$|\/(generated|build)\//.test(file),
  )
}

function filesBelow(root: string, folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name)))
  } catch {
    return []
  }
}

function main(): void {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const written = sourcesIn(root).sort()
  let found = 0
  for (const file of written) {
    for (const { line, problem, fix } of checkSource(file, readFileSync(join(root, file), 'utf8'))) {
      found++
      console.log(`${file}:${line}: ${problem}; ${fix}`)
    }
  }
  console.log(`${written.length} files, ${found} typed numbers`)
  if (found > 0) process.exitCode = 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
