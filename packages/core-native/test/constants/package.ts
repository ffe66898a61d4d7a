import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Provenance } from '../../src/constants/index.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

const probe = `
import { constants, provenance } from './dist/constants/index.js'
const { value, group } = constants()
const values = Object.fromEntries(process.argv.slice(2).map((name) => [name, value(name)]))
console.log(JSON.stringify({ values, newest: group('FRA_').get(30), provenance: provenance() }))
`

export interface Answer {
  readonly values: Readonly<Record<string, number>>
  readonly newest?: string
  readonly provenance: Provenance
}

/** The compiled constants as an installed package, alone in a folder, where tests may break things. */
export class InstalledPackage {
  readonly folder = mkdtempSync(join(tmpdir(), 'netsnap-constants-'))
  readonly home = join(this.folder, 'home')
  readonly hostFile = join(this.folder, 'constants.host.json')

  constructor() {
    mkdirSync(this.home)
    for (const name of ['package.json', 'scripts/install.mjs']) cpSync(join(root, name), join(this.folder, name))
    writeFileSync(join(this.folder, 'probe.mjs'), probe)
    const files = ['index.ts', 'generator.ts'].map((name) => join(root, 'src/constants', name))
    const options = '--module nodenext --target es2022 --types node --skipLibCheck --rewriteRelativeImportExtensions'
    const folders = ['--rootDir', join(root, 'src'), '--outDir', join(this.folder, 'dist')]
    const tsc = fileURLToPath(new URL('../../../../node_modules/.bin/tsc', import.meta.url))
    execFileSync(tsc, ['--ignoreConfig', ...options.split(' '), ...folders, ...files], { cwd: root, stdio: 'pipe' })
  }

  /** What a new process resolves the names to. */
  ask(env: Record<string, string> = {}, names: readonly string[] = ['FRA_DST'], cwd: string = this.folder): Answer {
    const script = join(this.folder, 'probe.mjs')
    const options = { cwd, env: this.environment(env), encoding: 'utf8' as const, timeout: 20_000 }
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...names], options)
    if (status !== 0 || stderr !== '') throw new Error(`exit ${status}: ${stderr}`)
    return JSON.parse(stdout)
  }

  install(env: Record<string, string> = {}): { status: number | null; output: string } {
    const script = join(this.folder, 'scripts/install.mjs')
    const options = { cwd: this.folder, env: this.environment(env), encoding: 'utf8' as const }
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], options)
    return { status, output: stdout + stderr }
  }

  private environment(env: Record<string, string>): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, HOME: this.home, TMPDIR: join(this.folder, 'none'), ...env }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
