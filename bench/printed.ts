import { spawnSync } from 'node:child_process'
import { closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

interface Row {
  readonly dst?: string
}

/** Run a command that prints rows, once, and read what it printed. What is wrong is not fast. */
export async function rowsOf(command: readonly string[]): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'netsnap-bench-'))
  const file = path.join(folder, 'printed')
  const output = openSync(file, 'w')
  try {
    const [program = '', ...args] = command
    const { status } = spawnSync(program, args, { stdio: ['ignore', output, 'inherit'] })
    if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}`)
    return await parsed(file)
  } finally {
    closeSync(output)
    rmSync(folder, { recursive: true })
  }
}

/** A whole array in one line, or one with a row a line: of those that are larger than a text can be. */
async function parsed(file: string): Promise<Row[]> {
  const rows: Row[] = []
  let state: 'before' | 'in' | 'after' = 'before'
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (state === 'before' && line !== '[') return JSON.parse(readFileSync(file, 'utf8')) as Row[]
    if (state === 'before') state = 'in'
    else if (line === ']') state = 'after'
    else if (state === 'in') rows.push(JSON.parse(line.replace(/,$/, '')) as Row)
    else throw new Error('there is something behind the array')
  }
  if (state !== 'after') throw new Error('the array has no end')
  return rows
}

/** `ip` leaves the length of a whole address out, and has a name for all of them. */
const destination = ({ dst = '' }: Row) => dst.replace(/\/(32|128)$/, '').replace(/^(0\.0\.0\.0|::)\/0$/, 'default')

/** Two lists of rows that must be of the same destinations. */
export function compare(rows: readonly Row[], others: readonly Row[]): void {
  if (rows.length !== others.length)
    throw new Error(`${rows.length} rows were printed where there are ${others.length}`)
  const at = rows.findIndex((row, i) => destination(row) !== destination(others[i]!))
  if (at >= 0) throw new Error(`row ${at} is ${JSON.stringify(rows[at])} where it is ${JSON.stringify(others[at])}`)
}
