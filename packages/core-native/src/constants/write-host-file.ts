import { mkdirSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type CachePlace, isOurs } from './cache-places.ts'
import type { HostConstants } from './host-file.ts'

/** Writes atomically, readable by the owner alone if it is a cache. */
export function writeHostFile(path: string, content: HostConstants, mode: number): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    // `wx`: never through a link that someone has put there.
    writeFileSync(temporary, JSON.stringify(content), { mode, flag: 'wx' })
    renameSync(temporary, path)
  } catch (error) {
    removeQuietly(temporary)
    throw error
  }
}

export function writeCacheFile(place: CachePlace, name: string, content: HostConstants): void {
  if (place.shared) makeOurs(place)
  else makeFolder(place.folder, 2) // not a kernel number: ~/.cache and ~/.cache/netsnap
  writeHostFile(join(place.folder, name), content, 0o600) // not a kernel number: permission bits
}

/** Whoever was there before us, it is not written to unless it is ours alone. */
function makeOurs(place: CachePlace): void {
  try {
    mkdirSync(place.folder, 0o700) // not a kernel number: permission bits
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  if (!isOurs(place)) throw new Error(`${place.folder} is not a folder of this user's alone`)
}

/**
 * Makes at most `levels` folders, each below one of our own: under sudo, HOME may still be another user's, who could not
 * use a folder of root's. Not recursive: Node's own recursion never returns below /proc.
 */
function makeFolder(folder: string, levels: number): void {
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid
  if (owner === undefined) {
    if (levels === 0) throw new Error(`${folder} does not exist`)
    makeFolder(dirname(folder), levels - 1)
    mkdirSync(folder, 0o700) // not a kernel number: permission bits
  } else if (owner !== process.getuid?.()) {
    throw new Error(`${folder} belongs to another user`)
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It was never made.
  }
}
