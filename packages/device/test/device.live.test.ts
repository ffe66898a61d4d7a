import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getAddresses, getInterfaces, getLinks, listInterfaces, streamInterfaces, streamLinks } from '../src/index.ts'
import { cases, needed, oracles } from './cases.ts'
import { asIpAddress, asIpLink, fromIp, type IpObject, legible } from './iproute2.ts'
import { unknownIn } from './unknown.ts'

describeLive('links and addresses of the live kernel', () => {
  for (const [state, commands] of Object.entries(cases)) inState(state, commands)
})

async function all<T>(stream: AsyncGenerator<T[], unknown, void>): Promise<T[]> {
  const records: T[] = []
  for await (const batch of stream) records.push(...batch)
  return records
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
      const links = await getLinks({ netns: own.path })
      expect(links.map(asIpLink)).toEqual(own.json<IpObject[]>(oracles.links).map(fromIp))
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
      const netns = own.path
      const interfaces = await listInterfaces({ netns })
      const links = interfaces.map(({ addresses: _, ...link }) => link)
      expect(await getLinks({ netns })).toEqual(links)
      expect(await all(streamLinks({ netns }))).toEqual(links)
      expect(await all(streamInterfaces({ netns }))).toEqual(interfaces)
      const byName = await getInterfaces({ netns })
      expect(Object.keys(byName).sort()).toEqual(interfaces.map(({ name }) => name).sort())
      for (const one of interfaces) {
        expect(byName[one.name!]).toEqual(one)
        expect(await listInterfaces({ netns, index: one.index })).toEqual([one])
      }
      const addresses = await getAddresses({ netns })
      for (const one of interfaces) {
        expect(addresses.filter(({ dev_index }) => dev_index === one.index)).toEqual(one.addresses)
        expect(await getAddresses({ netns, dev: one.index })).toEqual(one.addresses)
      }
    })
  })
}
