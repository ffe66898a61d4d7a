#!/usr/bin/env node
import { main } from './main.ts'

void main(['route', ...process.argv.slice(2)]).then((status) => {
  process.exitCode = status
})
