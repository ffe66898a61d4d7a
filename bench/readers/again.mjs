// getRules over and over, each on a socket of its own, once its code is compiled. Prints the median in microseconds, and
// page faults and collections of garbage by call.
import { PerformanceObserver } from 'node:perf_hooks'
import { getRules } from '../../packages/rule/dist/index.js'

const [WARM, CALLS] = [1500, 2000]
let collections = 0
const observer = new PerformanceObserver((list) => {
  collections += list.getEntries().length
})
for (let i = 0; i < WARM; i++) await getRules()
observer.observe({ entryTypes: ['gc'] })
const faults = () => process.resourceUsage().minorPageFault
const before = faults()
const times = []
for (let i = 0; i < CALLS; i++) {
  const begin = performance.now()
  await getRules()
  times.push(performance.now() - begin)
}
const after = faults()
await new Promise((resolve) => setImmediate(resolve))
const median = times.sort((a, b) => a - b)[CALLS >> 1] * 1000
console.log(JSON.stringify({ median, faults: (after - before) / CALLS, collections: collections / CALLS }))
