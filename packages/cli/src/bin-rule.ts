#!/usr/bin/env node
import { main } from './main.ts'

void main(['rule', ...process.argv.slice(2)]).then((status) => {
  process.exitCode = status
})
