import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const file = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))

/** In kernels where starting node is slow, the build is run, which starts faster. */
const built = process.env.NETSNAP_TEST_BUILT === '1'

/** Node's arguments that run a source file, without a build. */
export const nodeArguments = (bin: string, args: readonly string[]) =>
  built
    ? [file(`dist/${bin}.cjs`), ...args]
    : ['--conditions=@netsnap/source', '--import', import.meta.resolve('tsx'), file(`src/${bin}.ts`), ...args]

// A terminal's or CI's environment must not change what comes out.
const { NO_COLOR: _, FORCE_COLOR: __, ...rest } = process.env
const env = { ...rest, CI: '1' }

async function ended(command: string, args: readonly string[]): Promise<Run> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (data: Buffer) => out.push(data))
  child.stderr.on('data', (data: Buffer) => err.push(data))
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }
}

/** Run one of the commands with arguments. */
export const run = (args: readonly string[], bin = 'bin'): Promise<Run> =>
  ended(process.execPath, nodeArguments(bin, args))

/** Bash, for the status of each part of a pipeline; the command is `netsnap`. */
function shellArguments(script: string): string[] {
  const quoted = [process.execPath, ...nodeArguments('bin', [])].map((word) => `'${word}'`).join(' ')
  return ['-c', `netsnap() { ${quoted} "$@"; }\n${script}`]
}

/** Run the command in a pipeline of the shell's: `netsnap rule | head -c 1`. */
export function runShell(script: string): Run {
  const { status, stdout, stderr } = spawnSync('bash', shellArguments(script), { env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

/** The same, beside others. */
export const runInShell = (script: string): Promise<Run> => ended('bash', shellArguments(script))

/** What went well: JSON on stdout, and nothing else anywhere. */
export async function json<T = unknown>(args: readonly string[], bin = 'bin'): Promise<T> {
  const { status, stdout, stderr } = await run(args, bin)
  if (status !== 0 || stderr !== '') throw new Error(`netsnap ${args.join(' ')}: status ${status}: ${stderr}`)
  if (!stdout.endsWith('\n')) throw new Error('no line break at the end')
  return JSON.parse(stdout) as T
}
