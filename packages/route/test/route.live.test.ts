import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getNexthops, getRoutes, type Nexthop, type Route } from '../src/index.ts'
import { cases, needs, oracles } from './cases.ts'
import { asIpNexthop, asIpRoute, atTheSameTime, type IpObject } from './iproute2.ts'

/** Every attribute, at whatever depth, that no line has read: that is how we hear of a new kernel. */
function unknownIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    /^unknown_\w+_attrs_decoded$/.test(key) ? (inner as unknown[]) : unknownIn(inner),
  )
}

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

    test.each([
      ['all', {}],
      ['ipv4', { family: 'ipv4' }],
      ['ipv6', { family: 'ipv6' }],
    ] as const)('%s: as iproute2 has them, field by field', async (key, filter) => {
      if (!can) return
      const routes = await getRoutes({ netns: own.path, ...filter })
      const oracle = own.json<IpObject[]>(oracles[key])
      expect(
        atTheSameTime(
          routes.map((route) => asIpRoute(route, objects)),
          oracle,
        ),
      ).toEqual(oracle)
      expect(unknownIn(routes)).toEqual([])
    })

    test('nexthop objects, as iproute2 has them', async () => {
      if (!can) return
      expect(objects.map(asIpNexthop)).toEqual(own.json(oracles.nexthops))
      expect(unknownIn(objects)).toEqual([])
    })
  })
})

export type { Route }
