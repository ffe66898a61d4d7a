import { readdirSync, readFileSync, statSync } from 'node:fs'
import { remember } from '../base/remember.ts'
import type { Constants } from '../constants/index.ts'
import type { Codec } from './codec.ts'
import { type EnumOptions, type NameAfter, namesAfter, type Open } from './enum.ts'
import { u8 } from './integer.ts'

/** The folders in which iproute2 and the administrator name tables, protocols, scopes and groups; earlier ones win. */
const FOLDERS = ['/etc/iproute2', '/usr/share/iproute2', '/usr/lib/iproute2'] as const

/** A line of `rt_tables` and its siblings: a number, decimal or hexadecimal, and a name. */
const LINE = /^\s*(0x[0-9a-f]+|\d+)\s+([^\s#]+)/i

function readNames(path: string, into: Map<number, string>): void {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return
  }
  for (const line of text.split('\n')) {
    const match = LINE.exec(line)
    const [, number, name] = match ?? []
    if (number && name && !into.has(Number(number))) into.set(Number(number), name)
  }
}

function filesFor(name: string): string[] {
  return FOLDERS.flatMap((folder) => {
    let extra: string[] = []
    try {
      extra = readdirSync(`${folder}/${name}.d`).filter((file) => file.endsWith('.conf'))
    } catch {}
    return [`${folder}/${name}`, ...extra.sort().map((file) => `${folder}/${name}.d/${file}`)]
  })
}

const FRESH_SECONDS = 1

/** The names in one of iproute2's files, read again when a file has changed; looked at once a second at most. */
class NameFile {
  readonly #name: string
  #names = new Map<number, string>()
  #stamp = ''
  #checked = Number.NEGATIVE_INFINITY

  constructor(name: string) {
    this.#name = name
  }

  get(value: number): string | undefined {
    return this.#names.get(value)
  }

  entries(): IterableIterator<[number, string]> {
    return this.#names.entries()
  }

  refresh(): void {
    // performance.now() would load a module.
    const now = process.uptime()
    if (now - this.#checked < FRESH_SECONDS) return
    this.#checked = now
    const files = filesFor(this.#name)
    const stamp = files
      .map((file) => statSync(file, { throwIfNoEntry: false }))
      .map((stat) => `${stat?.mtimeMs}:${stat?.size}`)
      .join()
    if (stamp === this.#stamp) return
    this.#stamp = stamp
    this.#names = new Map()
    for (const file of files) readNames(file, this.#names)
  }
}

const nameFiles = new Map<string, NameFile>()

/** Look whether the administrator has named something anew. Called where a dump begins. */
export function refreshNames(): void {
  for (const file of nameFiles.values()) file.refresh()
}

export interface NamedOptions extends EnumOptions {
  /** iproute2's file of names: `rt_tables`. */
  readonly file: string
}

/**
 * A number that has names from two sides: the kernel's constants, which come first, and iproute2's files, in which the
 * administrator may name more. Without a name it is `unnamed` and the number.
 */
export function named<P extends string, const O extends NamedOptions>(
  prefix: P,
  options: O,
): Codec<Open<NameAfter<P>>> {
  const { unnamed = prefix, scalar = u8, file } = options
  return {
    json: 'shared',
    bind(binding) {
      const kernel = new Map(Object.entries(namesAfter(prefix, binding, options)).map(([v, name]) => [Number(v), name]))
      const administrator = remember(nameFiles, file, (name) => new NameFile(name))
      administrator.refresh()
      const { read, fits } = scalar.bind(binding)
      return {
        fits: fits!,
        read(frame, at, length, record) {
          const value = read(frame, at, length, record)
          return kernel.get(value) ?? administrator.get(value) ?? unnamed + value
        },
      }
    },
    schema: (binding) => ({ type: 'string', examples: Object.values(namesAfter(prefix, binding, options)) }),
  }
}

/** The numbers of names, in lower case: the kernel's after a prefix, and the administrator's from one of iproute2's files. */
export function namesOf(prefix: string, constants: Constants, file?: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const [value, name] of namesAfter(prefix, { constants }).entries())
    if (name) found.set(name.toLowerCase(), value)
  if (file === undefined) return found
  const administrator = remember(nameFiles, file, (name) => new NameFile(name))
  administrator.refresh()
  for (const [value, name] of administrator.entries())
    if (!found.has(name.toLowerCase())) found.set(name.toLowerCase(), value)
  return found
}
