import { describe, expect, test } from 'vitest'
import { layoutOf } from '../src/constants/layout.ts'
import { readHeaders } from '../src/constants/reader/index.ts'

const x64 = { pointer: 8, wide: 8 }
const ia32 = { pointer: 4, wide: 4 }

function read(text: string, others: Record<string, string> = {}, bigEndian = false) {
  const files: Record<string, string> = { 'linux/a.h': text, ...others }
  return readHeaders([{ header: 'linux/a.h' }], (header) => files[header], { bigEndian, abi: x64 })
}

function offsets(text: string, struct: string, abi = x64) {
  const { structs } = read(text)
  const layout = layoutOf(structs[struct] ?? {}, (name) => structs[name], abi)
  const members = Object.entries(layout?.members ?? {}).map(([name, { offset, size }]) => [name, [offset, size]])
  return { size: layout?.size, ...Object.fromEntries(members) }
}

describe('numbers', () => {
  const cases: [what: string, text: string, name: string, value: number | undefined][] = [
    ['decimal', '#define A 12', 'A', 12],
    ['hexadecimal', '#define A 0xFFFFFFFFU', 'A', 0xffffffff],
    ['octal', '#define A 010', 'A', 8],
    ['a character', "#define A 'x'", 'A', 120],
    ['negative', '#define A (-1)', 'A', -1],
    ['int overflow', '#define A (1 << 31)', 'A', -(2 ** 31)],
    ['unsigned shift', '#define A (1U << 31)', 'A', 2 ** 31],
    ['complement of int', '#define A (~0)', 'A', -1],
    ['complement of unsigned', '#define A (~0U)', 'A', 0xffffffff],
    ['a cast', '#define A ((__u8)~0)', 'A', 255],
    ['a cast to a signed type', '#define A ((__s16)0xffff)', 'A', -1],
    ['a ternary', '#define A (1 > 2 ? 3 : 4)', 'A', 4],
    ['precedence', '#define A 1 + 2 * 3 << 1 | 1', 'A', 15],
    ['unsigned division', '#define A (-1 / 2U)', 'A', 0x7fffffff],
    ['signed division', '#define A (-7 / 2)', 'A', -3],
    ['continuation lines', '#define A (1 | \\\n  2 | \\\n 4)', 'A', 7],
    ['comments', '#define A /* one */ 1 // two', 'A', 1],
    ['a comment over lines', '#define A 1 /* goes\n on */\n#define B 2', 'B', 2],
    ['another macro', '#define B 3\n#define A (B + 1)', 'A', 4],
    ['a later macro', '#define A (B + 1)\n#define B 3', 'A', 4],
    ['a function-like macro', '#define BIT(n) (1UL << (n))\n#define A BIT(3)', 'A', 8],
    [
      'a function-like macro inside another',
      '#define T(x) (2*(x))\n#define U(a, b) (T(a) + b)\n#define A U(2, 3)',
      'A',
      7,
    ],
    ['sizeof a struct', 'struct s { __u32 a; __u16 b; };\n#define A sizeof(struct s)', 'A', 8],
    ['sizeof a builtin', '#define A sizeof(unsigned long long)', 'A', 8],
    ['more than 2^53', '#define A 0xffffffffffffffffULL', 'A', undefined],
    ['a string', '#define A "x"', 'A', undefined],
    ['code', '#define A do { } while (0)', 'A', undefined],
    ['an unknown name', '#define A (B + 1)', 'A', undefined],
    ['a type', '#define A __u32', 'A', undefined],
    ['a floating number', '#define A 1.5', 'A', undefined],
    ['itself', '#define A A', 'A', undefined],
    ['division by zero', '#define A (1 / 0)', 'A', undefined],
    ['a redefinition', '#define A 1\n#undef A\n#define A 2', 'A', 2],
  ]
  test.each(cases)('%s', (_, text, name, value) => {
    expect(read(text).macros[name]).toBe(value)
  })

  test('network order keeps the number that the header writes', () => {
    const text = '#define A __cpu_to_be16(0x8000)\n#define B (A | __cpu_to_be16(1))\n#define C __constant_htonl(7)'
    for (const bigEndian of [false, true]) {
      const { networkOrder, macros } = read(text, {}, bigEndian)
      expect(networkOrder).toEqual({ be16: { A: 0x8000, B: 0x8001 }, be32: { C: 7 } })
      expect(macros).toEqual({})
    }
  })
})

describe('conditionals', () => {
  test('an enumerator is no macro', () => {
    const text =
      'enum { X_A, X_B };\n#ifndef X_B\n#define M 1\n#else\n#define M 2\n#endif\n#if X_B\n#define N 1\n#else\n#define N 2\n#endif'
    expect(read(text).macros).toEqual({ M: 1, N: 2 })
  })

  test('only the branch that holds is read', () => {
    const text =
      '#ifdef __KERNEL__\n#if 1\n#define A 1\n#endif\n#elif defined(NO) || !defined NO\n#define A 2\n#else\n#define A 3\n#endif'
    expect(read(text).macros).toEqual({ A: 2 })
  })

  test.each([
    [false, 1],
    [true, 2],
  ])('byte order: big endian %s', (bigEndian, value) => {
    const text =
      '#if __BYTE_ORDER == __LITTLE_ENDIAN\n#define A 1\n#elif defined(__BIG_ENDIAN_BITFIELD)\n#define A 2\n#endif'
    expect(read(text, {}, bigEndian).macros).toEqual({ A: value })
  })

  test('headers include others, once, whose names stay their own', () => {
    const b =
      '#ifndef _B\n#define _B\n#include <linux/a.h>\n#define WIDE 16\nstruct inner { char name[WIDE]; };\n#endif'
    const { macros, structs } = read('#include <linux/b.h>\nstruct s { struct inner i; };\n#define A WIDE', {
      'linux/b.h': b,
    })
    expect(macros).toEqual({ A: 16 })
    expect(structs).toEqual({ inner: { name: ['char', 16] }, s: { i: 'struct inner' } })
  })
})

describe('enums', () => {
  test('values are implicit, explicit or computed, bounds are left out', () => {
    const text = `enum {
      FOO_UNSPEC, /* a comment, with a comma */
      FOO_A = 5, // another
      FOO_B,
    #define FOO_B FOO_B
      FOO_C = FOO_A << 2,
      FOO_D = -1,
      FOO_E,
      __FOO_MAX,
    };
    #define FOO_MAX (__FOO_MAX - 1)
    #define FOO_ALL (FOO_MAX + 1)
    #define FOO_ALIAS FOO_C`
    const { groups, macros } = read(text)
    expect(groups).toEqual({ FOO_: { FOO_UNSPEC: 0, FOO_A: 5, FOO_B: 6, FOO_C: 20, FOO_D: -1, FOO_E: 0 } })
    expect(macros).toEqual({ FOO_ALIAS: 20 })
  })

  test('a maximum in the middle of a list is no bound of it', () => {
    const text = 'enum { A_B, A_RANGE_MIN, A_RANGE_MAX, A_C, A_LAST_MAX, __A_MAX, A_MAX = (__A_MAX - 1) };'
    expect(read(text).groups).toEqual({ A_: { A_B: 0, A_RANGE_MIN: 1, A_RANGE_MAX: 2, A_C: 3 } })
  })

  test('groups are named by UNSPEC or by what names have in common, each once', () => {
    const text = `enum { A_B_UNSPEC, A_B }; enum { A_X, A_B_Y }; enum tagged { A_P, A_Q }; enum { A_R, A_S };
      enum { LONE_MEMBER }; enum { NOTHING, COMMON } field;`
    expect(Object.keys(read(text).groups)).toEqual(['A_B_', 'A_', 'tagged', 'A_R', 'LONE_', 'NOTHING'])
  })
})

describe('structs', () => {
  test('alignment, arrays, pointers and the end', () => {
    const text =
      'struct s { __u8 a; __u64 b; char c[3]; unsigned short d, *e; void (*f)(int, char); __be16 g; long h[]; };'
    expect(offsets(text, 's')).toEqual({
      size: 48,
      a: [0, 1],
      b: [8, 8],
      c: [16, 3],
      d: [20, 2],
      e: [24, 8],
      f: [32, 8],
      g: [40, 2],
      h: [48, 0],
    })
    expect(offsets(text, 's', ia32)).toEqual({
      size: 32,
      a: [0, 1],
      b: [4, 8],
      c: [12, 3],
      d: [16, 2],
      e: [20, 4],
      f: [24, 4],
      g: [28, 2],
      h: [32, 0],
    })
  })

  test('packed, aligned', () => {
    expect(offsets('struct s { __u8 a; __u32 b; } __attribute__((packed));', 's')).toEqual({
      size: 5,
      a: [0, 1],
      b: [1, 4],
    })
    expect(offsets('struct s { __u8 a; __aligned_u64 b; };', 's', ia32)).toEqual({ size: 16, a: [0, 1], b: [8, 8] })
    expect(offsets('struct s { __u8 a; } __attribute__((aligned(2 * 4)));', 's')).toEqual({ size: 8, a: [0, 1] })
    expect(offsets('struct s { __u8 a; __u16 b __attribute__((aligned(8))); };', 's')).toEqual({
      size: 16,
      a: [0, 1],
      b: [8, 2],
    })
  })

  test('anonymous ones lend their members', () => {
    const text = 'struct s { __u8 a; union { __u32 b; struct { __u16 c; __u16 d; }; }; union { __u8 x; __u16 y; } e; };'
    expect(offsets(text, 's')).toEqual({ size: 12, a: [0, 1], b: [4, 4], c: [4, 2], d: [6, 2], e: [8, 2] })
  })

  test('bit-fields take room and are no members', () => {
    const text = 'struct s { __u8 a:4, b:4; __u8 c; __u32 d:12, e:12; __u32 :0; __u8 f; };'
    expect(offsets(text, 's')).toEqual({ size: 12, c: [1, 1], f: [8, 1] })
  })

  test('__struct_group and __DECLARE_FLEX_ARRAY', () => {
    const text =
      'struct s { __u8 a; __struct_group(, g, , __be32 b; __be32 c; ); union { __DECLARE_FLEX_ARRAY(__u16, d); __DECLARE_FLEX_ARRAY(__u8, e); }; };'
    expect(offsets(text, 's')).toEqual({ size: 12, a: [0, 1], b: [4, 4], c: [8, 4], g: [4, 8], d: [12, 0], e: [12, 0] })
  })

  test('typedefs, tags inside, several dimensions', () => {
    const text =
      'typedef union { __be32 a4; __be32 a6[4]; } addr_t; struct s { addr_t x; struct in { __u8 p; } y[2][3]; enum e z; };'
    expect(offsets(text, 's')).toEqual({ size: 28, x: [0, 16], y: [16, 6], z: [24, 4] })
    expect(offsets(text, 'in')).toEqual({ size: 1, p: [0, 1] })
  })

  test('what is not understood is left out, and what follows is read', () => {
    const text = `static inline int f(struct q *x) { if (x) { return 1; } return 0; }
      extern int g(struct q *); struct bad { some_type_t x; }; struct half { struct nowhere x; };
      struct good { __u8 a; }; enum { E_A = sizeof(struct nowhere), E_B, E_C = 3 };`
    const { structs, groups } = read(text)
    expect(Object.keys(structs)).toEqual(['good'])
    expect(groups).toEqual({ E_: { E_C: 3 } })
  })
})
