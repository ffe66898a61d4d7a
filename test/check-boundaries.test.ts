import { describe, expect, test } from 'vitest'
import { checkImports, circlesIn } from '../scripts/check-boundaries.ts'

describe('allowed', () => {
  test.each([
    ['packages/rule/src/index.ts', "import { u32 } from '@netsnap/core-native/schema'"],
    ['packages/rule/src/index.ts', "export * from './rule.ts'"],
    ['packages/rule/src/deep/a.ts', "import '../rule.ts'"],
    ['packages/rule/src/index.ts', "import { x } from 'node:fs'"],
    ['packages/cli/src/main.ts', "const rule = await import('@netsnap/rule')"],
    ['packages/core-native/src/socket/addon.ts', "require('node-gyp-build')"],
    ['packages/rule/src/index.ts', "const text = '@netsnap/route'"],
    ['packages/core-native/src/session/query.ts', "import { openSocket } from '../socket/socket.ts'"],
    ['packages/core-native/src/schema/set.ts', "import type { Codec } from './codec.ts'"],
    ['packages/core-native/src/index.ts', "export { Session } from './session/session.ts'"],
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
    [
      'packages/core-native/src/base/errors.ts',
      "import load from 'node-gyp-build'",
      /only .*addon\.ts loads the addon/,
    ],
    ['packages/rule/src/index.ts', "require('./a.node')", /loads the addon/],
    ['packages/rule/src/index.ts', "import '../../route/src/index.ts'", /reaches out of its package/],
    ['packages/core-native/src/socket/netns.ts', "import '../constants/index.ts'", /from a layer above its own/],
    ['packages/core-native/src/schema/set.ts', "import type { Dump } from '../session/session.ts'", /a layer above/],
    ['packages/core-native/src/base/json.ts', "import '../index.ts'", /a layer above/],
    ['packages/core-native/src/things/a.ts', "import './b.ts'", /is in none of the layers/],
  ])('%s: %s', (file, text, problem) => {
    expect(checkImports(file, text)).toEqual([expect.stringMatching(problem)])
  })
})

describe('circles', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => `packages/rule/src/${name}.ts`) as [string, string, string]

  test('are found, of types and of what is imported late too', () => {
    const sources = new Map([
      [a, "import { b } from './b.ts'"],
      [b, "export type { C } from './c.ts'"],
      [c, "const later = () => import('./b.ts')"],
    ])
    expect(circlesIn(sources)).toEqual([[b, c, b]])
  })

  test('are none where two ways lead to one file', () => {
    const sources = new Map([
      [a, "import './b.ts'\nimport './c.ts'"],
      [b, "import './c.ts'"],
      [c, "import 'node:fs'"],
    ])
    expect(circlesIn(sources)).toEqual([])
  })
})
