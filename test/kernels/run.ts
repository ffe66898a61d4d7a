// `pnpm test:kernels [PART OF A PATH ...]`: the live tests on each kernel, and what ran where.
//   --kernel NAME   only this kernel; may be given again
//   --host FILE     vitest's report of this machine's kernel, which is not run again then
// A failing test fails the run. So does a test that ran nowhere, with NETSNAP_REQUIRE_LIVE=1; without, it is a warning.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Kernel, kernelNamed, liveTests, results, runIn, usual } from './kernels.ts'
import { countsOf, type Ended, ranNowhere, tableOf, testsOf } from './report.ts'

const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const required = process.env.NETSNAP_REQUIRE_LIVE === '1'
interface Report {
  readonly kernel: Kernel
  readonly tests: readonly Ended[]
  readonly seconds?: number
  /** Why there is no report of vitest's. */
  readonly broken?: string
  /** It was made before, by whoever counts it. */
  readonly given?: boolean
}

/** The status of a guest whose kernel ended by itself. */
const kernelDied = 125

/** For a guest: commands are run as they are built. */
const slow = { NO_COLOR: '1', NETSNAP_TEST_BUILT: '1', NETSNAP_TEST_SLOW: '1' }

/** vitest's arguments: types are not the kernel's to check, and what a guest is slow at must not fail. */
const vitestArguments = (kernel: Kernel, report: string, files: readonly string[]) => [
  'run',
  ...files,
  '--typecheck.enabled=false',
  ...(kernel.script === undefined ? [] : ['--maxWorkers=1']),
  `--testTimeout=${kernel.seconds.test * 1000}`,
  `--hookTimeout=${kernel.seconds.test * 1000}`,
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
]

/** Run the tests in one kernel. A kernel that breaks down gets a second chance, and says that it took it. */
async function runTests(kernel: Kernel, wanted: readonly string[], chances = 2): Promise<Report> {
  const files = liveTests(kernel, wanted)
  if (files.length === 0) return { kernel, tests: [], seconds: 0 }
  const report = path.join(results, `${kernel.name}.json`)
  rmSync(report, { force: true })
  const start = performance.now()
  const print = (line: string) => console.log(`${kernel.title} | ${line}`)
  const command = [process.execPath, vitest, ...vitestArguments(kernel, report, files)]
  const status = await runIn(kernel, command, { print, env: kernel.script === undefined ? {} : slow })
  const seconds = Math.round((performance.now() - start) / 1000)
  if (existsSync(report)) return { kernel, tests: testsOf(report), seconds }
  if (status === kernelDied && chances > 1) {
    print('this kernel broke down: it is started again')
    return runTests(kernel, wanted, chances - 1)
  }
  return { kernel, tests: [], seconds, broken: `ended with ${status} and without a report` }
}

/** This machine's kernel first: two guests at once would disturb what is timed there. */
async function runAll(names: readonly string[], host: string | undefined, wanted: readonly string[]) {
  const chosen = names.map(kernelNamed)
  const own = host === undefined ? chosen.filter(({ script }) => script === undefined) : []
  const reports: Report[] =
    host === undefined ? [] : [{ kernel: kernelNamed('host'), tests: testsOf(host), given: true }]
  for (const kernel of own) reports.push(await runTests(kernel, wanted))
  const guests = chosen.filter(({ script }) => script !== undefined)
  const attempts = guests.map((kernel) =>
    runTests(kernel, wanted).catch(
      (error: Error): Report => ({ kernel, tests: [], seconds: 0, broken: error.message }),
    ),
  )
  return [...reports, ...(await Promise.all(attempts))]
}

function printTable(reports: readonly Report[]): void {
  const header = ['kernel', 'ran', 'passed', 'failed', 'not possible', 'skipped', 'seconds']
  const rows = reports.map(({ kernel, tests, seconds }) => {
    const { ran, passed, failed, impossible, skipped } = countsOf(tests)
    return [kernel.title, ran, passed, failed, impossible, skipped, seconds ?? '']
  })
  console.log(`\n${tableOf([header, ...rows]).join('\n')}`)
}

/** The lines of what is wrong; a report that was given has had its failures counted by whoever made it. */
function problemsOf(reports: readonly Report[], nowhere: readonly { readonly name: string }[]): string[] {
  const broken = reports.filter((report) => report.broken).map(({ kernel, broken }) => `${kernel.title}: ${broken}`)
  const failed = reports
    .filter(({ given }) => !given)
    .flatMap(({ kernel, tests }) =>
      tests.filter(({ status }) => status === 'failed').map(({ name }) => `${kernel.title}: ${name}`),
    )
  return [...broken, ...failed, ...(required ? nowhere.map(({ name }) => `ran nowhere: ${name}`) : [])]
}

async function main(): Promise<void> {
  const options = { kernel: { type: 'string', multiple: true }, host: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const reports = await runAll(values.kernel ?? usual, values.host, positionals)
  printTable(reports)
  const nowhere = ranNowhere(reports.map(({ kernel, tests }) => ({ kernel: kernel.title, tests })))
  if (nowhere.length > 0) console.log(`\n${nowhere.length} tests ran nowhere${required ? '' : ' (a warning)'}:`)
  for (const { name, reasons } of nowhere) {
    console.log(`  ${name}`)
    for (const [kernel, reason] of reasons) console.log(`      ${kernel}: ${reason}`)
  }
  const problems = problemsOf(reports, nowhere)
  for (const problem of problems) console.log(`FAIL  ${problem}`)
  const passed = reports.filter(({ given }) => !given).reduce((sum, { tests }) => sum + countsOf(tests).passed, 0)
  writeFileSync(path.join(results, 'counts'), `${passed} ${problems.length}\n`)
  console.log(`kernels: ${passed} passed, ${problems.length} failed`)
  if (problems.length > 0) process.exitCode = 1
}

await main()
