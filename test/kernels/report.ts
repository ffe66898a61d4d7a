// What vitest's reports of several kernels say together: which tests ran where, and which nowhere.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './kernels.ts'

/** How one test ended in one kernel. */
export interface Ended {
  /** The same in every kernel. */
  readonly name: string
  readonly file: string
  readonly status: string
  /** What the kernel lacks of what the test needs. */
  readonly missing?: string | undefined
}

/** What is used of vitest's report. */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[]
      readonly title: string
      readonly status: string
      readonly meta?: { readonly missing?: string }
    }[]
  }[]
}

/** The tests of one report of vitest's. */
export function testsOf(file: string): Ended[] {
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as VitestReport
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const from = path.relative(root, name)
    const tests: Ended[] = assertionResults.map(({ ancestorTitles, title, status: ended, meta }) => ({
      name: [from, ...ancestorTitles, title].filter((part) => part !== '').join(' > '),
      file: from,
      status: ended,
      missing: meta?.missing,
    }))
    // A file that breaks down before its tests begin has failed, though none of its tests did.
    const broken = status === 'failed' && !tests.some((test) => test.status === 'failed')
    return broken ? [...tests, { name: `${from}: ${message.split('\n')[0]}`, file: from, status: 'failed' }] : tests
  })
}

/** The counts of one kernel's tests. `impossible`: it lacks what they need. `skipped`: for other reasons. */
export function countsOf(tests: readonly Ended[]) {
  const count = (is: (test: Ended) => boolean) => tests.filter(is).length
  const passed = count(({ status }) => status === 'passed')
  const failed = count(({ status }) => status === 'failed')
  const impossible = count(({ missing, status }) => missing !== undefined && status !== 'passed' && status !== 'failed')
  return { ran: passed + failed, passed, failed, impossible, skipped: tests.length - passed - failed - impossible }
}

export interface KernelReport {
  readonly kernel: string
  readonly tests: readonly Ended[]
}

export interface Nowhere {
  readonly name: string
  /** By kernel. */
  readonly reasons: ReadonlyMap<string, string>
}

/**
 * The live tests that ran in no kernel, each with the reasons that they gave. Tests that are skipped for what is not the
 * kernel's (a compiler, the network) are theirs to judge.
 */
export function ranNowhere(reports: readonly KernelReport[]): Nowhere[] {
  const found = new Map<string, { name: string; ran: boolean; reasons: Map<string, string> }>()
  for (const { kernel, tests } of reports) {
    for (const { name, file, status, missing } of tests) {
      if (missing === undefined && !file.endsWith('.live.test.ts')) continue
      const test = found.get(name) ?? { name, ran: false, reasons: new Map<string, string>() }
      test.ran ||= status === 'passed' || status === 'failed'
      test.reasons.set(kernel, missing ?? status)
      found.set(name, test)
    }
  }
  return [...found.values()].filter(({ ran }) => !ran)
}

/** The lines of a table; the first column to the left, numbers to the right. */
export function tableOf(rows: readonly (readonly (string | number)[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)))
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? String(cell).padEnd(widths[column]!) : String(cell).padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  )
}

/** What `npm test` says at its end of what this kernel could not run, from the reasons; nothing where it ran all. */
export function leftOut(missing: readonly string[]): string[] {
  const reasons = new Map<string, number>()
  for (const reason of missing) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  if (reasons.size === 0) return []
  return [
    `${missing.length} live tests were left out, for what this kernel lacks:`,
    ...[...reasons].map(([reason, count]) => `  ${String(count).padStart(4)}  ${reason}`),
    'To run them in other kernels: pnpm test:kernels',
  ]
}
