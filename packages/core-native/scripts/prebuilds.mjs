// Builds the addon for publishing, into native/prebuilds: for this machine's processor, and for the other one when its
// cross compiler is there (Debian: g++-aarch64-linux-gnu, g++-x86-64-linux-gnu). Fails if a binary would not load
// where Node itself does.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { removeStamps, withHeaders } from './build-native.mjs'

/** What there is on the oldest systems that Node 20 runs on (RHEL 8). */
const floors = { GLIBC: '2.28', GLIBCXX: '3.4.25' }
const toolchains = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }

const root = fileURLToPath(new URL('..', import.meta.url))
const prebuildify = createRequire(import.meta.url).resolve('prebuildify/bin.js')

const exists = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined

function run(command, args, env = process.env) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error ?? ''}\n${stdout}${stderr}`)
  return stdout
}

function crossEnvironment(arch) {
  const prefix = toolchains[arch]
  return { CC: `${prefix}-gcc`, CXX: `${prefix}-g++`, PREBUILD_STRIP_BIN: `${prefix}-strip` }
}

function prebuild(arch) {
  const tools = arch === process.arch ? {} : crossEnvironment(arch)
  const args = '--cwd native --out native --napi --strip --tag-libc --name netsnap'.split(' ')
  run(process.execPath, [prebuildify, ...args, `--arch=${arch}`], { ...withHeaders(), ...tools })
  removeStamps()
}

/** The newest version of a library that the binary asks for. */
function newest(symbols, library) {
  const versions = [...symbols.matchAll(new RegExp(`\\b${library}_([0-9.]+)`, 'g'))].map(([, version]) => version)
  return versions.sort(compare).at(-1) ?? '0'
}

function compare(a, b) {
  return a.localeCompare(b, 'en', { numeric: true })
}

function check(arch) {
  const file = `native/prebuilds/linux-${arch}/netsnap.glibc.node`
  if (!existsSync(`${root}${file}`)) throw new Error(`${file} was not made`)
  const objdump = arch === process.arch ? 'objdump' : `${toolchains[arch]}-objdump`
  const symbols = run(objdump, ['-T', file])
  const asks = Object.entries(floors).map(([library, floor]) => {
    const version = newest(symbols, library)
    if (compare(version, floor) > 0) throw new Error(`${file} asks for ${library}_${version}: newer than ${floor}`)
    return `${library}_${version}`
  })
  console.log(`${file}: ${asks.join(', ')}`)
}

for (const arch of Object.keys(toolchains)) {
  if (arch !== process.arch && !exists(`${toolchains[arch]}-g++`)) {
    console.log(`linux-${arch}: left out, there is no ${toolchains[arch]}-g++ here`)
    continue
  }
  prebuild(arch)
  check(arch)
}
