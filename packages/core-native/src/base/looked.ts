import { type Stats, statSync } from 'node:fs'

/**
 * What a look at a file brought. Of a pipe or a socket Node must not be left with that: until the next look
 * `fs.realpathSync`, by which `require` finds a package behind a symbolic link, then stops amid the path.
 */
export function looked<S extends Stats | undefined>(stats: S): S {
  if (stats?.isFIFO() || stats?.isSocket()) statSync('/')
  return stats
}
