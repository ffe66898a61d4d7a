/**
 * Part of `pnpm check`: what is published holds no trace of the machine that it was made on: no path of it, and no
 * address of the registry that it used.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesIn, root } from './sources.ts'

const traces = [/(?<![\w./*-])\/(?:work|root)\/[\w.]/, /(?<![\w./*-])\/home\/[a-z]\w*\//, /\btarball: *https?:/]
// Where everybody's packages come from is no secret.
const known = new Set(['registry.npmjs.org', 'localhost', '127.0.0.1'])

function configuredRegistry(): string | undefined {
  const { hostname } = new URL(execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', stdio: 'pipe' }))
  return known.has(hostname) ? undefined : hostname
}

const registry = configuredRegistry()
for (const file of filesIn()) {
  const lines = readFileSync(join(root, file), 'latin1').split('\n')
  for (const [index, line] of lines.entries()) {
    const found = traces.map((trace) => trace.exec(line)?.[0]).find((text) => text !== undefined)
    const trace = found ?? (registry !== undefined && line.includes(registry) ? 'the registry' : undefined)
    if (trace === undefined) continue
    console.log(`${file}:${index + 1}: ${trace}`)
    process.exitCode = 1
  }
}
