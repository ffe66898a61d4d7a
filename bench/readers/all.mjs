// getRoutes, every record kept.
import { getRoutes } from '../../packages/route/dist/index.js'

const begin = performance.now()
const routes = await getRoutes({ family: process.argv[2] })
console.log(JSON.stringify({ seconds: (performance.now() - begin) / 1000, count: routes.length }))
