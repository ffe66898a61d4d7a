// Puts the JSON Schemas that compile-tables.ts made beside the compiled sources of a package.
import { copyFileSync, readdirSync } from 'node:fs'

for (const file of readdirSync('src/generated')) {
  if (file.endsWith('.schema.json')) copyFileSync(`src/generated/${file}`, `dist/${file}`)
}
