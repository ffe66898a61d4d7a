import { readFileSync } from 'node:fs'
import { hostname, release } from 'node:os'
import { type Dump, NetlinkError, netnsInode, openNetns, openSession } from '@netsnap/core-native'
import { provenance } from '@netsnap/core-native/constants'
import { version } from './version.ts'

export interface SnapshotOptions {
  readonly netns?: string | number | undefined
  readonly captureUnknown: boolean
}

/** How reading one table went. */
interface TableReport {
  readonly count: number
  readonly milliseconds: number
  /** The table changed while it was listed, to the last: rows may be missing, or there twice. */
  readonly interrupted: boolean
  /** How often it was read again because of that. */
  readonly restarts: number
}

interface TableError {
  readonly table: string
  readonly code: string
  readonly message: string
}

const DECIMALS = 3

type Read = (options: SnapshotOptions & { bigint: true; onInterrupted: 'return' }) => Promise<Dump<unknown>>

/** The tables of a snapshot in the order of their keys. */
const TABLES: Readonly<Record<string, () => Promise<Read>>> = {
  routes: async () => (await import('@netsnap/route')).getRoutes,
  rules: async () => (await import('@netsnap/rule')).getRules,
}

function namespaceOf(netns: string | number | undefined): { inode: number; name?: string } {
  if (netns === undefined) return { inode: netnsInode() }
  // What is no network namespace, or may not be entered, is an error of the whole, not of each table.
  openSession('NETLINK_ROUTE', { netns }).close()
  const namespace = openNetns(netns)
  try {
    const name = typeof netns === 'string' && !netns.includes('/') ? { name: netns } : {}
    return { inode: netnsInode(namespace.fd), ...name }
  } finally {
    namespace.close()
  }
}

async function readTable(
  table: string,
  options: SnapshotOptions,
  reports: Record<string, TableReport>,
  errors: TableError[],
  warnings: string[],
): Promise<unknown[]> {
  const read = await TABLES[table]!()
  const begin = performance.now()
  try {
    const rows = await read({ ...options, bigint: true, onInterrupted: 'return' })
    const { interrupted, restarts } = rows
    if (interrupted) warnings.push(`${table}: changed while it was listed, each of ${restarts + 1} times`)
    const milliseconds = Number((performance.now() - begin).toFixed(DECIMALS))
    reports[table] = { count: rows.length, milliseconds, interrupted, restarts }
    return rows
  } catch (error) {
    if (!(error instanceof NetlinkError)) throw error
    errors.push({ table, code: error.code, message: error.message })
    return []
  }
}

/** Every table there is, and `_metadata`: where and when, and how reading went. A table that fails leaves the others be. */
export async function takeSnapshot(options: SnapshotOptions) {
  const netns = namespaceOf(options.netns)
  const tables: Record<string, unknown> = {}
  const reports: Record<string, TableReport> = {}
  const errors: TableError[] = []
  const warnings: string[] = []
  const timestamp = new Date().toISOString()
  for (const table of Object.keys(TABLES)) {
    tables[table] = await readTable(table, options, reports, errors, warnings)
  }
  const _metadata = {
    version: version(),
    timestamp,
    hostname: hostname(),
    kernel: kernelRelease(),
    netns,
    constants: provenance(),
    node: process.version,
    tables: reports,
    errors,
    warnings,
  }
  return { ...tables, _metadata }
}

/** The kernel's own word; `os.release()` is the same but for emulated systems. */
function kernelRelease(): string {
  try {
    return readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim()
  } catch {
    return release()
  }
}
