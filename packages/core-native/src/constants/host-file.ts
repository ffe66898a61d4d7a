import { existsSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs'
import { release, version } from 'node:os'
import { dirname, join } from 'node:path'
import { looked } from '../base/looked.ts'
import { packageFile } from '../base/package.ts'
import { readSmallFile } from '../base/small-file.ts'
import type { Layer } from './searchable.ts'

/** What this machine has to read constants from. */
export interface Inputs {
  /** A folder of headers; undefined if there is none. */
  readonly headers: string | undefined
  /** The BTF of the running kernel; undefined if there is none. */
  readonly btf: string | undefined
}

/** Tells whether constants that were generated earlier, perhaps on another machine, are those of this one now. */
export interface Fingerprint {
  readonly package: string
  readonly arch: string
  readonly headers: string | null
  /** Path, size and time of each header that was read, and of their folder, where new ones would appear. */
  readonly files: readonly (readonly [path: string, size: number, time: number])[]
  readonly kernel: string | null
  readonly modules: readonly string[]
}

/** Modules that may hold enums and structs of ours, as files beside vmlinux in /sys/kernel/btf. */
const kernelModules: ReadonlySet<string> = new Set(
  (
    'wireguard dpll bridge bonding 8021q vxlan geneve bareudp macsec macvlan macvtap ipvlan ipvtap vrf veth team tun tap ' +
    'ip_tunnel ip_gre ip6_gre ipip sit ip6_tunnel ip_vti ip6_vti xfrm_interface gtp hsr batman_adv can_dev can_raw vxcan ' +
    'amt netkit ipv6 mpls_router mpls_iptunnel ila ib_ipoib rmnet nlmon wwan dsa_core devlink ovpn pfcp'
  ).split(' '),
)

/** NETSNAP_HEADERS and NETSNAP_BTF name other places, or 'none'. */
export function findInputs(env: NodeJS.ProcessEnv = process.env): Inputs {
  const isLinux = process.platform === 'linux'
  const headers = chosen(env.NETSNAP_HEADERS, isLinux ? '/usr/include' : undefined)
  const btf = chosen(env.NETSNAP_BTF, isLinux ? '/sys/kernel/btf/vmlinux' : undefined)
  return {
    headers: headers !== undefined && holdsHeaders(headers) ? headers : undefined,
    btf: btf !== undefined && statOf(btf)?.isFile() ? btf : undefined,
  }
}

/** Undefined where there is nothing, or nothing that may be seen. */
export function statOf(path: string): Stats | undefined {
  try {
    return looked(statSync(path))
  } catch {
    return undefined
  }
}

function chosen(override: string | undefined, usual: string | undefined): string | undefined {
  if (override === 'none') return undefined
  return override || usual
}

function holdsHeaders(root: string): boolean {
  return existsSync(join(root, 'linux')) || existsSync(join(root, 'include/uapi/linux'))
}

/** The fingerprint of this machine as it is, as far as it can be told without the list of files. */
export function identify({ headers, btf }: Inputs): Omit<Fingerprint, 'files'> {
  return {
    package: packageVersion(),
    arch: process.arch,
    headers: headers ?? null,
    // The build's number and date are in version(): a kernel of one's own keeps its release.
    kernel: btf === undefined ? null : `${btf} ${statSync(btf).size} ${release()} ${version()}`,
    modules: btf === undefined ? [] : presentModules(btf),
  }
}

/** The modules in use that may hold something of ours. */
export function presentModules(vmlinux: string): string[] {
  try {
    return readdirSync(dirname(vmlinux)).filter((name) => kernelModules.has(name))
  } catch {
    return []
  }
}

function packageVersion(): string {
  const text = readFileSync(packageFile('package.json'), 'utf8')
  return String((JSON.parse(text) as { version?: unknown }).version)
}

/** Whether what was made then holds now. Modules may have been unloaded since: what they told is still true. */
export function fits(made: Fingerprint, now: Omit<Fingerprint, 'files'>): boolean {
  return (
    made.package === now.package &&
    made.arch === now.arch &&
    made.headers === now.headers &&
    made.kernel === now.kernel &&
    now.modules.every((name) => made.modules.includes(name)) &&
    made.files.every(([path, size, time]) => {
      const stat = statOf(path)
      return stat !== undefined && stat.size === size && stat.mtimeMs === time
    })
  )
}

/** What a machine says beyond the bundled snapshot, or otherwise; kept in a file between processes. */
export interface HostConstants {
  readonly fingerprint: Fingerprint
  /** Version of the headers that were read. */
  readonly headersVersion: string | null
  readonly kernelRelease: string | null
  readonly kernel: Layer | null
  readonly headers: Layer | null
}

/** Written by the install script, beside package.json. */
export const installedFile = (): string => packageFile('constants.host.json')

const MOST_BYTES = 16 * 1024 * 1024 // not a kernel number: such a file has a hundred KiB

/** The file's content, unless it is damaged, no file, or someone else could have written it. */
export function readHostFile(path: string, ownOnly: boolean): HostConstants | undefined {
  try {
    const options = { limit: MOST_BYTES, ...(ownOnly ? { noFollow: true, trusted: isOurs } : {}) }
    const content: unknown = JSON.parse(readSmallFile(path, options).toString())
    return isHostConstants(content) ? content : undefined
  } catch {
    return undefined
  }
}

const writableByOthers = 0o022 // not a kernel number: permission bits

function isOurs({ uid, mode }: Stats): boolean {
  return (uid === process.getuid?.() || uid === 0) && (mode & writableByOthers) === 0
}

function isHostConstants(content: unknown): content is HostConstants {
  if (!isObject(content) || !isFingerprint(content.fingerprint)) return false
  return [content.kernel, content.headers].every((layer) => layer === null || isLayer(layer))
}

function isFingerprint(value: unknown): boolean {
  if (!isObject(value) || !Array.isArray(value.modules) || !Array.isArray(value.files)) return false
  return value.files.every((file) => Array.isArray(file) && typeof file[0] === 'string')
}

function isLayer(layer: unknown): boolean {
  if (!isObject(layer) || !isObject(layer.groups) || !Object.values(layer.groups).every(isNumbers)) return false
  if (layer.macros !== undefined && !isNumbers(layer.macros)) return false
  if (layer.structs !== undefined && !(isObject(layer.structs) && Object.values(layer.structs).every(isStruct)))
    return false
  const order = layer.networkOrder
  return order === undefined || (isObject(order) && isNumbers(order.be16) && isNumbers(order.be32))
}

function isNumbers(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((one) => Number.isSafeInteger(one))
}

function isStruct(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isMember)
}

function isMember(value: unknown): boolean {
  if (Array.isArray(value)) return isMember(value[0]) && Number.isSafeInteger(value[1])
  return typeof value === 'string' || isStruct(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
