// In what is built the texts of the snapshot stand as they are, so that its objects are not made to make them. What
// src/constants/snapshot.text.ts says is said again here, since the compiler does not write a file anew that has not changed.
import { writeFileSync } from 'node:fs'
import { textOf } from '../dist/constants/searchable.js'
import * as snapshot from '../dist/constants/snapshot.gen.js'

const texts = {
  release: snapshot.release,
  newerRelease: snapshot.newer.release,
  newer: textOf(snapshot.newer),
  bundled: textOf(snapshot),
}
const lines = Object.entries(texts).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}\n`)
writeFileSync(new URL('../dist/constants/snapshot.text.js', import.meta.url), lines.join(''))
