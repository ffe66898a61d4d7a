import { readFileSync } from 'node:fs'
import { hostname, release } from 'node:os'
import { type Dump, NetlinkError, netnsInode, openNetns, openSession } from '@netsnap/core-native'
import { provenance } from '@netsnap/core-native/constants'
import { absenceOf, absentFamily, type FamilyName } from './family.ts'
import { version } from './version.ts'
import { byName } from './wireguard.ts'

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

/** How it all went, as `_metadata` has it. */
interface Reports {
  readonly tables: Record<string, TableReport>
  readonly errors: TableError[]
  readonly warnings: string[]
}

const DECIMALS = 3

type Options = SnapshotOptions & { readonly bigint: true; readonly onInterrupted: 'return' }

/** What reading a table brought, and what to say of it. */
interface Table extends Pick<Dump<unknown>, 'interrupted' | 'restarts'> {
  readonly rows: unknown
  readonly count: number
  readonly warning?: string | undefined
}

interface Reader {
  /** What the table is where it could not be read. */
  readonly empty: unknown
  readonly read: (options: Options) => Promise<Table>
}

/** An array of records. */
const rows = (load: () => Promise<(options: Options) => Promise<Dump<unknown>>>): Reader => ({
  empty: [],
  async read(options) {
    const read = await load()
    const rows = await read(options)
    const { interrupted, restarts } = rows
    return { rows, count: rows.length, interrupted, restarts }
  },
})

const devices: Reader = {
  empty: {},
  async read({ bigint: _, ...options }) {
    const { byName, readDevices } = await import('./device.ts')
    const devices = await readDevices([], options)
    const { interrupted, restarts } = devices
    return { rows: byName(devices), count: devices.length, interrupted, restarts }
  },
}

const wireguard: Reader = {
  empty: {},
  async read(options) {
    const { getWireGuardDevices } = await import('@netsnap/genl-wireguard')
    const devices = await getWireGuardDevices(options)
    const { interrupted, restarts } = devices
    const warning = devices.length === 0 ? await absentFamily('wireguard', options) : undefined
    return { rows: byName(devices), count: devices.length, interrupted, restarts, warning }
  },
}

const dpll: Reader = {
  empty: { devices: [], pins: [] },
  async read(options) {
    const { readDplls } = await import('./dpll.ts')
    const { devices, pins } = await readDplls(options)
    return {
      rows: { devices, pins },
      count: devices.length + pins.length,
      interrupted: devices.interrupted || pins.interrupted,
      restarts: devices.restarts + pins.restarts,
    }
  },
}

/** The tables of a snapshot in the order of their keys. */
const TABLES: Readonly<Record<string, Reader>> = {
  devices,
  routes: rows(async () => (await import('@netsnap/route')).getRoutes),
  rules: rows(async () => (await import('@netsnap/rule')).getRules),
  wireguard,
  dpll,
}

/** Of a table that takes privilege, or that this kernel does not have, there is nothing to see: a warning, no failure. */
function warningOf(table: string, error: NetlinkError): string | undefined {
  if (error.code === 'FAMILY_ABSENT') return absenceOf(table as FamilyName)
  return error.code === 'EPERM' && (table === 'wireguard' || table === 'dpll') ? error.message : undefined
}

/** Without /proc nobody can tell. */
function ownInode(): { inode?: number } {
  try {
    return { inode: netnsInode() }
  } catch {
    return {}
  }
}

function namespaceOf(netns: string | number | undefined): { inode?: number; name?: string } {
  if (netns === undefined) return ownInode()
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
  { tables: reports, errors, warnings }: Reports,
): Promise<unknown> {
  const { empty, read } = TABLES[table]!
  const begin = performance.now()
  try {
    const { rows, count, interrupted, restarts, warning } = await read({
      ...options,
      bigint: true,
      onInterrupted: 'return',
    })
    if (interrupted) warnings.push(`${table}: changed while it was listed, each of ${restarts + 1} times`)
    if (warning !== undefined) warnings.push(warning)
    const milliseconds = Number((performance.now() - begin).toFixed(DECIMALS))
    reports[table] = { count, milliseconds, interrupted, restarts }
    return rows
  } catch (error) {
    if (!(error instanceof NetlinkError)) throw error
    const warning = warningOf(table, error)
    if (warning !== undefined) warnings.push(warning)
    else errors.push({ table, code: error.code, message: error.message })
    return empty
  }
}

/** Every table there is, and `_metadata`: where and when, and how reading went. A table that fails leaves the others be. */
export async function takeSnapshot(options: SnapshotOptions) {
  const netns = namespaceOf(options.netns)
  const tables: Record<string, unknown> = {}
  const reports: Reports = { tables: {}, errors: [], warnings: [] }
  const timestamp = new Date().toISOString()
  for (const table of Object.keys(TABLES)) {
    tables[table] = await readTable(table, options, reports)
  }
  const _metadata = {
    version: version(),
    timestamp,
    hostname: hostname(),
    kernel: kernelRelease(),
    netns,
    constants: provenance(),
    node: process.version,
    ...reports,
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
