import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs'
import { looked } from './looked.ts'

type Path = string | Buffer

/** What is asked of a file before it is read. */
export interface SmallFileOptions {
  /** The most bytes that it may have. */
  readonly limit: number
  /** Not through a symbolic link. */
  readonly noFollow?: boolean
  /** Whether whoever owns it is to be believed. */
  readonly trusted?: (stats: Stats) => boolean
}

function requireFile(path: Path, stats: Stats, { limit, trusted = () => true }: SmallFileOptions): void {
  if (!stats.isFile()) throw new Error(`${String(path)} is no regular file`)
  if (stats.size > limit) throw new Error(`${String(path)} is larger than ${limit} bytes`)
  if (!trusted(stats)) throw new Error(`${String(path)} may have been written by somebody else`)
}

/**
 * The bytes of a file of names or of a cache, in whose place anything may stand. It never waits: a pipe would for its
 * writer, and a device may act when it is opened. Throws what the system says, or why the file is not read.
 */
export function readSmallFile(path: Path, options: SmallFileOptions): Buffer {
  requireFile(path, looked(statSync(path)), { limit: options.limit })
  const noFollow = options.noFollow ? constants.O_NOFOLLOW : 0
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | noFollow)
  try {
    requireFile(path, looked(fstatSync(descriptor)), options)
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
