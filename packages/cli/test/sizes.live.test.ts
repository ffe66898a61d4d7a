/**
 * What is printed of few rows and of many, in every form and into everything that takes it, row by row what the library
 * and `ip` say. The sizes stand on both sides of what the code does at a time: 32 KiB and 128 KiB of a reply (slices of an
 * exchange), a buffer of a receive, 64 KiB of text, 8 MiB that are held back.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { stringify } from '@netsnap/core-native/compile'
import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { getNexthops, getRoutes, type Nexthop, type Route } from '@netsnap/route'
import { getRules, type Rule } from '@netsnap/rule'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { asIpNexthop, asIpRoute } from '../../route/test/iproute2.ts'
import { asIpRule } from '../../rule/test/iproute2.ts'
import { nexthopSummary, nexthopTable } from '../src/render/nexthop.ts'
import { routeSummary, routeTable } from '../src/render/route.ts'
import { ruleSummary, ruleTable } from '../src/render/rule.ts'
import { show } from './in-process.ts'
import { runInShell } from './run.ts'

// Of what runs in this process. Others write themselves.
vi.mock('../src/output.ts', async (original) => ({
  ...(await original<typeof import('../src/output.ts')>()),
  ...(await import('./in-process.ts')).captured,
}))

const folder = mkdtempSync(path.join(tmpdir(), 'netsnap-sizes-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Where the output goes; all of it ends up in a file. In the last the command finds that the pipe is full, and waits itself. */
const takers = {
  'a file': (command: string, file: string) => `${command} > ${file}`,
  'a pipe': (command: string, file: string) => `${command} | cat > ${file}`,
  'a slow pipe': (command: string, file: string) => `${command} | (sleep 0.6; cat) > ${file}`,
  'a slow pipe that does not block': (command: string, file: string) =>
    `(python3 -c 'import os; os.set_blocking(1, False)'; ${command}) | (sleep 0.6; cat) > ${file}`,
} as const

type Taker = keyof typeof takers

let files = 0

async function printed(args: readonly string[], taker: Taker): Promise<string> {
  const file = path.join(folder, String(files++))
  const command = `netsnap ${args.map((word) => `'${word}'`).join(' ')}`
  const ended = await runInShell(`set -o pipefail; ${takers[taker](command, file)}`)
  expect(ended).toEqual({ status: 0, stdout: '', stderr: '' })
  const text = readFileSync(file, 'utf8')
  rmSync(file)
  return text
}

/** The first of two lists of rows that differ, and how many there are: a whole comparison says too much of 60,000. */
function expectRows(rows: readonly string[], expected: readonly string[]): void {
  const at = rows.findIndex((row, i) => row !== expected[i])
  expect({ rows: rows.length, row: rows[at] }).toEqual({
    rows: expected.length,
    row: at < 0 ? undefined : expected[at],
  })
}

/** A value whose objects have their fields in the order of their names. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(fields.map(([name, field]) => [name, ordered(field)]))
}

/** Records as one text each, whatever the order of their fields. */
const texts = (records: readonly object[]) => records.map((record) => stringify(ordered(record)))

const forms: Readonly<Record<string, (text: string) => object[]>> = {
  '--json': JSON.parse,
  '--compact': JSON.parse,
  '--ndjson': (text) => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)])),
}

/** The lines of text, without their headings and the width of their columns. */
const linesOf = (text: string, headings: RegExp) =>
  text
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' ').trim())
    .filter((line) => line !== '' && !headings.test(line))

const LONG = 'fifteen-chars-0'
const network = (i: number) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}/32`
const hops = Array.from({ length: 64 }, (_, i) => `nexthop via 172.16.1.${i + 1} dev ${LONG} weight ${i + 1}`).join(' ')
const metrics = 'mtu lock 1400 window 5000 rtt 3s ssthresh 7 cwnd 9 initcwnd 10 initrwnd 11 advmss 1200 reordering 5'

/** One row in fifty is long, and of the last ones one in five hundred: of many nexthops, or of many metrics. */
const every = (i: number) => (i < 5000 ? i % 50 : i % 500)

function routeLine(i: number): string {
  if (every(i) === 7) return `add ${network(i)} ${hops}`
  if (every(i) === 9) return `add ${network(i)} via 172.16.0.2 dev ${LONG} ${metrics} table ${i + 1000}`
  return `add ${network(i)} via 172.16.0.2 dev ${LONG}`
}

function nexthopLine(i: number): string {
  const group = Array.from({ length: Math.min(i, 40) }, (_, member) => `${i - member},${member + 1}`).join('/')
  return every(i) === 49 ? `add id ${i + 1} group ${group}` : `add id ${i + 1} via 172.16.${i % 200}.7 dev ${LONG}`
}

const ruleLine = (i: number) => {
  const more =
    i % 50 === 7 ? `to 192.0.2.0/24 fwmark 0xffff/0xfffff oif ${LONG} uidrange 1-2000 ipproto udp dport 7-9` : ''
  return `add pref ${i + 1} from ${network(i)} ${more} table 1000`
}

interface Rows {
  readonly command: readonly string[]
  /** The object of `ip`, and a line that adds one to it. */
  readonly object: string
  readonly line: (i: number) => string
  readonly sizes: readonly number[]
  /** At which of them the command is a process of its own, which takes a while. */
  readonly processes: readonly number[]
  readonly read: (netns: string) => Promise<object[]>
  /** What `ip` says, and the records in its form. */
  readonly said: string
  readonly asIp: (records: readonly never[]) => object[]
  readonly table: (records: readonly never[]) => string
  readonly summary: (records: readonly never[]) => string
  readonly headings: RegExp
}

/** In user-mode Linux, where the build is tested, so many take minutes. */
const LARGE = process.env.NETSNAP_TEST_SLOW === '1' ? [] : [60_000]

const kinds: Readonly<Record<string, Rows>> = {
  routes: {
    command: ['route'],
    object: 'route',
    line: routeLine,
    sizes: [1, 300, 1000, 5000, ...LARGE],
    processes: [1, 300, 1000, 5000, ...LARGE],
    read: (netns) => getRoutes({ netns }),
    said: 'ip -j -d -4 route show table all',
    asIp: (routes: readonly Route[]) =>
      routes.filter(({ family }) => family === 'ipv4').map((route) => asIpRoute(route, [])),
    table: routeTable,
    summary: routeSummary,
    headings: /^(family destination|Routes:|ipv[46] \()/,
  },
  'nexthop objects': {
    command: ['route', '--nexthops'],
    object: 'nexthop',
    line: nexthopLine,
    sizes: [1, 300, 1000, 5000, ...LARGE],
    processes: [300, ...LARGE],
    read: (netns) => getNexthops({ netns, stats: true }),
    said: 'ip -j -d nexthop',
    asIp: (objects: readonly Nexthop[]) => objects.map(asIpNexthop),
    table: nexthopTable,
    summary: nexthopSummary,
    headings: /^(id family|Nexthop objects:)/,
  },
  rules: {
    command: ['rule'],
    object: 'rule',
    line: ruleLine,
    // The kernel looks through the list for each that it adds.
    sizes: [1, 300, 1000, 5000],
    processes: [5000],
    read: (netns) => getRules({ netns }),
    said: 'ip -j -d -4 rule',
    asIp: (rules: readonly Rule[]) => rules.filter(({ family }) => family === 'ipv4').map(asIpRule),
    table: ruleTable,
    summary: ruleSummary,
    headings: /^(family priority|Rules:|(ipv4|ipv6|ipmr|ip6mr) \()/,
  },
}

describeLive('few rows and many', () => {
  describe.each(Object.entries(kinds))('%s', (_, kind) => {
    let namespace: Namespace
    let size = 0
    beforeAll(async () => {
      namespace = await createNamespace()
      namespace.run(`ip link set lo up; ip link add ${LONG} type bridge; ip link set ${LONG} addrgenmode none`)
      namespace.run(`ip link set ${LONG} up; ip addr add 172.16.0.1/16 dev ${LONG}`)
    })
    afterAll(() => namespace.close())

    test.each(kind.sizes)('%i', async (count) => {
      namespace.batch(
        kind.object,
        Array.from({ length: count - size }, (_, i) => kind.line(size + i)),
      )
      size = count
      const netns = namespace.path
      const records = await kind.read(netns)
      expect(records.length).toBeGreaterThanOrEqual(count)
      expectRows(texts(kind.asIp(records as never[])), texts(namespace.json<object[]>(kind.said)))

      const all = Object.keys(takers) as Taker[]
      const taker = (i: number) => all[(kind.sizes.indexOf(count) + i) % all.length]!
      const print = async (form: string, i: number) => {
        const args = [...kind.command, '-n', netns, form]
        return kind.processes.includes(count) ? printed(args, taker(i)) : (await show(args)).stdout
      }
      const names = [...Object.keys(forms), '--text', '--summary']
      const [json, compact, lines, text, summary] = await Promise.all(names.map(print))
      const expected = texts(records)
      for (const [i, parse] of Object.values(forms).entries()) {
        expectRows(texts(parse([json, compact, lines][i]!)), expected)
      }
      for (const [shown, render] of [[text, kind.table] as const, [summary, kind.summary] as const]) {
        const each = records.flatMap((record) => linesOf(render([record as never]), kind.headings))
        expectRows(linesOf(shown!, kind.headings), each)
      }
    })

    test('all of them in the snapshot', async () => {
      const netns = namespace.path
      const { routes, rules } = JSON.parse(await printed(['snap', '-n', netns], 'a slow pipe')) as Record<
        string,
        object[]
      >
      expectRows(texts(routes!), texts(await getRoutes({ netns, captureUnknown: false })))
      expectRows(texts(rules!), texts(await getRules({ netns, captureUnknown: false })))
    })
  })
})
