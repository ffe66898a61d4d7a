import { existsSync } from 'node:fs'
import { NetlinkError } from '../base/errors.ts'
import { packageFile, requireFromPackage } from '../base/package.ts'
import type { Transport } from './transport.ts'

/** The addon's socket has a `Transport`'s methods; its errors are bare, with an `errno`. */
export interface NativeSocket
  extends Pick<Required<Transport>, 'send' | 'receive' | 'subscribe' | 'restart' | 'close'> {
  readonly port: number
}
export interface Addon {
  readonly Socket: new (protocol: number, netns?: number) => NativeSocket
  /** An `ArrayBuffer` of memory of its own. */
  readonly allocate: (bytes: number) => ArrayBuffer
}

let addon: Addon | undefined

/** Loaded at the first socket, not before: all else works where the addon does not. */
export function loadAddon(): Addon {
  if (addon !== undefined) return addon
  if (process.platform !== 'linux') {
    throw missing(`netlink sockets exist on Linux only, and this is ${process.platform}`)
  }
  try {
    addon = openUsual() ?? search()
    return addon
  } catch (cause) {
    throw missing(howToBuild(), cause)
  }
}

/** By these node-gyp-build is told to look for another one. */
const toldOtherwise = ['PREBUILDS_ONLY', 'LIBC', 'npm_config_arch', 'npm_config_platform']

/** What was built here goes before what came with the package, as node-gyp-build has it. */
function usualFiles(): string[] {
  if (toldOtherwise.some((name) => process.env[name])) return []
  const libc = existsSync('/etc/alpine-release') ? 'musl' : 'glibc'
  const files = ['build/Release/netsnap_core.node', `prebuilds/linux-${process.arch}/netsnap.${libc}.node`]
  return files.map((file) => packageFile('native', file)).filter((file) => existsSync(file))
}

/** From where it nearly always is: opening it takes 1 ms, and loading what would look for it 5 more. */
function openUsual(): Addon | undefined {
  for (const file of usualFiles()) {
    const opened = { exports: {} }
    try {
      process.dlopen(opened, file)
      return opened.exports as Addon
    } catch {
      // Of another system, perhaps. Where none loads, node-gyp-build says why.
    }
  }
  return undefined
}

function search(): Addon {
  const load = requireFromPackage('node-gyp-build') as (directory: string) => Addon
  return load(packageFile('native'))
}

function howToBuild(): string {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  const libc = report.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc'
  const script = packageFile('scripts/build-native.mjs')
  return (
    `the addon of @netsnap/core-native for ${process.platform}-${process.arch} (${libc}) is not there or does not load. ` +
    `To build it, install a C++ compiler, make and Python (on Debian: g++ make python3) and run: node ${script}`
  )
}

function missing(message: string, cause?: unknown): NetlinkError {
  return new NetlinkError(message, { code: 'ADDON_MISSING', operation: 'open', cause })
}
