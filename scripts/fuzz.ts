/** A longer fuzz run, from a seed of its own: `pnpm fuzz [MESSAGES [SEED]]`. */
import { spawnSync } from 'node:child_process'

const [count = '5000000', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2)
console.log(`fuzzing every table with ${count} messages from seed ${seed}`)
const { status } = spawnSync('npx', ['vitest', 'run', 'test/fuzz.test.ts', '--typecheck.enabled=false'], {
  stdio: 'inherit',
  env: { ...process.env, NETSNAP_FUZZ_COUNT: count, NETSNAP_FUZZ_SEED: seed },
})
process.exitCode = status ?? 1
