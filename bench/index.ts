/** `pnpm bench [NAME...]`: figures are ratios within one run, since machines differ and are never quiet. */
import { decode } from './decode.ts'
import { routes } from './routes.ts'
import { start } from './start.ts'

const benchmarks: Readonly<Record<string, () => Promise<void>>> = { decode, start, routes }

const asked = process.argv.slice(2)
for (const [name, run] of Object.entries(benchmarks)) {
  if (asked.length === 0 || asked.includes(name)) await run()
}
