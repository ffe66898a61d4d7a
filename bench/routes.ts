import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { printTable } from './print.ts'
import { compare, rowsOf } from './printed.ts'

const readers = fileURLToPath(new URL('./readers/', import.meta.url))
const cli = fileURLToPath(new URL('../packages/cli/dist/bin.cjs', import.meta.url))

/** Sizes of the tables; `NETSNAP_BENCH_SCALE=0.1` makes them a tenth. */
const SCALE = Number(process.env.NETSNAP_BENCH_SCALE ?? 1)
const [IPV4, IPV6, WIDE, FEW] = [1_000_000, 200_000, 1_000, 100_000].map((count) => Math.ceil(count * SCALE)) as [
  number,
  number,
  number,
  number,
]
const ROUNDS = 7

interface Measured {
  readonly seconds: number
  readonly count?: number
  /** Milliseconds for which the event loop stood still. */
  readonly stall?: number
  /** Peak resident memory in MB. */
  readonly peak?: number
  /** Pages of memory that the process touched for the first time. */
  readonly faults?: number
}

/** A reader that says its own seconds, or whose whole process is timed. */
interface Reader {
  readonly name: string
  readonly command: readonly string[]
  readonly whole?: true
}

function once(namespace: Namespace, { command, whole }: Reader): Measured | undefined {
  const timed = ['/usr/bin/time', '-f', '%M %R', '--', ...command]
  const begin = performance.now()
  const { status, stdout, stderr } = spawnSync('nsenter', [`--net=${namespace.path}`, ...timed], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', whole ? 'ignore' : 'pipe', 'pipe'],
  })
  if (status !== 0) return undefined
  const seconds = (performance.now() - begin) / 1000
  const [kibibytes, faults] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number) as [number, number]
  const memory = { peak: kibibytes / 1024, faults }
  return whole ? { seconds, ...memory } : { ...(JSON.parse(stdout) as Measured), ...memory }
}

/** The readers take turns, so that a noisy minute hits them all; of each the best round counts. */
function race(namespace: Namespace, all: readonly Reader[]): Map<string, Measured> {
  const best = new Map<string, Measured>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const reader of all) {
      const measured = once(namespace, reader)
      if (measured && measured.seconds < (best.get(reader.name)?.seconds ?? Infinity)) best.set(reader.name, measured)
    }
  }
  return best
}

function readersFor(family: 'ipv4' | 'ipv6', discard: string): Reader[] {
  const node = (file: string) => [process.execPath, `${readers}${file}`, family]
  const flag = family === 'ipv4' ? '-4' : '-6'
  return [
    { name: 'C, received and thrown away', command: [discard, family === 'ipv4' ? '2' : '10'] },
    { name: 'streamRoutes, records dropped', command: node('stream.mjs') },
    { name: 'streamRoutes, third time in a process', command: [...node('stream.mjs'), '3'] },
    { name: 'getRoutes, all kept', command: node('all.mjs') },
    { name: 'getRoutes, third time in a process', command: [...node('all.mjs'), '3'] },
    { name: 'netsnap route > /dev/null', command: [process.execPath, cli, 'route', `--${family}`], whole: true },
    {
      name: `ip ${flag} -j route show table all`,
      command: ['ip', flag, '-j', 'route', 'show', 'table', 'all'],
      whole: true,
    },
    { name: 'npm netlink, all kept', command: node('netlink.mjs') },
  ]
}

function report(title: string, best: ReadonlyMap<string, Measured>, all: readonly Reader[]): void {
  const kernel = best.get('C, received and thrown away')!.seconds
  const rows = [...best].map(([name, { seconds, stall, peak, faults }]) => [
    name,
    `${seconds.toFixed(2)} s`,
    `${(seconds / kernel).toFixed(2)} x`,
    peak === undefined ? '' : `${peak.toFixed(0)} MB`,
    stall === undefined ? '' : `${stall.toFixed(0)} ms`,
    name.includes('third time') || faults === undefined ? '' : String(faults),
  ])
  for (const { name } of all) if (!best.has(name)) rows.push([name, 'did not run', '', '', '', ''])
  printTable(title, ['reader', 'best of 7', 'against C', 'peak memory', 'longest stall', 'page faults'], rows)
}

/** Those that print have printed the same rows, and those that count have counted so many. */
async function check(namespace: Namespace, all: readonly Reader[], best: ReadonlyMap<string, Measured>): Promise<void> {
  const printing = all.filter(({ whole }) => whole)
  const [first = [], ...others] = await Promise.all(
    printing.map(({ command }) => rowsOf(['nsenter', `--net=${namespace.path}`, ...command])),
  )
  for (const rows of others) compare(first, rows)
  for (const [name, { count = first.length }] of best) {
    if (count !== first.length) throw new Error(`${name}: ${count} rows of ${first.length}`)
  }
}

async function show(title: string, namespace: Namespace, all: readonly Reader[]): Promise<void> {
  const best = race(namespace, all)
  await check(namespace, all, best)
  report(title, best, all)
}

const ipv4 = (i: number) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`

async function withRoutes(
  lines: Iterable<string>,
  option: string,
  use: (namespace: Namespace) => Promise<void>,
): Promise<void> {
  await using namespace = await createNamespace()
  namespace.run('ip link set lo up; ip link add br0 type bridge; ip link set br0 addrgenmode none; ip link set br0 up')
  namespace.run('ip addr add 172.16.0.1/16 dev br0; ip -6 addr add 2001:db8::1/64 dev br0 nodad')
  namespace.batch(`${option}route`, [...lines])
  await use(namespace)
}

function* repeat(count: number, line: (i: number) => string): Generator<string> {
  for (let i = 0; i < count; i++) yield line(i)
}

function compiled(folder: string, name: string): string {
  const program = path.join(folder, name)
  execFileSync('gcc', ['-O2', '-o', program, `${readers}${name}.c`])
  return program
}

/** A million IPv4 routes, 200,000 IPv6 ones, 1,000 with 64 nexthops: everyone who reads them, side by side. */
export async function routes(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'netsnap-bench-'))
  try {
    const discard = compiled(folder, 'discard')
    const microseconds = execFileSync(compiled(folder, 'touch'), { encoding: 'utf8' }).trim()
    console.log(`\nA page of memory that is touched for the first time costs ${microseconds} µs here.`)
    const narrow = repeat(IPV4, (i) => `add ${ipv4(i)}/32 via 172.16.0.2 dev br0`)
    await withRoutes(narrow, '', (namespace) => show(`${IPV4} IPv4 routes`, namespace, readersFor('ipv4', discard)))
    const six = repeat(
      IPV6,
      (i) => `add 2001:db9:${(i >> 16).toString(16)}:${(i & 65535).toString(16)}::/64 via 2001:db8::2 dev br0 metric 5`,
    )
    await withRoutes(six, '-6 ', (namespace) => show(`${IPV6} IPv6 routes`, namespace, readersFor('ipv6', discard)))
    const hops = Array.from({ length: 64 }, (_, i) => `nexthop via 172.16.1.${i + 1} weight ${i + 1}`).join(' ')
    await withRoutes(
      repeat(WIDE, (i) => `add ${ipv4(i)}/32 ${hops}`),
      '',
      (namespace) => show(`${WIDE} routes with 64 nexthops each`, namespace, readersFor('ipv4', discard)),
    )
    const few = repeat(FEW, (i) => `add ${ipv4(i)}/32 via 172.16.0.2 dev br0`)
    await withRoutes(few, '', (namespace) => {
      const python = { name: 'pyroute2, all kept', command: ['/usr/bin/python3', `${readers}kept.py`, 'ipv4'] }
      return show(`${FEW} IPv4 routes`, namespace, [...readersFor('ipv4', discard), python])
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
