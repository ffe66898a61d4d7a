// In a new process: the import, and the first call on a table that is empty. Prints milliseconds.
const begin = performance.now()
const { getRoutes } = await import('../../packages/route/dist/index.js')
const imported = performance.now()
const { length: count } = await getRoutes()
const first = performance.now()
console.log(JSON.stringify({ import: imported - begin, first: first - imported, count }))
