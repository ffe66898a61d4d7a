import { listInterfaces, streamInterfaces } from './src/index.ts'
import assert from 'node:assert'
const a = await listInterfaces()
const b = []
let begin = performance.now()
for await (const batch of streamInterfaces()) b.push(...batch)
console.log(b.length, b.flatMap(x=>x.addresses).length, performance.now()-begin)
begin = performance.now()
const c = await listInterfaces()
console.log(c.length, performance.now()-begin, JSON.stringify(c).length)
const strip = (x: any) => x.map((i: any) => { const {stats, inet6, ...r} = i; return r})
assert.deepStrictEqual(strip(b), strip(c))
