import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Namespace } from '@netsnap/core-native/testing'
import { keyOf } from './cases.ts'

/** Numbers that are the same in each run. */
function* numbers(seed: string): Generator<number, never> {
  for (let round = 0; ; round++) {
    const block = createHash('sha256').update(`${seed} ${round}`).digest()
    for (let at = 0; at < block.length; at += 4) yield block.readUInt32LE(at)
  }
}

/** Peers as `wg setconf` reads them: each thing that a peer can have, or not, by chance. */
export function randomPeers(count: number, seed: string, allowed: (n: number) => string[]): string[] {
  const random = numbers(seed)
  const below = (limit: number) => random.next().value % limit
  const hex = () => below(0x10000).toString(16)
  const endpoints = [
    () => undefined,
    () => `${[1 + below(223), below(256), below(256), below(256)].join('.')}:${1 + below(65535)}`,
    () => `[2001:db8:${hex()}:${hex()}::${hex()}]:${1 + below(65535)}`,
    () => `[fe80::${hex()}%${below(2) === 0 ? 'lo' : 'br0'}]:${1 + below(65535)}`,
  ]
  return Array.from({ length: count }, (_, n) => {
    const endpoint = endpoints[below(endpoints.length)]!()
    const lines = [
      '[Peer]',
      `PublicKey = ${keyOf(`${seed} ${n}`)}`,
      below(3) === 0 ? `PresharedKey = ${keyOf(`preshared ${seed} ${n}`)}` : '',
      endpoint === undefined ? '' : `Endpoint = ${endpoint}`,
      below(2) === 0 ? `PersistentKeepalive = ${1 + below(65535)}` : '',
      ...allowed(below(8)).map((network) => `AllowedIPs = ${network}`),
    ]
    return lines.filter(Boolean).join('\n')
  })
}

/** Each network once, since a peer takes it from the one that had it. */
export function networks() {
  let n = 0
  return (count: number) =>
    Array.from({ length: count }, () => {
      n++
      return n % 3 === 0
        ? `fd00:${(n >> 16).toString(16)}:${(n & 0xffff).toString(16)}::/48`
        : `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}/32`
    })
}

/** Configure a device with a file, as command lines are not long enough. */
export function configure(namespace: Namespace, name: string, sections: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'netsnap-wg-'))
  try {
    writeFileSync(join(folder, 'conf'), [`[Interface]\nPrivateKey = ${keyOf(name)}\n`, ...sections].join('\n'), {
      mode: 0o600,
    })
    namespace.run(`wg setconf ${name} ${join(folder, 'conf')}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
