import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'

/** A network namespace of a test's own, empty but for `lo`, which is down. */
export interface Namespace {
  /** The process that holds it. */
  readonly pid: number
  readonly path: string
  /** Run a shell command in it and return what it prints. Throws what the command says when it fails. */
  run(command: string): string
  /** Run many commands of `ip` for one object in one go: `batch('rule', ['add pref 7 ...', ...])`, `batch('-6 route', ...)`. */
  batch(object: string, lines: readonly string[]): void
  /** Run a command that prints JSON, as `ip -j -d rule` does. */
  json<T = unknown>(command: string): T
  /** End it, with all that is in it. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const longestOutput = 1 << 30 // not a kernel number: what a command may print

/** Make a network namespace. Its process ends with its standard input, so with this process too: nothing is left over. */
export async function createNamespace(): Promise<Namespace> {
  const child = spawn('unshare', ['--net', 'cat'], { stdio: ['pipe', 'pipe', 'pipe'] })
  await inNamespace(child)
  const { pid } = child as { pid: number }
  const path = `/proc/${pid}/ns/net`
  const run = (command: string, input = '') =>
    execute('nsenter', [`--net=${path}`, 'sh', '-c', command], { command, input })
  const close = () => end(child)
  return {
    pid,
    path,
    run: (command) => run(command),
    batch(object, lines) {
      const [, options = '', name = ''] = /^((?:-\S+ +)*)(.*)$/.exec(object) ?? []
      run(`ip ${options}-batch -`, lines.map((line) => `${name} ${line}\n`).join(''))
    },
    json: <T>(command: string) => JSON.parse(run(command).trim() || '[]') as T,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** `cat` gives back what it is given once it runs: by then the namespace is there. */
async function inNamespace(child: ChildProcess): Promise<void> {
  const complaint: Buffer[] = []
  child.stderr?.on('data', (data: Buffer) => complaint.push(data))
  child.stdin?.on('error', () => {})
  child.stdin?.write('\n')
  const ended = once(child, 'close').then(() => {
    throw new Error(`no network namespace could be made: ${Buffer.concat(complaint).toString().trim()}`)
  })
  ended.catch(() => {})
  await Promise.race([once(child.stdout!, 'data'), ended])
  // A test that forgets to close must still be able to end.
  child.unref()
  for (const pipe of child.stdio) (pipe as Socket | null)?.unref()
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.ref()
  const ended = once(child, 'exit')
  child.stdin?.end()
  await ended
}

function execute(
  program: string,
  args: readonly string[],
  { command, input }: { command: string; input: string },
): string {
  const { status, signal, error, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    input,
    maxBuffer: longestOutput,
  })
  if (status === 0) return stdout
  throw new Error(`${command}: ${stderr.trim() || error?.message || `ended with ${status ?? signal}`}`)
}

/** Why live tests cannot run here, or undefined when they can. */
export function liveTestsPossible(): string | undefined {
  if (process.platform !== 'linux') return `this is ${process.platform}, not Linux`
  const needs: [string, string, ...string[]][] = [
    ['ip (iproute2) is missing', 'ip', '-V'],
    ['no network namespace can be made', 'unshare', '--net', 'true'],
    ['no network namespace can be entered', 'nsenter', '--net=/proc/self/ns/net', 'true'],
  ]
  for (const [reason, command, ...args] of needs) {
    const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' })
    if (status !== 0) return `${reason}: ${error?.message ?? stderr.trim()}`
  }
  return undefined
}
