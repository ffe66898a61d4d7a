// Makes one module of a package: Node takes longer to load sixty small files than to read a table. Each path of the
// package's exports is a file with nothing but its names; what they stand for is in one file that all share. Run in the
// package's folder, after tsc, which writes the declarations. Further arguments: modules that are loaded when needed.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { rolldown } from 'rolldown'
import { snapshotTexts } from './snapshot-texts.mjs'

/** Loaded for the first time by whoever tests or needs them, so that nobody else pays for them. */
const isApart = (file, later) => file.startsWith('src/testing/') || later.includes(file)

/** `constants/index`, of `./src/constants/index.ts`: the place in `dist`, too. */
const nameOf = (file) => path.relative('src', file).replace(/\.ts$/, '')

function entriesOf({ exports }, later) {
  const doors = Object.values(exports).flatMap((door) => door['@netsnap/source'] ?? [])
  return [...doors.map((door) => path.normalize(door)), ...later]
}

/** What the entries import, and what that imports. */
function reachableFrom(entries, moduleInfo) {
  const found = new Set(entries)
  for (const id of found) for (const imported of moduleInfo(id)?.importedIds ?? []) found.add(imported)
  return found
}

const outsideOf = ({ dependencies, peerDependencies }) =>
  Object.keys({ ...dependencies, ...peerDependencies }).map((name) => new RegExp(`^${name}(/|$)`))

/** What was built before, and declarations of sources that are gone, which tsc leaves. */
function removeOld(dist) {
  for (const file of readdirSync(dist, { recursive: true })) {
    const source = /\.d\.ts(\.map)?$/.test(file) ? file.replace(/\.d\.ts(\.map)?$/, '.ts') : undefined
    const isGone = source !== undefined && !existsSync(path.join('src', source))
    if (isGone || /\.js(\.map)?$/.test(file)) rmSync(path.join(dist, file))
  }
}

/**
 * An import of `node:fs` has Node load streams, which are among its names, and takes 2 ms; asking for the module does
 * not. The lines stay as many, so the source map holds.
 */
const builtinsAsked = {
  name: 'builtins are asked for',
  renderChunk(code) {
    const ask = (names, module) => `const ${names.replace(/ as /g, ': ')} = process.getBuiltinModule("${module}");`
    return {
      code: code.replace(/^import (.*) from "(node:.*)";$/gm, (_, names, module) => ask(names, module)),
      map: null,
    }
  },
}

/** @param {readonly string[]} later modules with a file of their own */
export async function bundleLibrary(later = [], dist = 'dist') {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
  const entries = entriesOf(manifest, later)
  const always = entries.filter((file) => !isApart(file, later)).map((file) => path.resolve(file))
  let shared
  const findShared = {
    name: 'find what all share',
    buildEnd() {
      shared = reachableFrom(always, (id) => this.getModuleInfo(id))
    },
  }
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map((file) => [nameOf(file), file])),
    platform: 'node',
    external: outsideOf(manifest),
    plugins: [snapshotTexts, findShared, builtinsAsked],
    transform: { target: 'node20.19' },
  })
  removeOld(dist)
  await bundle.write({
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    sourcemap: true,
    sourcemapExcludeSources: true,
    minifyInternalExports: false,
    codeSplitting: { groups: always.length > 1 ? [{ name: 'shared', test: (id) => shared.has(id) }] : [] },
  })
}

await bundleLibrary(process.argv.slice(2))
