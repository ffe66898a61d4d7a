import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

const pnpmFolder = join(root, 'node_modules/.cache/netsnap/bin')

/** This process's environment without what npm or pnpm told it: a client in it starts afresh. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm|pnpm|NETSNAP|VITEST|NODE_ENV)/i.test(name))
  return { ...Object.fromEntries(own), PATH: [pnpmFolder, process.env.PATH].join(delimiter) }
}

const longest = 60_000

/** Never in a synchronous way: the registry that the clients ask is in this process. */
export function run(
  command: string,
  args: readonly string[],
  { cwd = root, env = {} }: RunOptions = {},
): Promise<Ended> {
  const options = { cwd, env: { ...cleanEnvironment(), ...env }, maxBuffer: 1 << 26, timeout: longest }
  return new Promise((resolve) => {
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      const failure = error === null || child.exitCode !== null ? '' : `${error.message} ${error.signal ?? ''}`
      resolve({ status: child.exitCode, stdout, stderr: stderr + failure })
    })
    child.stdin?.end()
  })
}

/** What a command prints; what it says when it fails is the error. */
export async function must(command: string, args: readonly string[], options?: RunOptions): Promise<string> {
  const { status, stdout, stderr } = await run(command, args, options)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${stdout}${stderr}`)
  return stdout
}

/** A PATH with what package managers and these tests need, and no compiler, make or Python. */
export function pathWithoutCompiler(folder: string): string {
  mkdirSync(folder)
  symlinkSync(process.execPath, join(folder, 'node'))
  const programs = [
    'npm',
    'npx',
    'pnpm',
    'sh',
    'bash',
    'env',
    'ip',
    'unshare',
    'uname',
    'sed',
    'dirname',
    'basename',
    'cat',
  ]
  const places = (cleanEnvironment().PATH ?? '').split(delimiter)
  for (const program of programs) {
    const place = places.find((path) => path !== '' && existsSync(join(path, program)))
    if (place !== undefined) symlinkSync(join(place, program), join(folder, program))
  }
  return folder
}

const namespace = process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net']

/** Why these tests cannot run here, or undefined when they can. */
export async function impossible(): Promise<string | undefined> {
  if ((await run('unshare', [...namespace, 'true'])).status !== 0) return 'no network namespace can be made'
  if ((await run('npm', ['view', 'picocolors', 'version'])).status !== 0) return 'the npm registry cannot be reached'
  return undefined
}

/** Run a command in a network namespace of its own with one rule more. `seen` is what `ip` says of its rules. */
export async function inNamespace(
  command: readonly string[],
  options: RunOptions,
): Promise<Ended & { readonly seen: string }> {
  const script = 'ip rule add pref 77 table 9 && ip -j rule && echo && exec "$@"'
  const ended = await run('unshare', [...namespace, 'sh', '-c', script, 'sh', ...command], options)
  const end = ended.stdout.indexOf('\n')
  return { ...ended, seen: ended.stdout.slice(0, end), stdout: ended.stdout.slice(end).trim() }
}
