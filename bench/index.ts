/** `pnpm bench [NAME...]`: figures are ratios within one run, since machines differ and are never quiet. */
const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  decode: async () => (await import('./decode.ts')).decode(),
  start: async () => (await import('./start.ts')).start(),
  routes: async () => (await import('./routes.ts')).routes(),
}

const asked = process.argv.slice(2)
for (const [name, run] of Object.entries(benchmarks)) {
  if (asked.length === 0 || asked.includes(name)) await run()
}

export {}
