import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  getAddresses,
  getInterfaces,
  getLinks,
  type Link,
  listInterfaces,
  streamInterfaces,
  streamLinks,
} from '../src/index.ts'
import { cases, needed, oracles } from './cases.ts'
import { asIpAddress, asIpLink, fromIp, type IpObject, legible } from './iproute2.ts'
import { unknownIn } from './unknown.ts'

describeLive('links and addresses of the live kernel', () => {
  for (const [state, commands] of Object.entries(cases)) inState(state, commands)
})

/** Records without what goes on by itself: the timers of bridges. */
function steady<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(steady) as T
  const fields = Object.entries(value).filter(([key]) => !/_timer(_sec)?$/.test(key))
  return Object.fromEntries(fields.map(([key, inner]) => [key, steady(inner)])) as T
}

async function all<T>(stream: AsyncGenerator<T[], unknown, void>): Promise<T[]> {
  const records: T[] = []
  for await (const batch of stream) records.push(...batch)
  return records
}

/** Our links and those of `ip` of a moment in which nothing moved: a kernel sends packets of its own, and a bond looks at its ports. */
async function betweenPackets(own: Namespace): Promise<{ links: Link[]; oracle: IpObject[] }> {
  const counters = (links: readonly Link[]) => JSON.stringify(steady([...links]))
  for (let rounds = 0; rounds < 100; rounds++) {
    const before = await getLinks({ netns: own.path })
    const oracle = own.json<IpObject[]>(oracles.links)
    if (counters(before) === counters(await getLinks({ netns: own.path }))) return { links: before, oracle }
  }
  throw new Error('the counters never stood still')
}

function inState(state: string, commands: readonly string[]): void {
  describeLive(`in the state "${state}"`, needs(...(needed[state] ?? [])), () => {
    let own: Namespace
    beforeAll(async () => {
      own = await createNamespace()
      for (const command of commands) own.run(command)
    })
    afterAll(() => own?.close())

    test(`links are what \`${oracles.links}\` says, field by field`, async () => {
      const { links, oracle } = await betweenPackets(own)
      expect(links.map(asIpLink)).toEqual(oracle.map(fromIp))
      expect(unknownIn(links)).toEqual([])
    })

    test(`addresses are what \`${oracles.addresses}\` says, field by field`, async () => {
      const interfaces = await listInterfaces({ netns: own.path })
      const oracle = own.json<{ ifname: string; addr_info: IpObject[] }[]>(oracles.addresses)
      const ours = interfaces.map(({ name, addresses }) => [legible(name), addresses.map(asIpAddress)])
      expect(ours).toEqual(oracle.map(({ ifname, addr_info }) => [ifname, addr_info]))
      expect(unknownIn(interfaces)).toEqual([])
    })

    test('whole, in a stream, by name and alone they are the same', async () => {
      // A bond that is up goes through states by itself.
      await vi.waitFor(compareAll, { timeout: 20_000, interval: 20 })
    })

    async function compareAll(): Promise<void> {
      const [netns, statistics] = [own.path, false]
      const interfaces = steady([...(await listInterfaces({ netns, statistics }))])
      const links = interfaces.map(({ addresses: _, ...link }) => link)
      expect(steady([...(await getLinks({ netns, statistics }))])).toEqual(links)
      expect(steady(await all(streamLinks({ netns, statistics })))).toEqual(links)
      expect(steady(await all(streamInterfaces({ netns, statistics })))).toEqual(interfaces)
      const byName = await getInterfaces({ netns, statistics })
      expect(Object.keys(byName).sort()).toEqual(interfaces.map(({ name }) => name).sort())
      for (const one of interfaces) {
        expect(steady(byName[one.name!])).toEqual(one)
        expect(steady([...(await listInterfaces({ netns, index: one.index, statistics }))])).toEqual([one])
      }
      const addresses = await getAddresses({ netns })
      for (const one of interfaces) {
        expect(addresses.filter(({ dev_index }) => dev_index === one.index)).toEqual(one.addresses)
        expect(await getAddresses({ netns, dev: one.index })).toEqual(one.addresses)
      }
    }
  })
}
