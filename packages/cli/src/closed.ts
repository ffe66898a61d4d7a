import { fstatSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { basename } from 'node:path'

const STDOUT = 1
const SHELL = /^([a-z]*sh|busybox)$/

/**
 * Whether a shell has started this process without a standard output (`>&-`). Node has opened /dev/null in its place, for
 * reading and writing, by the time that we run. Other programs give their children such a /dev/null, to throw the output
 * away; a shell's `>/dev/null` is for writing alone, or is its own standard output.
 */
export function isStdoutClosed(): boolean {
  try {
    // Big numbers, since of others Node keeps the last: of a pipe, it then finds no package behind a symbolic link.
    const { rdev } = statSync('/dev/null', { bigint: true })
    if (fstatSync(STDOUT, { bigint: true }).rdev !== rdev || !isForBoth()) return false
    const parents = statSync(`/proc/${process.ppid}/fd/${STDOUT}`, { bigint: true, throwIfNoEntry: false })
    return parents?.rdev !== rdev && isOfShell()
  } catch {
    // Without /proc, or of a parent that is not ours to look at, nothing is known.
    return false
  }
}

/** O_RDWR, in the octal digits of the flags. */
const isForBoth = () => /^flags:\s+\d*2$/m.test(readFileSync(`/proc/self/fdinfo/${STDOUT}`, 'utf8'))

/** Bash tells a program its path in `_`, and may have become it: then the parent has another one. */
function isOfShell(): boolean {
  if (SHELL.test(basename(readlinkSync(`/proc/${process.ppid}/exe`)))) return true
  const { _: own } = process.env
  return own === process.execPath && !readFileSync(`/proc/${process.ppid}/environ`, 'utf8').includes(`\0_=${own}\0`)
}
