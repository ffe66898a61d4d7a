// Makes a fresh clone ready to run: dependencies installed, packages built. Needs nothing but Node and npm, prints to
// stderr only, and says nothing when all is well. `--test`: the tools that the tests need are there too.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { hasProgram, pnpm, root, run, writePnpmShim } from './tools.mjs'

const stamp = path.join(root, 'node_modules/.cache/netsnap/installed')

/** Program and Debian package. */
const buildTools = [
  [process.env.CXX?.split(' ')[0] || 'g++', 'g++'],
  ['make', 'make'],
  [process.env.PYTHON || 'python3', 'python3'],
]
const testTools = [
  ['ip', 'iproute2'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
]

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new Error(`netsnap needs Node 20.19 or newer, and this is ${process.version}.`)
}

function checkTools() {
  // Elsewhere the addon is not built, and all but sockets works without.
  if (process.platform !== 'linux') return
  const tools = process.argv.includes('--test') ? [...buildTools, ...testTools] : buildTools
  const missing = tools.filter(([program]) => !hasProgram(program))
  if (missing.length === 0) return
  const programs = missing.map(([program]) => program).join(', ')
  const packages = [...new Set(missing.map(([, debian]) => debian))].join(' ')
  throw new Error(`Not found: ${programs}. On Debian: apt-get install ${packages}`)
}

/** Changes when there is something to install. */
function fingerprint() {
  const manifests = readdirSync(path.join(root, 'packages')).map((name) => `packages/${name}/package.json`)
  const hash = createHash('sha256')
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    const full = path.join(root, file)
    if (existsSync(full)) hash.update(file).update(readFileSync(full))
  }
  return hash.digest('hex')
}

async function must(what, command, args) {
  const { ok, output } = await run(command, args)
  if (!ok) throw new Error(`${output}\n${what} failed: see above.`)
}

/** Whoever watches is told why nothing happens for a while; a log is not. */
function tell(text) {
  if (process.stderr.isTTY) process.stderr.write(`${text}\n`)
}

async function install() {
  const now = fingerprint()
  const installed = existsSync(path.join(root, 'node_modules/.modules.yaml')) && existsSync(stamp)
  if (installed && readFileSync(stamp, 'utf8') === now) return
  tell('netsnap: installing and building, this once ...')
  await must('Installing the dependencies', 'npx', ['--yes', pnpm, 'install', '--frozen-lockfile'])
  mkdirSync(path.dirname(stamp), { recursive: true })
  writePnpmShim()
  writeFileSync(stamp, now)
}

try {
  checkNode()
  checkTools()
  await install()
  await must('Building', 'turbo', ['run', 'build', '--output-logs=errors-only'])
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
