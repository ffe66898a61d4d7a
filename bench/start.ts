import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { printTable } from './print.ts'
import { rowsOf } from './printed.ts'

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const cli = file('../packages/cli/dist/bin.cjs')
const ROUNDS = 21
const FEWER = 5

function milliseconds(args: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  const begin = performance.now()
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore', env: { ...process.env, ...env } })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`)
  return performance.now() - begin
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!

/** The medians of what a reader prints, each time in a process of its own. */
function mediansOf(namespace: Namespace, reader: string, rounds: number): Record<string, number> {
  const said = Array.from({ length: rounds }, () =>
    namespace.json<Record<string, number>>(`${process.execPath} ${file(`readers/${reader}.mjs`)}`),
  )
  return Object.fromEntries(Object.keys(said[0]!).map((key) => [key, median(said.map((one) => one[key]!))]))
}

/** Headers by another name: no file of constants is of these, and none can be kept. */
const anew = { NETSNAP_HEADERS: '/usr/include/', XDG_CACHE_HOME: '/dev/null/none', TMPDIR: '/dev/null/none' }

const commands: readonly (readonly [name: string, args: readonly string[], env?: NodeJS.ProcessEnv])[] = [
  ['node -e 0', ['-e', '0']],
  ['netsnap rule', [cli, 'rule']],
  ['netsnap rule, constants read anew', [cli, 'rule'], anew],
  ["import('@netsnap/route')", ['-e', `import(${JSON.stringify(file('../packages/route/dist/index.js'))})`]],
]

/** Whole processes that read a small table, or none, against one that does nothing. */
function wholeProcesses(): void {
  const times = commands.map((): number[] => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, [, args, env]] of commands.entries()) times[i]!.push(milliseconds(args, env))
  }
  const bare = median(times[0]!)
  printTable(
    `A whole process (median of ${ROUNDS})`,
    ['command', 'time', 'ratio', 'more than node'],
    commands.map(([name], i) => {
      const whole = median(times[i]!)
      return [name, `${whole.toFixed(0)} ms`, (whole / bare).toFixed(2), `${(whole - bare).toFixed(0)} ms`]
    }),
  )
}

async function withinProcesses(): Promise<void> {
  await using namespace = await createNamespace()
  const first = mediansOf(namespace, 'first', ROUNDS)
  if (first.count !== 0) throw new Error(`${first.count} routes were read where there are none`)
  const again = mediansOf(namespace, 'again', FEWER)
  printTable(
    `In a process (medians of ${ROUNDS} and of ${FEWER} processes)`,
    ['what', 'time', 'page faults', 'collections'],
    [
      ["import('@netsnap/route')", `${first.import!.toFixed(1)} ms`, '', ''],
      ['getRoutes() the first time, of an empty table', `${first.first!.toFixed(1)} ms`, '', ''],
      ['getRules() again', `${again.median!.toFixed(0)} µs`, again.faults!.toFixed(1), again.collections!.toFixed(3)],
    ],
  )
}

export async function start(): Promise<void> {
  const rules = await rowsOf([process.execPath, cli, 'rule', '-4', '-6', '--compact'])
  const said = [...(await rowsOf(['ip', '-j', '-4', 'rule'])), ...(await rowsOf(['ip', '-j', '-6', 'rule']))]
  if (rules.length !== said.length) throw new Error(`${rules.length} rules were printed where there are ${said.length}`)
  wholeProcesses()
  await withinProcesses()
}
