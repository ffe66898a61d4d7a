import { createNamespace } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { expect, test } from 'vitest'
import { getAddressLabels } from '../src/address-label.ts'
import { unknownIn } from './unknown.ts'

describeLive('labels of the live kernel', () => {
  test('are what `ip -j addrlabel` says, those of one interface too', async () => {
    await using own = await createNamespace()
    own.run('ip link add br0 type bridge')
    own.batch('addrlabel', [
      'add prefix 2001:db8::/32 label 99',
      'add prefix 2001:db8:7::/48 dev br0 label 4294967294',
      'add prefix 2001:db8::1/128 label 0',
    ])
    const oracle = own.json<{ address: string; prefixlen: number; label: number; ifname?: string }[]>('ip -j addrlabel')
    const found = await getAddressLabels({ netns: own.path })
    const index = own.json<{ ifindex: number }[]>('ip -j link show br0')[0]!.ifindex
    expect(found.map(({ seq: _, ...label }) => label)).toEqual(
      oracle.map(({ address, prefixlen, label, ifname, ...left }) => {
        expect(left).toEqual({})
        const dev = ifname === undefined ? {} : { dev: ifname, dev_index: index }
        // `ip` takes what fits into an int for one.
        return { prefix: `${address}/${prefixlen}`, prefixlen, label: label < 0 ? label + 2 ** 32 : label, ...dev }
      }),
    )
    expect(found.filter(({ dev }) => dev === 'br0').length).toBe(1)
    expect(found.length).toBe(13)
    expect(new Set(found.map(({ seq }) => seq)).size).toBe(1)
    expect(unknownIn(found)).toEqual([])
    own.run('ip addrlabel add prefix 2001:db8:1::/48 label 5')
    expect((await getAddressLabels({ netns: own.path }))[0]!.seq).toBe(found[0]!.seq + 1)
  })

  test('3,000 of them, in several messages', async () => {
    await using own = await createNamespace()
    const prefixes = Array.from({ length: 3000 }, (_, i) => `2001:db8:${(i + 1).toString(16)}::/48`)
    own.batch(
      'addrlabel',
      prefixes.map((prefix, i) => `add prefix ${prefix} label ${i}`),
    )
    const found = await getAddressLabels({ netns: own.path })
    const labels = new Map(found.map(({ prefix, label }) => [prefix, label]))
    expect(prefixes.map((prefix) => labels.get(prefix))).toEqual(prefixes.map((_, i) => i))
    expect(found.length).toBe(3010)
  })
})
