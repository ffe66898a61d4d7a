import { stringify } from '@netsnap/core-native/compile'

/** The command line in this process, a hundred times as fast as a process of its own. `vi.mock` of `output.ts` leads here. */
export interface Shown {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

const written = { stdout: '', stderr: '' }

const take = (piece: string | Uint8Array): void => {
  written.stdout += typeof piece === 'string' ? piece : Buffer.from(piece).toString()
}

/** What stands for what writes. */
export const captured = {
  print: async (piece: string | Uint8Array): Promise<void> => take(piece),
  printAll: async (pieces: Iterable<string>): Promise<void> => {
    for (const piece of pieces) take(piece)
  },
  complain: (sentence: string): void => {
    written.stderr += `netsnap: ${sentence.trim().replaceAll(/\s*\n\s*/g, ' ')}\n`
  },
}

let before: Promise<unknown> = Promise.resolve()

/** Run the command line with these arguments, after those that were asked for before. */
export async function show(args: readonly string[]): Promise<Shown> {
  const shown = before.then(() => showNow(args))
  before = shown.catch(() => undefined)
  return shown
}

async function showNow(args: readonly string[]): Promise<Shown> {
  const { main } = await import('../src/main.ts')
  Object.assign(written, { stdout: '', stderr: '' })
  const before = process.exitCode
  try {
    return { status: await main(args), ...written }
  } finally {
    process.exitCode = before
  }
}

/** Each of these alone, and every two of them in both orders. */
export function pairsOf<T>(all: readonly T[]): T[][] {
  return all.flatMap((one) => [[one], ...all.filter((other) => other !== one).map((other) => [one, other])])
}

const FORMS = ['-j', '--ndjson', '-t', '-s', '-v', '-c']
const together = ['-c -j', '-s -v']

/** Whether two of these flags say different forms. */
export function formsClash(flags: readonly string[]): boolean {
  const forms = flags.filter((flag) => FORMS.includes(flag))
  return new Set(forms).size > 1 && !together.includes([...new Set(forms)].sort().join(' '))
}

interface Texts {
  readonly text: string
  readonly summary: string
}

/** What is printed of records in the form that the flags say; `json` is what an array would be instead. */
export function inForm(flags: readonly string[], records: readonly unknown[], texts: Texts, json: unknown = records) {
  if (flags.includes('-t')) return texts.text
  if (flags.includes('-s') || flags.includes('-v')) return texts.summary
  return JSON.parse(stringify(flags.includes('--ndjson') ? records : json))
}

/** What was printed, in the same form: parsed where it is JSON. */
export function asPrinted(flags: readonly string[], stdout: string): unknown {
  if (['-t', '-s', '-v'].some((flag) => flags.includes(flag))) return stdout
  if (flags.includes('--ndjson'))
    return stdout.split(/\n(?!$)/).flatMap((line) => (line === '' ? [] : JSON.parse(line)))
  if (flags.includes('-c') && stdout.trimEnd().includes('\n')) throw new Error(`more than one line: ${stdout}`)
  if (!stdout.endsWith('\n')) throw new Error('no line feed at the end')
  return JSON.parse(stdout)
}
