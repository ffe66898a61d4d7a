import { join } from 'node:path'
import { packageFile, requireFromPackage } from '../base/package.ts'
import { bundledRelease, bundledTexts, newerRelease } from './bundled.ts'
import { type CachePlace, cachePlaces, isOurs } from './cache-places.ts'
import {
  findInputs,
  fits,
  type HostConstants,
  type Inputs,
  identify,
  installedFile,
  readHostFile,
} from './host-file.ts'
import { type Constants, constantsFrom } from './lookup.ts'

/** Where this process has its constants from. */
export interface Provenance {
  /** 'install' and 'cache': a file made earlier; 'generated': read just now; 'snapshot': the bundled ones alone. */
  readonly origin: 'install' | 'cache' | 'generated' | 'snapshot'
  /** The file that the origin means. */
  readonly file: string | null
  readonly headers: { readonly path: string; readonly version: string | null } | null
  /** Release of the kernel whose BTF was read. */
  readonly kernel: string | null
  /** Release of the bundled definitions, and of the newer kernel from which a few were added. */
  readonly snapshot: string
  readonly newer: string
  /** What went wrong on the way; none of it keeps anything from working. */
  readonly problems: readonly string[]
}

export interface Resolution {
  readonly constants: Constants
  readonly provenance: Provenance
}

type Generator = typeof import('./generator.ts')

/** Never throws: whatever fails, the bundled definitions remain. */
export function resolve(env: NodeJS.ProcessEnv = process.env): Resolution {
  const problems: string[] = []
  try {
    const inputs = findInputs(env)
    const { origin, file, host } = find(inputs, env, problems)
    return resolution(origin, file, inputs, host, problems)
  } catch (error) {
    problems.push(messageOf(error))
    return resolution('snapshot', null, { headers: undefined, btf: undefined }, undefined, problems)
  }
}

interface Answer {
  readonly origin: Provenance['origin']
  readonly file: string | null
  readonly host: HostConstants | undefined
}

function find(inputs: Inputs, env: NodeJS.ProcessEnv, problems: string[]): Answer {
  if (inputs.headers === undefined && inputs.btf === undefined)
    return { origin: 'snapshot', file: null, host: undefined }
  const now = identify(inputs)
  const file = installedFile()
  const installed = readHostFile(file, false)
  if (installed && fits(installed.fingerprint, now)) return { origin: 'install', file, host: installed }
  const places = cachePlaces(env)
  const name = `constants-${keyOf(inputs)}.json`
  for (const place of places) {
    const file = join(place.folder, name)
    const host = isOurs(place) ? readHostFile(file, true) : undefined
    if (host && fits(host.fingerprint, now)) return { origin: 'cache', file, host }
  }
  const host = loadGenerator().generate(inputs)
  return { origin: 'generated', file: keep(host, places, name, problems), host }
}

/** In the first place that takes it; null where there is none. */
function keep(host: HostConstants, places: readonly CachePlace[], name: string, problems: string[]): string | null {
  const refusals: string[] = []
  for (const place of places) {
    try {
      loadGenerator().writeCacheFile(place, name, host)
      return join(place.folder, name)
    } catch (error) {
      refusals.push(messageOf(error))
    }
  }
  if (refusals.length > 0) problems.push(`not cached: ${refusals.join('; ')}`)
  return null
}

/** Synchronously, and only when needed: a dozen modules that most processes never use. */
export function loadGenerator(): Generator {
  const [folder, extension] = import.meta.url.endsWith('.ts') ? ['src', 'ts'] : ['dist', 'js']
  return requireFromPackage(packageFile(folder, `constants/generator.${extension}`)) as Generator
}

const multiplier = 31 // not a kernel number: a small prime, for a hash

/** Processes that read other places keep other files. */
function keyOf({ headers = '', btf = '' }: Inputs): string {
  let hash = 0
  for (const character of `${process.arch}\n${headers}\n${btf}`) {
    hash = (Math.imul(hash, multiplier) + character.charCodeAt(0)) | 0
  }
  return (hash >>> 0).toString(36)
}

function resolution(
  origin: Provenance['origin'],
  file: string | null,
  inputs: Inputs,
  host: HostConstants | undefined,
  problems: readonly string[],
): Resolution {
  const layers = [host?.kernel, host?.headers].filter((layer) => layer !== null && layer !== undefined)
  const path = host?.headers ? inputs.headers : undefined
  return {
    constants: constantsFrom([...layers, ...bundledTexts]),
    provenance: {
      origin,
      file,
      headers: path === undefined ? null : { path, version: host?.headersVersion ?? null },
      kernel: host?.kernelRelease ?? null,
      snapshot: bundledRelease,
      newer: newerRelease,
      problems,
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
