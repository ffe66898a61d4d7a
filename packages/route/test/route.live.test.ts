import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getNexthops, getRoutes, type Nexthop } from '../src/index.ts'
import { cases, needs, oracles } from './cases.ts'
import { asIpNexthop, asIpRoute, atTheSameTime, type IpObject } from './iproute2.ts'
import { unknownIn } from './unknown.ts'

/** Whether a state can be made on this kernel; says so where it cannot. */
async function possible(state: string): Promise<boolean> {
  const need = needs[state]
  if (need === undefined) return true
  await using namespace = await createNamespace()
  try {
    namespace.run(need)
    return true
  } catch (error) {
    console.warn(`route: the state "${state}" cannot be made on this kernel: ${(error as Error).message}`)
    return false
  }
}

describeLive('routes of the live kernel', () => {
  describe.each(Object.entries(cases))('in the state "%s"', (state, commands) => {
    let own: Namespace
    let can = false
    let objects: Nexthop[]
    beforeAll(async () => {
      can = await possible(state)
      if (!can) return
      own = await createNamespace()
      for (const command of commands) own.run(command)
      objects = await getNexthops({ netns: own.path })
    })
    afterAll(() => own?.close())

    test.for([
      [oracles.all, {}],
      ['ip -4 -j -d route show table all', { family: 'ipv4' }],
      ['ip -6 -j -d route show table all', { family: 'ipv6' }],
    ] as const)('are what `%s` says, field by field', async ([command, filter], context) => {
      if (!can) context.skip('this kernel cannot make them')
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

    test(`nexthop objects are what \`${oracles.nexthops}\` says`, async (context) => {
      if (!can) context.skip('this kernel cannot make them')
      expect(objects.map(asIpNexthop)).toEqual(own.json(oracles.nexthops))
      expect(unknownIn(objects)).toEqual([])
    })
  })
})
