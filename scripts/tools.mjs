// What the scripts of the repository share: running tools quietly, and a pnpm for turbo where none is installed.
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, chmodSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const pnpm = 'pnpm@10.34.9'

const shims = path.join(root, 'node_modules/.cache/netsnap/bin')

/** Whether a program can be started by this name. */
export function hasProgram(name) {
  if (name.includes('/')) return existsSync(name)
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, name), constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}

/** The environment of the workspace's tools. */
export function workspaceEnvironment() {
  const env = {
    ...process.env,
    // pnpm would ask before it removes a node_modules of another make, and nobody could answer.
    CI: 'true',
    TURBO_TELEMETRY_DISABLED: '1',
    NO_COLOR: '1',
    PATH: [shims, path.join(root, 'node_modules/.bin'), process.env.PATH].join(path.delimiter),
  }
  // From `npm -s`: pnpm would not even say why it failed.
  delete env.npm_config_loglevel
  return env
}

/** Turbo runs each package's scripts through pnpm. Where npx put the right one is found out once: asking takes 1 s. */
export function writePnpmShim() {
  const asked = spawnSync('npx', ['--yes', `--package=${pnpm}`, '-c', 'command -v pnpm'], {
    cwd: root,
    encoding: 'utf8',
    env: workspaceEnvironment(),
  })
  const found = asked.status === 0 ? asked.stdout.trim() : ''
  const direct = found === '' ? '' : `[ -x '${found}' ] && exec '${found}' "$@"\n`
  mkdirSync(shims, { recursive: true })
  writeFileSync(path.join(shims, 'pnpm'), `#!/bin/sh\n${direct}exec npx --yes ${pnpm} "$@"\n`)
  chmodSync(path.join(shims, 'pnpm'), 0o755)
}

/** Run a tool at the root and keep what it prints. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: workspaceEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    }
    child.on('error', (error) => resolve({ ok: false, output: `${output}${command}: ${error.message}\n` }))
    child.on('close', (code) => resolve({ ok: code === 0, output }))
  })
}
