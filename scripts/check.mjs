// `pnpm check`: all that must hold beside the tests. Every check runs, each says `pass` or `FAIL` on one line, and what
// a failed one had to say comes after it.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root, run } from './tools.mjs'

const typescript = ['--conditions=@netsnap/source', '--import', 'tsx']
const packed = mkdtempSync(path.join(tmpdir(), 'netsnap-check-'))

const packages = readdirSync(path.join(root, 'packages')).flatMap((folder) => {
  const directory = path.join(root, 'packages', folder)
  const manifest = path.join(directory, 'package.json')
  return existsSync(manifest) ? [{ folder, directory, ...JSON.parse(readFileSync(manifest, 'utf8')) }] : []
})
const published = packages.filter((manifest) => !manifest.private)

const tool =
  (command, ...args) =>
  () =>
    run(command, args)
const script = (file) => tool(process.execPath, ...typescript, `scripts/${file}`)

const readmes = () =>
  packages.map(({ directory }) => {
    const file = path.join(directory, 'README.md')
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  })

/** The compiler writes the tables of fields into the READMEs. When they are up to date, it changes nothing. */
async function compile() {
  const before = readmes()
  const { ok, output } = await run('turbo', ['run', 'compile', '--force', '--output-logs=errors-only'])
  const after = ok ? readmes() : before
  const changed = packages.filter((_, index) => before[index] !== after[index]).map(({ folder }) => folder)
  const stale = changed.map((folder) => `packages/${folder}/README.md was not up to date; now it is\n`).join('')
  return { ok: ok && changed.length === 0, output: ok ? stale : output }
}

/** As it would be published: by pnpm, which fills in the versions. */
async function inspect({ directory, name }) {
  const tarball = path.join(packed, `${name.replace('@', '').replace('/', '-')}.tgz`)
  const made = await run('pnpm', ['pack', '--out', tarball], { cwd: directory })
  if (!made.ok) return made
  const results = [await run('publint', ['--strict', tarball]), await run('attw', ['--profile', 'esm-only', tarball])]
  return { ok: results.every(({ ok }) => ok), output: results.map(({ output }) => output).join('') }
}

/** The first ones make what the others read. */
const checks = [
  ['build', tool(process.execPath, 'scripts/bootstrap.mjs')],
  ['READMEs up to date', compile],
  ['types of the packages', tool('tsc', '-b', ...packages.map(({ folder }) => `packages/${folder}`))],
  // In user-mode Linux, where CI goes when the kernel has failed it, the Go program that tsc is crashes on the whole tree.
  ...(process.env.NETSNAP_IN_UML ? [] : [['types of tests and scripts', tool('tsc', '-p', 'tsconfig.tests.json')]]),
  ['style (biome)', tool('biome', 'ci', '--colors=off', '--max-diagnostics=20')],
  ['nothing unused (knip)', tool('knip', '--no-config-hints')],
  ['typed numbers', script('check-typed-numbers.ts')],
  ['import boundaries', script('check-boundaries.ts')],
  // It asks the same Go program.
  ...(process.env.NETSNAP_IN_UML ? [] : [['reused memory', script('check-reused-memory.ts')]]),
  ['sizes', script('check-size.ts')],
  ['changesets', script('check-changesets.ts')],
  ['traces of the machine', script('check-traces.ts')],
  ...published.map((manifest) => [`packed ${manifest.name} (publint, attw)`, () => inspect(manifest)]),
]

let failed = 0
for (const [name, check] of checks) {
  const start = performance.now()
  const { ok, output } = await check().catch((error) => ({ ok: false, output: `${error.stack}\n` }))
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${ok ? 'pass' : 'FAIL'}  ${name}  ${seconds} s`)
  if (ok) continue
  failed++
  console.log(output.replace(/^/gm, '      ').trimEnd())
}
rmSync(packed, { recursive: true, force: true })
console.log(`${checks.length - failed} checks passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
