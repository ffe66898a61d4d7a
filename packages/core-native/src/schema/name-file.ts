import { readdirSync, statSync } from 'node:fs'
import { looked } from '../base/looked.ts'
import { remember } from '../base/remember.ts'
import { readSmallFile } from '../base/small-file.ts'
import { textOf } from './text.ts'

/** The administrator's folder, and where distributions put what iproute2 comes with. */
const FOLDERS = ['/etc/iproute2', '/usr/share/iproute2', '/usr/lib/iproute2'] as const

const MOST_BYTES = 1024 * 1024 // not a kernel number: a thousand times what such a file has
const MAX_U32 = 2 ** 32 - 1
const FRESH_SECONDS = 1

/** Paths are bytes, one a character. */
const onDisk = (path: string): Buffer => Buffer.from(path, 'latin1')

/** Tells whether a file is still the one that was read; undefined where there is none. */
function stampOf(path: string): string | undefined {
  try {
    const { ino, size, mtimeMs } = looked(statSync(onDisk(path)))
    return `${path} ${ino} ${size} ${mtimeMs}`
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : `${path} ${code}`
  }
}

function additionsIn(folder: string): string[] {
  try {
    return readdirSync(onDisk(folder), 'latin1').filter((file) => file.endsWith('.conf') && !file.startsWith('.'))
  } catch {
    return []
  }
}

interface Source {
  readonly path: string
  readonly stamp: string
}

/**
 * The files that hold names, the stronger later: of the main file the first folder's, then of each addition
 * (`rt_tables.d/X.conf`) the first folder's.
 */
function sourcesOf(name: string): Source[] {
  const main = FOLDERS.map((folder) => `${folder}/${name}`)
  const additions = new Map<string, string>()
  for (const folder of FOLDERS) {
    for (const file of additionsIn(`${folder}/${name}.d`).sort())
      remember(additions, file, () => `${folder}/${name}.d/${file}`)
  }
  const weakestFirst = FOLDERS.toReversed().flatMap((folder) =>
    [...additions.values()].filter((path) => path.startsWith(`${folder}/`)),
  )
  const found = (paths: readonly string[]) =>
    paths.flatMap((path) => {
      const stamp = stampOf(path)
      return stamp === undefined ? [] : [{ path, stamp }]
    })
  return [...found(main).slice(0, 1), ...found(weakestFirst)]
}

/** A number, decimal or hexadecimal, and a name, which ends where there is white space: it may hold a `#`. */
const ENTRY = /^(?:0x([0-9a-f]+)(?![0-9a-f])|(\d+)(?!\d))[ \t\v\f\r]*([^ \t\v\f\r]+)/i
/** A number that is none of ours. */
const NEGATIVE = /^-\d+[ \t\v\f\r]*[^ \t\v\f\r]/

type Entry = readonly [number: number, name: string]

/** The entries of a file up to the first line that is none, where `ip` stops too. */
function entriesOf(bytes: Buffer): Entry[] {
  const entries: Entry[] = []
  for (const line of bytes.toString('latin1').split('\n')) {
    const text = line.replace(/^[ \t]*/, '').replace(/\0.*/s, '')
    if (text === '' || text.startsWith('#') || NEGATIVE.test(text)) continue
    const [, hexadecimal, decimal, name] = ENTRY.exec(text) ?? []
    if (name === undefined) break
    const number = hexadecimal === undefined ? Number(decimal) : Number(`0x${hexadecimal}`)
    if (number <= MAX_U32) entries.push([number, textOf(Buffer.from(name, 'latin1'))])
  }
  return entries
}

function readEntries({ path }: Source): Entry[] {
  try {
    return entriesOf(readSmallFile(onDisk(path), { limit: MOST_BYTES }))
  } catch {
    return []
  }
}

/** `ip` looks for a name in 256 lists of numbers, one after the other, and in each from its end. */
const listOf = (number: number) => number % 256 // not a kernel number: iproute2's

/**
 * The names in one of iproute2's files and its additions, read again when one has changed; looked at once a second at most.
 * Of two names for a number the last stands, and both select it. Whatever is wrong with a file only leaves its names out.
 */
export class NameFile {
  readonly #file: string
  #names = new Map<number, string>()
  #numbers = new Map<string, number>()
  #stamp = ''
  #checked = Number.NEGATIVE_INFINITY

  constructor(file: string) {
    this.#file = file
  }

  name(number: number): string | undefined {
    return this.#names.get(number)
  }

  /** The numbers of the names, as they are written. */
  get numbers(): ReadonlyMap<string, number> {
    return this.#numbers
  }

  refresh(): void {
    // performance.now() would load a module.
    const now = process.uptime()
    if (now - this.#checked < FRESH_SECONDS) return
    this.#checked = now
    const sources = sourcesOf(this.#file)
    const stamp = sources.map((source) => source.stamp).join('\n')
    if (stamp === this.#stamp) return
    this.#stamp = stamp
    this.#names = new Map()
    this.#numbers = new Map()
    for (const [number, name] of sources.flatMap(readEntries)) {
      this.#names.set(number, name)
      const known = this.#numbers.get(name)
      if (known === undefined || listOf(number) <= listOf(known)) this.#numbers.set(name, number)
    }
  }
}

const nameFiles = new Map<string, NameFile>()

/** The names in one of iproute2's files (`rt_tables`), as they are now. */
export function nameFile(file: string): NameFile {
  const found = remember(nameFiles, file, () => new NameFile(file))
  found.refresh()
  return found
}

/** Look whether the administrator has named something anew. Called where a dump begins. */
export function refreshNames(): void {
  for (const file of nameFiles.values()) file.refresh()
}
