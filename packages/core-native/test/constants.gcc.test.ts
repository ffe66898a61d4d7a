import { describe, expect, test } from 'vitest'
import { headerTree } from '../src/constants/header-tree.ts'
import { headers } from '../src/constants/headers.ts'
import { hostAbi } from '../src/constants/layout.ts'
import {
  askCompiler,
  type Claim,
  constantClaims,
  disputedClaims,
  hasCompiler,
  layoutClaims,
  readTree,
} from './constants/compiler.ts'

// The reader is no compiler: here the compiler says of every single number whether the reader has it right.

const mustRun = process.env.NETSNAP_REQUIRE_LIVE === '1'
const testHeaders = process.env.NETSNAP_TEST_HEADERS
const trees: [
  what: string,
  root: string | undefined,
  missing: string,
  atLeast: { constants: number; layouts: number },
][] = [
  [
    'this host',
    '/usr/include',
    'no kernel headers in /usr/include: apt-get install linux-libc-dev',
    { constants: 2900, layouts: 1600 },
  ],
  [
    'NETSNAP_TEST_HEADERS',
    testHeaders,
    'NETSNAP_TEST_HEADERS names no folder of kernel headers',
    { constants: 3000, layouts: 1600 },
  ],
]

/** Claims that the compiler does not share. */
function wrong(claims: readonly Claim[], answers: readonly number[]): string[] {
  return claims.flatMap(({ expression, value }, index) =>
    answers[index] === value ? [] : [`${expression} is ${answers[index]}, not ${value}`],
  )
}

describe.each(trees)('headers of %s', (what, root, missing, atLeast) => {
  const tree = root === undefined ? undefined : headerTree(root)
  const reason = !hasCompiler ? 'no gcc: apt-get install gcc' : !tree ? missing : undefined

  test('every constant and every offset is what gcc says', ({ skip }) => {
    if (reason && mustRun) throw new Error(reason)
    if (reason || !tree) return skip(reason)
    const definitions = readTree(tree, hostAbi)
    const constants = constantClaims(definitions)
    const layouts = layoutClaims(definitions, hostAbi)
    const compilable = tree.kernel ? constants.filter(({ expression }) => !/^[AP]F_/.test(expression)) : constants
    expect(wrong(compilable, askCompiler(tree, compilable))).toEqual([])
    expect(wrong(layouts, askCompiler(tree, layouts))).toEqual([])
    console.log(
      `${what}: ${definitions.found.length} of ${headers.length} headers; gcc agrees on ${compilable.length} constants ` +
        `and on ${layouts.length} sizes and offsets of ${Object.keys(definitions.structs).length} structs`,
    )
    expect(compilable.length).toBeGreaterThan(atLeast.constants)
    expect(layouts.length).toBeGreaterThan(atLeast.layouts)
  })

  test('and on 32-bit x86, where 64-bit integers are aligned to 4', ({ skip }) => {
    if (reason && mustRun) throw new Error(reason)
    if (reason || !tree) return skip(reason)
    if (process.arch !== 'x64') return skip('gcc -m32 is for x86')
    const abi = { pointer: 4, wide: 4 }
    const definitions = readTree(tree, abi)
    const claims = layoutClaims(definitions, abi)
    expect(claims.length).toBeGreaterThan(atLeast.layouts)
    expect(disputedClaims(tree, claims, ['-m32'])).toBe('')
  })
})

test.runIf(process.arch === 'x64' && hasCompiler)('a claim that does not hold is noticed', () => {
  const tree = headerTree('/usr/include')
  if (!tree) throw new Error('no kernel headers in /usr/include: apt-get install linux-libc-dev')
  const claims = [{ expression: 'RTM_GETLINK', value: -1 }]
  expect(wrong(claims, askCompiler(tree, claims))).toHaveLength(1)
  expect(disputedClaims(tree, claims, ['-m32'])).toContain('RTM_GETLINK')
})
