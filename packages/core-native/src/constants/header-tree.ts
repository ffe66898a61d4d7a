import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readSmallFile } from '../base/small-file.ts'
import { kernelSocketHeader } from './headers.ts'
import type { ReadHeader } from './reader/preprocess.ts'

/** Where the headers below a root lie: an include folder (/usr/include), or a kernel's source or headers package. */
export interface HeaderTree {
  /** Holds `linux/`. */
  readonly uapi: string
  /** Holds the kernel's own `linux/socket.h`, in a source tree. */
  readonly kernel: string | undefined
  /** Holds `bits/socket.h`, for an include folder. */
  readonly libc: string | undefined
}

export function headerTree(root: string): HeaderTree | undefined {
  const source = join(root, 'include')
  if (existsSync(join(source, 'uapi/linux'))) return { uapi: join(source, 'uapi'), kernel: source, libc: undefined }
  if (!existsSync(join(root, 'linux'))) return undefined
  return { uapi: root, kernel: undefined, libc: libcFolder(root) }
}

/** Debian and its children keep the C library's headers in a folder of the architecture. */
function libcFolder(root: string): string | undefined {
  if (existsSync(join(root, 'bits/socket.h'))) return root
  const folders = namesIn(root).filter((name) => /^[\w]+-linux-\w+$/.test(name))
  return folders.map((name) => join(root, name)).find((folder) => existsSync(join(folder, 'bits/socket.h')))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

const MOST_BYTES = 16 * 1024 * 1024 // not a kernel number: the longest header has half of one

export function headerPath(tree: HeaderTree, header: string): string | undefined {
  if (header === kernelSocketHeader) return tree.kernel && join(tree.kernel, 'linux/socket.h')
  if (header.startsWith('bits/')) return tree.libc && join(tree.libc, header)
  return join(tree.uapi, header)
}

export function headerReader(tree: HeaderTree): ReadHeader {
  return (header) => {
    const path = headerPath(tree, header)
    try {
      return path === undefined ? undefined : readSmallFile(path, { limit: MOST_BYTES }).toString()
    } catch {
      return undefined
    }
  }
}
