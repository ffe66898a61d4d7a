import { closeSync, constants, fstatSync, openSync, type Stats, statSync } from 'node:fs'
import { NetlinkError } from '../base/errors.ts'
import { looked } from '../base/looked.ts'

/** A network namespace that is held open. */
export interface Netns {
  /** The descriptor, for `openSocket`. */
  readonly fd: number
  /** It is this process's own: a socket needs not enter it, which would take privilege. */
  readonly own: boolean
  /** May be called more than once. */
  close(): void
}

/** Where `ip netns` keeps its names; the second is the older place. */
const nameFolders = ['/run/netns', '/var/run/netns']

/**
 * Open a network namespace: a number is the id of a process that is in it, a text with a slash a path, and any other
 * text a name as `ip netns` gives them.
 *
 * Throws `TypeError` for what can be none of these, and `NetlinkError`: `ENOENT`, `EACCES`, ..., or `EINVAL` for what
 * is no namespace. That it is one of the *network* only shows when a socket is opened in it.
 */
export function openNetns(netns: string | number): Netns {
  const paths = candidates(netns)
  for (const path of paths) {
    const fd = openNamespace(path, netns)
    if (fd !== undefined) return holder(fd)
  }
  throw refusal('ENOENT', absent(netns))
}

/** Whether a descriptor is of the namespace that this thread is in. */
function isOwn(fd: number): boolean {
  for (const path of ['/proc/thread-self/ns/net', '/proc/self/ns/net']) {
    try {
      const [own, { dev, ino }] = [looked(statSync(path)), looked(fstatSync(fd))]
      return own.dev === dev && own.ino === ino
    } catch {}
  }
  return false
}

/** The inode number that tells network namespaces apart: of this process's own, or of a descriptor's. */
export function netnsInode(fd?: number): number {
  return fd === undefined ? statSync('/proc/self/ns/net').ino : fstatSync(fd).ino
}

function candidates(netns: string | number): string[] {
  if (typeof netns === 'number') {
    if (!Number.isSafeInteger(netns) || netns <= 0) {
      throw new TypeError(`a process id must be a positive integer, not ${netns}`)
    }
    return [`/proc/${netns}/ns/net`]
  }
  if (typeof netns !== 'string') throw new TypeError('a network namespace is given by name, path or process id')
  if (netns === '') throw new TypeError('the name of a network namespace must not be empty')
  if (netns.includes('\0')) throw new TypeError('the name of a network namespace must not hold a NUL')
  return netns.includes('/') ? [netns] : nameFolders.map((folder) => `${folder}/${netns}`)
}

function absent(netns: string | number): string {
  if (typeof netns === 'number') return `no process ${netns} to share a network namespace with`
  return netns.includes('/') ? `no network namespace at ${netns}` : `no network namespace named "${netns}"`
}

/** The descriptor, or undefined when nothing is at that path. */
function openNamespace(path: string, netns: string | number): number | undefined {
  try {
    // A namespace looks like a regular file. To open a pipe would wait for its writer, a device may act on it.
    const found: Stats | undefined = looked(statSync(path, { throwIfNoEntry: false }))
    if (found === undefined) return undefined
    if (!found.isFile()) throw refusal('EINVAL', `${path} is not a network namespace`)
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (error instanceof NetlinkError || code === undefined) throw error
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    const whose = typeof netns === 'number' ? `of process ${netns}` : `"${netns}"`
    throw refusal(code, `the network namespace ${whose} cannot be opened`, error)
  }
}

function holder(fd: number): Netns {
  let open = true
  return {
    fd,
    own: isOwn(fd),
    close() {
      if (open) closeSync(fd)
      open = false
    },
  }
}

function refusal(code: string, sentence: string, cause?: unknown): NetlinkError {
  return new NetlinkError(`${sentence} (${code})`, { code, operation: 'open', cause })
}
