// Builds the addon into native/build/Release. Quiet when it works; otherwise says what is missing.
import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const native = fileURLToPath(new URL('../native', import.meta.url))

/** node-gyp would download Node's headers. Where Node came with them, these do. */
export function withHeaders(env = process.env) {
  if (env.npm_config_nodedir) return env
  const prefix = path.dirname(path.dirname(realpathSync(process.execPath)))
  const found = existsSync(path.join(prefix, 'include/node/node_api.h'))
  return found ? { ...env, npm_config_nodedir: prefix } : env
}

/** The stamp of node-addon-api's target lands in a folder of its own, for nothing. */
export function removeStamps() {
  rmSync(path.join(native, 'node_modules'), { recursive: true, force: true })
}

/** Ours in a checkout; npm's own or one from the registry where this package was installed without its tools. */
function nodeGyp() {
  try {
    return [process.execPath, createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js')]
  } catch {
    const bundled = process.env.npm_config_node_gyp
    return bundled ? [process.execPath, bundled] : ['npx', '--yes', 'node-gyp@12.4.0']
  }
}

function missingTools() {
  const tools = [
    [process.env.CXX || 'g++', 'g++'],
    ['make', 'make'],
    [process.env.PYTHON || 'python3', 'python3'],
  ]
  const lacks = ([command]) => spawnSync(command.split(' ')[0], ['--version'], { stdio: 'ignore' }).error !== undefined
  return tools.filter(lacks).map(([, debian]) => debian)
}

function build() {
  const [command, ...gyp] = nodeGyp()
  const { status, error, stdout, stderr } = spawnSync(command, [...gyp, 'rebuild', ...process.argv.slice(2)], {
    cwd: native,
    env: withHeaders(),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  removeStamps()
  const output = `${stdout ?? ''}${stderr ?? ''}`
  if (status === 0) return output.split('\n').some((line) => line.includes('warning:')) ? output : ''
  process.exitCode = 1
  return `${output}${error ?? ''}\nThe addon could not be built: see above.\n`
}

function main() {
  if (process.platform !== 'linux') {
    console.log('netlink exists on Linux only: the addon is not built here, and all but sockets works without.')
    return
  }
  const missing = missingTools()
  if (missing.length > 0) {
    console.error(
      `The addon needs a C++ compiler: install ${missing.join(', ')} (Debian: apt-get install g++ make python3).`,
    )
    process.exitCode = 1
    return
  }
  process.stderr.write(build())
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) main()
