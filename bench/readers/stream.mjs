// streamRoutes, records dropped as they come. Prints seconds, count, and the longest stall of the event loop, of the last
// of so many rounds. Usage: stream.mjs FAMILY [ROUNDS]
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { streamRoutes } from '../../packages/route/dist/index.js'

const [family, rounds = 1] = process.argv.slice(2)
for (let round = 1; round <= rounds; round++) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const begin = performance.now()
  let count = 0
  for await (const batch of streamRoutes({ family })) count += batch.length
  const seconds = (performance.now() - begin) / 1000
  delay.disable()
  if (round === Number(rounds)) console.log(JSON.stringify({ seconds, count, stall: delay.max / 1e6 }))
}
