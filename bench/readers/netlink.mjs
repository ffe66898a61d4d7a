// npm `netlink`, every record kept.
import { createRtNetlink } from 'netlink'

const socket = createRtNetlink()
const begin = performance.now()
const routes = await socket.getRoutes({ family: process.argv[2] === 'ipv6' ? 10 : 2 })
console.log(JSON.stringify({ seconds: (performance.now() - begin) / 1000, count: routes.length }))
socket.socket.close?.()
process.exit()
