/**
 * `pnpm record PACKAGE ... [--kernel NAME] [--state NAME ...]`: records what a kernel sends for the states (all, or those
 * named) in a package's test/cases.ts, each in a network namespace of its own. Beside the bytes (<state>-<kernel>.nl) stands what made them and what iproute2
 * says of the same state (<state>-<kernel>.json): the tests compare with that, never with our own output. A state that a
 * kernel cannot make has only the .json, which says why. NAME is one of test/kernels/kernels.ts; this machine's without.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openNetns, Session } from '@netsnap/core-native'
import { type ConstantName, constant } from '@netsnap/core-native/constants'
import type { Table } from '@netsnap/core-native/schema'
import { type Capability, createNamespace, missing, needs, recordingTransport } from '@netsnap/core-native/testing'
import { openSocket } from '../packages/core-native/src/socket/socket.ts'
import { kernelNamed, runIn } from '../test/kernels/kernels.ts'

/** What a package's test/cases.ts exports. */
interface Cases {
  readonly cases: Readonly<Record<string, readonly string[]>>
  /** Commands that print the same state, by a name: as JSON, or as text where `text` is set. */
  readonly oracles: Readonly<Record<string, string>>
  readonly text?: true
  readonly table: Table
  /** The netlink protocol that is spoken. Default: `NETLINK_ROUTE`. */
  readonly protocol?: ConstantName
  /** Reads what the recording is to hold. Default: one dump of the table. */
  readonly read?: (session: Session) => Promise<unknown>
  /** What a state is made of that a kernel may lack. */
  readonly needed?: Readonly<Record<string, readonly Capability[]>>
}

const version = release().replace(/^(\d+\.\d+).*/, '$1')
const iproute2 = execFileSync('ip', ['-V'], { encoding: 'utf8' }).trim()
const dumpsOf = (name: string) => `packages/${name}/test/dumps`

function describe(file: string, about: object): void {
  writeFileSync(`${file}.json`, `${JSON.stringify({ kernel: release(), iproute2, ...about }, null, 2)}\n`)
}

async function record(file: string, commands: readonly string[], made: Cases) {
  const { oracles, table, read, text, protocol = 'NETLINK_ROUTE' } = made
  await using namespace = await createNamespace()
  for (const command of commands) namespace.run(command)
  const netns = openNetns(namespace.path)
  const transport = recordingTransport(openSocket(constant(protocol), { netns: netns.fd }))
  netns.close()
  await using session = new Session(transport)
  await (read ? read(session) : session.dump(table))
  const oracle = Object.fromEntries(
    Object.entries(oracles).map(([key, command]) => [
      key,
      { command, output: text ? namespace.run(command) : namespace.json(command) },
    ]),
  )
  writeFileSync(`${file}.nl`, transport.recorded())
  describe(file, { commands, oracle })
  console.log(`${file}.nl: ${transport.recorded().length} bytes`)
}

/** All states of a package, on the running kernel, into a folder. */
async function recordAll(name: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const made = (await import(new URL(`../packages/${name}/test/cases.ts`, import.meta.url).href)) as Cases
  for (const [state, commands] of Object.entries(made.cases)) {
    if (values.state !== undefined && !values.state.includes(state)) continue
    const file = join(folder, `${state}-${version}`)
    const lacking = missing(needs(...(made.needed?.[state] ?? [])))
    if (lacking === undefined) {
      await record(file, commands, made)
    } else {
      rmSync(`${file}.nl`, { force: true })
      describe(file, { commands, missing: lacking })
      console.log(`${file}: ${lacking}`)
    }
  }
}

/** The same in another kernel, which sees this folder but cannot write here: what it makes is fetched. */
async function recordIn(kernel: string, names: readonly string[]): Promise<void> {
  const out = mkdtempSync(join(tmpdir(), 'netsnap-record-'))
  try {
    const args = ['--conditions=@netsnap/source', '--import', 'tsx', 'scripts/record.ts', ...names, '--into', out]
    for (const state of values.state ?? []) args.push('--state', state)
    const status = await runIn(kernelNamed(kernel), [process.execPath, ...args], { out })
    if (status !== 0) throw new Error(`${kernel}: ended with ${status}`)
    for (const name of names) {
      // The .json comes before the .nl, which may be gone.
      for (const file of readdirSync(join(out, name)).sort()) {
        if (file.endsWith('.json')) rmSync(join(dumpsOf(name), file.replace(/json$/, 'nl')), { force: true })
        copyFileSync(join(out, name, file), join(dumpsOf(name), file))
      }
    }
  } finally {
    rmSync(out, { recursive: true })
  }
}

const { values, positionals } = parseArgs({
  options: {
    kernel: { type: 'string', default: 'host' },
    state: { type: 'string', multiple: true },
    into: { type: 'string' },
  },
  allowPositionals: true,
})
const { kernel, into } = values
if (kernel === 'host') {
  for (const name of positionals) await recordAll(name, into === undefined ? dumpsOf(name) : join(into, name))
} else {
  await recordIn(kernel, positionals)
}
