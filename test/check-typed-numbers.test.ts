import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { checkSource } from '../scripts/check-typed-numbers.ts'

const problems = (file: string, text: string) =>
  checkSource(file, text).map(({ line, problem }) => `${line}: ${problem}`)
const typescript = (text: string) => problems('a.ts', text)
const cpp = (text: string) => problems('a.cc', text)
const reason = '// not a kernel number: bytes in a KiB'

describe('TypeScript: found', () => {
  test.each([
    ['const RTM_GETRULE = 34', '34 typed beside RTM_GETRULE'],
    ['const NLM_F_SOMETHING_NEW = 1', '1 typed beside NLM_F_SOMETHING_NEW'],
    ['let a = { FRA_DST: 1 }', '1 typed beside FRA_DST'],
    ["let a = { 'FRA_DST': 1 }", '1 typed beside FRA_DST'],
    ["let a = { 1: 'FRA_DST' }", '1 typed beside FRA_DST'],
    ['class A { static RTA_DST = 1 }', '1 typed beside RTA_DST'],
    ['enum A { RTA_DST = 1 }', '1 typed beside RTA_DST'],
    ['if (RTM_NEWROUTE === 24) f()', '24 typed beside RTM_NEWROUTE'],
    ['if (2 === c.AF_INET) f()', '2 typed beside AF_INET'],
    ['f(NLM_F_DUMP | 1)', '1 typed beside NLM_F_DUMP'],
    ['RTM_NEWROUTE = 24', '24 typed beside RTM_NEWROUTE'],
    ['function f(AF_INET = 2) {}', '2 typed beside AF_INET'],
    ["let a = ['AF_INET', 2]", '2 typed beside AF_INET'],
    ["m.set(2, 'AF_INET')", '2 typed beside AF_INET'],
    ["function f(x) { switch (x) { case 2: return 'AF_INET' } }", '2 typed beside AF_INET'],
    ['const NLM_F_ROOT = 1 << 8', '1 typed beside NLM_F_ROOT'],
    ['const NETNSA_NSID_NOT_ASSIGNED = -1', '1 typed beside NETNSA_NSID_NOT_ASSIGNED'],
    ['const RTM_GETRULE = 34 as const', '34 typed beside RTM_GETRULE'],
    ['socket.send(message, 12)', '12 typed without a reason'],
    ['const nested = type & 0x8000', '0x8000 typed without a reason'],
    ['const nested = 1 << 15', '15 typed without a reason'],
    ['const mask = ~(1 << 14)', '14 typed without a reason'],
    ['const dump = 1 << 8', '8 typed without a reason'],
    ['const flags = 0x300', '0x300 typed without a reason'],
    ['open(NETLINK, 16, 5)', '5 typed without a reason'],
    ['const big = 18n', '18n typed without a reason'],
    ['const list = [26, 27]', '26 typed without a reason'],
    ['if (message.nlmsg_type === 2) fail()', '2 typed without a reason'],
    ['switch (header.family) { case 2: f() }', '2 typed without a reason'],
    ['emit(`type & 0x3fff`)', '0x3fff typed without a reason'],
  ])('%s', (text, problem) => {
    expect(typescript(text)[0]).toBe(`1: ${problem}`)
  })

  test('a reason does not excuse a number beside a name', () => {
    expect(typescript(`const RTM_GETRULE = 34 ${reason}`)).toEqual(['1: 34 typed beside RTM_GETRULE'])
  })

  test('a comment that is no reason excuses nothing', () => {
    expect(typescript('f(12) // twelve')).toHaveLength(1)
    expect(typescript('f(12) // not a kernel number:')).toHaveLength(1)
    expect(typescript(`f('${reason}', 12)`.replace('//', ''))).toHaveLength(1)
  })

  test('each number once, with its line', () => {
    expect(typescript('f()\n\nf(12)\nf(13)')).toEqual(['3: 12 typed without a reason', '4: 13 typed without a reason'])
  })
})

describe('TypeScript: not found', () => {
  test.each([
    'const a = 0, b = 1, c = -1, d = 4, e = 8, g = 16, h = 32, i = 64',
    'const low = x & 0xff',
    'const top = x >>> 24',
    'const word = x << 16',
    'const unit = 1 << 5',
    `const size = 1024 ${reason}`,
    '/* not a kernel number: seconds in an hour */ const hour = 3600',
    'x.toString(36) + Number.parseInt(y, 10) + s.padStart(12)',
    "const a: readonly ['u8', 12] = b",
    'type A = 12',
    "const RTM_GETRULE = constant('RTM_GETRULE')",
    "line('FRA_DST', u32, 'doc')",
    'if (message.nlmsg_type === NLMSG_DONE) f()',
    'if (header.family === 0) f()',
    'const text = `12 routes`',
    'if (RTM_NEWROUTE === type) f()',
  ])('%s', (text) => {
    expect(typescript(text)).toEqual([])
  })
})

describe('C++', () => {
  test.each([
    ['#define NETLINK_ROUTE 0', '#define NETLINK_ROUTE 0 typed beside NETLINK_ROUTE'],
    ['constexpr int NLMSG_DONE = 3;', 'constexpr int NLMSG_DONE = 3; typed beside NLMSG_DONE'],
    ['enum { RTM_GETLINK = 18 };', 'enum { RTM_GETLINK = 18 }; typed beside RTM_GETLINK'],
    ['#define SOMETHING 12', '#define SOMETHING typed without a reason'],
    ['setsockopt(fd, 270, 12, &one, 4);', '270 typed without a reason'],
    ['auto size = 0x8000u;', '0x8000u typed without a reason'],
    ["auto size = 1'000;", "1'000 typed without a reason"],
  ])('found: %s', (text, problem) => {
    expect(cpp(text)[0]).toBe(`1: ${problem}`)
  })

  test.each([
    '#include "a12.h"',
    '// 12 and 13',
    '/* 12\n 13 */',
    'puts("12");',
    'int x = 0, y = 1, z[16];',
    `size_t size = 1024; ${reason}`,
    "uint32_t utf8_value = v8::Local; char c = '7';",
    'socket(AF_NETLINK, SOCK_RAW, 0);',
  ])('not found: %s', (text) => {
    expect(cpp(text)).toEqual([])
  })
})

test('the command says where, and what to do, and stays quick', () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const start = performance.now()
  let output = ''
  try {
    const args = ['--conditions=@netsnap/source', '--import', 'tsx', 'scripts/check-typed-numbers.ts']
    output = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  } catch (error) {
    output = (error as { stdout: string }).stdout
  }
  expect(output).toMatch(/^\d\d+ files, \d+ typed numbers$/m)
  expect(performance.now() - start).toBeLessThan(10_000)
})
