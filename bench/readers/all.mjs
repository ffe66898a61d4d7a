// getRoutes, every record kept. Prints seconds and count of the last of so many rounds. Usage: all.mjs FAMILY [ROUNDS]
import { getRoutes } from '../../packages/route/dist/index.js'

const [family, rounds = 1] = process.argv.slice(2)
for (let round = 1; round <= rounds; round++) {
  const begin = performance.now()
  const { length } = await getRoutes({ family })
  const seconds = (performance.now() - begin) / 1000
  if (round === Number(rounds)) console.log(JSON.stringify({ seconds, count: length }))
}
