// Bundles the commands, for their start: a file for what all need, one for each command, and of our own libraries just
// what is used. Node 20 takes CommonJS of few files in half the time of many ES modules. Third-party packages stay
// dependencies; so does @netsnap/core-native, of exactly this version, which holds the addon and this machine's constants.
import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { snapshotTexts } from '../../../scripts/snapshot-texts.mjs'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const { bin, dependencies } = JSON.parse(readFileSync(path('../package.json'), 'utf8'))

/** `netsnap-rule` is `dist/bin-rule.cjs`, of `src/bin-rule.ts`. */
const names = new Set(Object.values(bin).map((file) => file.replace(/^\.\/dist\/(.*)\.cjs$/, '$1')))

const external = Object.keys(dependencies).filter((name) => !name.startsWith('@netsnap/'))

/** commander starts commands that are programs of their own, of which there are none here; that takes half of its load. */
const withoutPrograms = {
  name: 'without programs',
  resolveId: (id, importer) => (id === 'node:child_process' && /commander/.test(importer) ? '\0no-programs' : null),
  load: (id) => (id === '\0no-programs' ? 'export {}' : null),
}

const dist = path('../dist')
for (const file of readdirSync(dist)) if (file !== '.tsbuildinfo') rmSync(join(dist, file), { recursive: true })

const bundle = await rolldown({
  input: Object.fromEntries([...names].map((name) => [name, path(`../src/${name}.ts`)])),
  platform: 'node',
  plugins: [withoutPrograms, snapshotTexts],
  external: external.map((name) => new RegExp(`^${name}(/|$)`)),
  resolve: { conditionNames: ['@netsnap/source', 'node', 'import', 'default'] },
  transform: { target: 'node20.19' },
})
await bundle.write({
  dir: dist,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name].cjs',
  minify: { compress: false, mangle: false, codegen: true },
})

// Its licence goes where its code goes.
const commander = dirname(createRequire(import.meta.url).resolve('commander'))
copyFileSync(join(commander, 'LICENSE'), join(dist, 'commander.LICENSE'))
