// streamRoutes, records dropped as they come. Prints seconds, count, and the longest stall of the event loop.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { streamRoutes } from '../../packages/route/dist/index.js'

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
const begin = performance.now()
let count = 0
for await (const batch of streamRoutes({ family: process.argv[2] })) count += batch.length
const seconds = (performance.now() - begin) / 1000
delay.disable()
console.log(JSON.stringify({ seconds, count, stall: delay.max / 1e6 }))
