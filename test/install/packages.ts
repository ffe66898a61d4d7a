import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Packed } from './registry.ts'
import { must, root } from './run.ts'

const core = 'core-native'

/** Folders of the packages that are published, `core-native` first. */
function published(): string[] {
  const folders = readdirSync(join(root, 'packages')).filter((folder) => {
    const manifest = join(root, 'packages', folder, 'package.json')
    return folder !== core && existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).private !== true
  })
  return [core, ...folders]
}

/** The packages as they would be published, with and without the prebuilt addon. */
export interface Release {
  readonly prebuilt: readonly Packed[]
  readonly bare: readonly Packed[]
}

async function unpack(tarball: string, into: string): Promise<Packed['manifest']> {
  mkdirSync(into, { recursive: true })
  await must('tar', ['-xzf', tarball, '-C', into])
  return JSON.parse(readFileSync(join(into, 'package/package.json'), 'utf8'))
}

/** Made in a copy: in the checkout other tests use the addon that the build would remove first. */
async function prebuild(unpacked: string): Promise<string> {
  const source = join(root, 'packages/core-native')
  cpSync(join(source, 'scripts/prebuilds.mjs'), join(unpacked, 'scripts/prebuilds.mjs'))
  symlinkSync(join(source, 'node_modules'), join(unpacked, 'node_modules'))
  await must(process.execPath, ['scripts/prebuilds.mjs'], { cwd: unpacked })
  return join(unpacked, 'native/prebuilds')
}

async function withPrebuilds(bare: Packed, folder: string): Promise<Packed> {
  const work = join(folder, 'work')
  await unpack(bare.tarball, work)
  const prebuilds = await prebuild(join(work, 'package'))
  const whole = join(folder, 'whole')
  const manifest = await unpack(bare.tarball, whole)
  renameSync(prebuilds, join(whole, 'package/native/prebuilds'))
  const tarball = join(folder, 'prebuilt.tgz')
  await must('tar', ['-czf', tarball, '-C', whole, 'package'])
  return { manifest, tarball }
}

/** Pack what is built, into a folder. */
export async function release(folder: string): Promise<Release> {
  await must(process.execPath, [join(root, 'scripts/bootstrap.mjs')])
  const bare: Packed[] = []
  for (const name of published()) {
    const tarball = join(folder, `${name}.tgz`)
    await must('pnpm', ['pack', '--out', tarball], { cwd: join(root, 'packages', name) })
    bare.push({ manifest: await unpack(tarball, join(folder, name)), tarball })
  }
  const [first, ...others] = bare
  return { bare, prebuilt: [await withPrebuilds(first!, folder), ...others] }
}
