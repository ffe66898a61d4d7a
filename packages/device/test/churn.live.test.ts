import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createNamespace } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { expect, test } from 'vitest'
import { type Interface, listInterfaces, streamInterfaces } from '../src/index.ts'

const PAIRS = 60

/** The addresses that the interface of this name was given. */
const expected = (name: string) => {
  const number = Number(name.slice(1))
  return [`10.${name.startsWith('v') ? 1 : 2}.0.${number}/32`, `fd00::${name.startsWith('v') ? 1 : 2}:${number}/128`]
}

/** An interface that stays has all of its addresses, and none of another's. */
function check(interfaces: readonly Interface[]): void {
  const stay = interfaces.filter(({ name }) => /^[vw]\d+$/.test(name!))
  expect(stay).toHaveLength(2 * PAIRS)
  for (const { name, addresses, index } of stay) {
    expect(addresses.map(({ ipinterface }) => ipinterface).sort()).toEqual(expected(name!).sort())
    for (const { dev, dev_index } of addresses) expect([dev, dev_index]).toEqual([name, index])
  }
}

describeLive('interfaces that come and go while they are listed', () => {
  test('what is given is right, or said to be interrupted', async () => {
    await using own = await createNamespace()
    const lines = ['link set lo up']
    for (let i = 1; i <= PAIRS; i++) {
      lines.push(`link add v${i} type veth peer name w${i}`)
      for (const name of [`v${i}`, `w${i}`]) {
        lines.push(`link set ${name} up`)
        for (const address of expected(name))
          lines.push(`addr add ${address} dev ${name} ${address.includes(':') ? 'nodad' : ''}`)
      }
    }
    own.run('sysctl -qw net.ipv6.conf.default.addr_gen_mode=1')
    own.run(`printf '${lines.join('\\n')}\\n' | ip -batch -`)
    check(await listInterfaces({ netns: own.path }))

    const loop =
      'i=0; while [ $i -lt 60 ]; do ip link add come$i type bridge; ip addr add 10.9.9.9/32 dev come$i; ip link del come$i; i=$((i+1)); done'
    const child = spawn('nsenter', [`--net=${own.path}`, 'sh', '-c', loop], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    const counts = { whole: 0, interrupted: 0, restarted: 0 }
    while (child.exitCode === null) {
      const interfaces = await listInterfaces({ netns: own.path, onInterrupted: 'return' })
      counts[interfaces.interrupted ? 'interrupted' : 'whole']++
      if (interfaces.restarts > 0) counts.restarted++
      if (!interfaces.interrupted) check(interfaces)
      const streamed: Interface[] = []
      const stream = streamInterfaces({ netns: own.path, onInterrupted: 'return' })
      let next = await stream.next()
      for (; !next.done; next = await stream.next()) streamed.push(...next.value)
      if (!next.value.interrupted) check(streamed)
    }
    await ended
    expect(counts.whole).toBeGreaterThan(0)
    expect(counts.restarted).toBeGreaterThan(0)
  })
})
