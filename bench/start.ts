import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { printTable } from './print.ts'
import { rowsOf } from './printed.ts'

const cli = fileURLToPath(new URL('../packages/cli/dist/bin.cjs', import.meta.url))
const ROUNDS = 21

function milliseconds(args: readonly string[]): number {
  const begin = performance.now()
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`)
  return performance.now() - begin
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!

/** A whole process that reads a small table, against one that does nothing. */
export async function start(): Promise<void> {
  const rules = await rowsOf([process.execPath, cli, 'rule', '-4', '-6', '--compact'])
  const said = [...(await rowsOf(['ip', '-j', '-4', 'rule'])), ...(await rowsOf(['ip', '-j', '-6', 'rule']))]
  if (rules.length !== said.length) throw new Error(`${rules.length} rules were printed where there are ${said.length}`)
  const [nothing, rule]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    nothing.push(milliseconds(['-e', '0']))
    rule.push(milliseconds([cli, 'rule']))
  }
  const [bare, whole] = [median(nothing), median(rule)]
  printTable(
    'A whole process (median of 21)',
    ['command', 'time', 'ratio'],
    [
      ['node -e 0', `${bare.toFixed(0)} ms`, '1.00'],
      ['netsnap rule', `${whole.toFixed(0)} ms`, (whole / bare).toFixed(2)],
    ],
  )
}
