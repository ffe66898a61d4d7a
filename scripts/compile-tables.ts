/**
 * Writes, for each table in the given source files of a package: its emitted decoders
 * (src/generated/<table>.decoders.ts), its JSON Schema (src/generated/<table>.schema.json), and the rows of the
 * README's table of fields, between the markers <!-- fields:<table> --> and <!-- /fields:<table> -->.
 *
 * Run in the package's folder: compile-tables.ts src/rule.ts
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Describe, emitModule, type FieldRow, fieldRows, tableSchema } from '@netsnap/core-native/compile'
import type { Table } from '@netsnap/core-native/schema'
import { describeLines } from './line-docs.ts'

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && 'request' in value && 'attributes' in value

/** Write only what differs, so that builds which look at times have nothing to do. */
function writeIfChanged(path: string, content: string): void {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== content) writeFileSync(path, content)
}

function markdownTable(rows: readonly FieldRow[]): string {
  const lines = rows.map(({ field, type, source, description }) => {
    return `| \`${field}\` | ${type} | ${source ? `\`${source}\`` : ''} | ${description.replaceAll('|', '\\|')} |`
  })
  return ['| field | type | kernel source | meaning |', '|---|---|---|---|', ...lines].join('\n')
}

function updateReadme(table: string, rows: readonly FieldRow[]): void {
  const readme = readFileSync('README.md', 'utf8')
  const [open, close] = [`<!-- fields:${table} -->`, `<!-- /fields:${table} -->`]
  const [from, to] = [readme.indexOf(open), readme.indexOf(close)]
  if (from < 0 || to < from) throw new Error(`README.md has no ${open} ... ${close}`)
  writeIfChanged('README.md', `${readme.slice(0, from + open.length)}\n${markdownTable(rows)}\n${readme.slice(to)}`)
}

/** Every source of the package: a table's nested sets stand in files of their own. */
const own = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('generated'))
  .map((file) => `src/${file}`)

/** Codecs of core-native that have lines of their own. */
const shared = [
  describeLines(fileURLToPath(import.meta.resolve('../packages/core-native/src/schema/socket-address.ts'))),
]

mkdirSync('src/generated', { recursive: true })
for (const source of process.argv.slice(2)) {
  const others = own.filter((file) => file !== source)
  const sources = [...[source, ...others].map(describeLines), ...shared]
  const describe: Describe = (constant, field) =>
    sources.reduce<string | undefined>((found, one) => found ?? one(constant, field), undefined)
  const module: Record<string, unknown> = await import(pathToFileURL(resolve(source)).href)
  for (const table of Object.values(module).filter(isTable)) {
    const name = table.name.replaceAll(' ', '-')
    writeIfChanged(`src/generated/${name}.decoders.ts`, emitModule(source, table))
    writeIfChanged(`src/generated/${name}.schema.json`, `${JSON.stringify(tableSchema(table, describe), null, 2)}\n`)
    updateReadme(name, fieldRows(table, describe))
  }
}
