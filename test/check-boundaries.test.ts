import { describe, expect, test } from 'vitest'
import { checkImports } from '../scripts/check-boundaries.ts'

describe('allowed', () => {
  test.each([
    ['packages/rule/src/index.ts', "import { u32 } from '@netsnap/core-native/schema'"],
    ['packages/rule/src/index.ts', "export * from './rule.ts'"],
    ['packages/rule/src/deep/a.ts', "import '../rule.ts'"],
    ['packages/rule/src/index.ts', "import { x } from 'node:fs'"],
    ['packages/cli/src/main.ts', "const rule = await import('@netsnap/rule')"],
    ['packages/core-native/src/socket.ts', "require('node-gyp-build')"],
    ['packages/rule/src/index.ts', "const text = '@netsnap/route'"],
  ])('%s: %s', (file, text) => {
    expect(checkImports(file, text)).toEqual([])
  })
})

describe('refused', () => {
  test.each([
    ['packages/rule/src/index.ts', "import { x } from '@netsnap/route'", /a table imports @netsnap\/core-native alone/],
    ['packages/rule/src/index.ts', "export * from '@netsnap/cli'", /nothing imports @netsnap\/cli/],
    ['packages/rule/src/index.ts', "await import('@netsnap/route')", /alone: @netsnap\/route/],
    ['packages/rule/src/index.ts', "let a: import('@netsnap/route').Route", /alone: @netsnap\/route/],
    ['packages/core-native/src/index.ts', "import type { Rule } from '@netsnap/rule'", /imports no table/],
    ['packages/core-native/src/errors.ts', "import load from 'node-gyp-build'", /only .*socket\.ts loads the addon/],
    ['packages/rule/src/index.ts', "require('./a.node')", /loads the addon/],
    ['packages/rule/src/index.ts', "import '../../route/src/index.ts'", /reaches out of its package/],
  ])('%s: %s', (file, text, problem) => {
    expect(checkImports(file, text)).toEqual([expect.stringMatching(problem)])
  })
})
