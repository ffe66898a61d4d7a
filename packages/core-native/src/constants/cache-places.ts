import { lstatSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** A folder for what may be lost. */
export interface CachePlace {
  readonly folder: string
  /** Everybody may write beside it: it has to be ours alone. */
  readonly shared: boolean
}

/** In this order: the user's cache, and for who has none (a service, a container) the folders that all may write to. */
export function cachePlaces(env: NodeJS.ProcessEnv): CachePlace[] {
  const user = process.getuid?.()
  // The XDG specification: an empty value counts as none, a relative one is to be ignored.
  const configured = env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : undefined
  const own = configured ?? join(homeFolder(), '.cache')
  const shared = user === undefined ? [] : sharedFolders(env).map((folder) => join(folder, `netsnap-${user}`))
  return [
    { folder: join(own, 'netsnap'), shared: false },
    ...shared.map((folder) => ({ folder, shared: true })),
  ].filter(({ folder }) => isAbsolute(folder))
}

/** A container whose root cannot be written to still has `/dev/shm`. */
function sharedFolders({ TMPDIR }: NodeJS.ProcessEnv): string[] {
  return TMPDIR ? [TMPDIR] : [tmpdir(), '/dev/shm']
}

/** Of a user that the system does not know there is none: then `HOME` decides, or nothing. */
function homeFolder(): string {
  try {
    return homedir()
  } catch {
    return ''
  }
}

const writableByOthers = 0o022 // not a kernel number: permission bits

/** Whether nobody but us can have put anything there. */
export function isOurs({ folder, shared }: CachePlace): boolean {
  if (!shared) return true
  try {
    const stats = lstatSync(folder)
    return stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & writableByOthers) === 0
  } catch {
    return false
  }
}
