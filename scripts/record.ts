/**
 * Records what the running kernel sends for the states in a package's test/cases.ts, each in a network namespace of its
 * own: `pnpm record rule`. Beside the bytes (<case>-<kernel>.nl) stands what made them and what iproute2 says of the
 * same state (<case>-<kernel>.json): the tests compare with that, never with our own output.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { openNetns, openSocket, Session } from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import type { Table } from '@netsnap/core-native/schema'
import { type Capability, createNamespace, missing, needs, recordingTransport } from '@netsnap/core-native/testing'

/** What a package's test/cases.ts exports. */
interface Cases {
  readonly cases: Readonly<Record<string, readonly string[]>>
  /** Commands that print the same state as JSON, by a name. */
  readonly oracles: Readonly<Record<string, string>>
  readonly table: Table
  /** Reads what the recording is to hold. Default: one dump of the table. */
  readonly read?: (session: Session) => Promise<unknown>
  /** What a state is made of that a kernel may lack. */
  readonly needed?: Readonly<Record<string, readonly Capability[]>>
}

const kernel = readFileSync('/proc/sys/kernel/osrelease', 'utf8')
  .trim()
  .replace(/^(\d+\.\d+).*/, '$1')

async function record(folder: string, name: string, commands: readonly string[], { oracles, table, read }: Cases) {
  await using namespace = await createNamespace()
  for (const command of commands) namespace.run(command)
  const netns = openNetns(namespace.path)
  const transport = recordingTransport(openSocket(constant('NETLINK_ROUTE'), { netns: netns.fd }))
  netns.close()
  await using session = new Session(transport)
  await (read ? read(session) : session.dump(table))
  const oracle = Object.fromEntries(
    Object.entries(oracles).map(([key, command]) => [key, { command, output: namespace.json(command) }]),
  )
  const release = readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim()
  const iproute2 = execFileSync('ip', ['-V'], { encoding: 'utf8' }).trim()
  writeFileSync(`${folder}/${name}-${kernel}.nl`, transport.recorded())
  writeFileSync(
    `${folder}/${name}-${kernel}.json`,
    `${JSON.stringify({ kernel: release, iproute2, commands, oracle }, null, 2)}\n`,
  )
  console.log(`${folder}/${name}-${kernel}.nl: ${transport.recorded().length} bytes`)
}

for (const name of process.argv.slice(2)) {
  const folder = `packages/${name}/test/dumps`
  mkdirSync(folder, { recursive: true })
  const made = (await import(new URL(`../packages/${name}/test/cases.ts`, import.meta.url).href)) as Cases
  for (const [state, commands] of Object.entries(made.cases)) {
    const lacking = missing(needs(...(made.needed?.[state] ?? [])))
    if (lacking === undefined) await record(folder, state, commands, made)
    else console.log(`${name}: the state "${state}" ${lacking}`)
  }
}
