import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getNexthops, getRoutes, type Nexthop } from '../src/index.ts'
import { cases, needed, oracles } from './cases.ts'
import { asIpNexthop, asIpRoute, atTheSameTime, type IpObject } from './iproute2.ts'
import { unknownIn } from './unknown.ts'

describeLive('routes of the live kernel', () => {
  for (const [state, commands] of Object.entries(cases)) inState(state, commands)
})

function inState(state: string, commands: readonly string[]): void {
  describeLive(`in the state "${state}"`, needs(...(needed[state] ?? [])), () => {
    let own: Namespace
    let objects: Nexthop[]
    beforeAll(async () => {
      own = await createNamespace()
      for (const command of commands) own.run(command)
      objects = await getNexthops({ netns: own.path })
    })
    afterAll(() => own?.close())

    test.each([
      [oracles.all, {}],
      ['ip -4 -j -d route show table all', { family: 'ipv4' }],
      ['ip -6 -j -d route show table all', { family: 'ipv6' }],
    ] as const)('are what `%s` says, field by field', async (command, filter) => {
      const routes = await getRoutes({ netns: own.path, ...filter })
      const oracle = own.json<IpObject[]>(command)
      expect(
        atTheSameTime(
          routes.map((route) => asIpRoute(route, objects)),
          oracle,
        ),
      ).toEqual(oracle)
      expect(unknownIn(routes)).toEqual([])
    })

    test(`nexthop objects are what \`${oracles.nexthops}\` says`, async () => {
      expect(objects.map(asIpNexthop)).toEqual(own.json(oracles.nexthops))
      expect(unknownIn(objects)).toEqual([])
    })
  })
}
