import type { MemberDefinition } from '../model.ts'
import { isIdentifier, type Token } from './tokenize.ts'

/** Typedefs whose definition lies in headers of the architecture or of the C library. */
const known: Readonly<Record<string, MemberDefinition>> = {
  __kernel_size_t: 'ulong',
  size_t: 'ulong',
  __kernel_ulong_t: 'ulong',
  __kernel_long_t: 'long',
  __kernel_pid_t: 's32',
  __kernel_uid32_t: 'u32',
  __kernel_gid32_t: 'u32',
  __kernel_time64_t: 's64',
  __aligned_u64: 'u64@8',
  __aligned_s64: 's64@8',
  __aligned_be64: 'be64@8',
  __aligned_le64: 'le64@8',
  __sum16: 'be16',
  __wsum: 'be32',
  _Bool: 'u8',
  void: 'u8',
}

const words = new Set(['char', 'short', 'int', 'long', 'signed', 'unsigned'])
const qualifiers = new Set([
  'const',
  'volatile',
  'static',
  'extern',
  'inline',
  'register',
  '__extension__',
  '__user',
  '__force',
  '__bitwise',
  '__restrict',
  '__inline__',
])

export function isQualifier(token: Token | undefined): boolean {
  return token !== undefined && qualifiers.has(token)
}

export function isTypeWord(token: Token | undefined): boolean {
  return token !== undefined && words.has(token)
}

/** `unsigned long long int` and the like. */
export function builtIn(tokens: readonly Token[]): MemberDefinition {
  const has = (word: Token) => tokens.includes(word)
  const sign = has('unsigned') ? 'u' : 's'
  if (has('char')) return has('unsigned') ? 'u8' : has('signed') ? 's8' : 'char'
  if (has('short')) return `${sign}16`
  const longs = tokens.filter((token) => token === 'long').length
  if (longs === 2) return `${sign}64`
  if (longs === 1) return has('unsigned') ? 'ulong' : 'long'
  return `${sign}32`
}

/** `__u32`, `uint32_t`, `__be16` and what else every UAPI header takes for granted. */
export function knownTypedef(name: string): MemberDefinition | undefined {
  const sized = /^(?:__)?([us])(8|16|32|64)$/.exec(name) ?? /^(u?)int(8|16|32|64)_t$/.exec(name)
  if (sized) return `${sized[1] || 's'}${sized[2]}`
  const ordered = /^__([bl]e)(16|32|64)$/.exec(name)
  if (ordered) return `${ordered[1]}${ordered[2]}`
  return Object.hasOwn(known, name) ? known[name] : undefined
}

/** The type spelled by the tokens of a cast or of sizeof(). */
export function spelledType(
  tokens: readonly Token[],
  typedef: (name: string) => MemberDefinition | undefined,
  struct: (name: string) => boolean,
): MemberDefinition | undefined {
  const bare = tokens.filter((token) => !isQualifier(token))
  const [first = '', second = ''] = bare
  if (bare.at(-1) === '*') return bare.length > 1 && isIdentifier(first) ? 'pointer' : undefined
  if (bare.length > 0 && bare.every(isTypeWord)) return builtIn(bare)
  if (bare.length === 2 && (first === 'struct' || first === 'union'))
    return struct(second) ? `struct ${second}` : undefined
  if (bare.length === 2 && first === 'enum') return 'u32'
  return bare.length === 1 ? (typedef(first) ?? knownTypedef(first)) : undefined
}
