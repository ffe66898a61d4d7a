/** Tunnels that were moved to another namespace: what they go out of is none of the interfaces there. */
import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getLinks, type Link } from '../src/index.ts'

const indexOf = (where: Namespace, name: string) =>
  where.json<{ ifindex: number }[]>(`ip -j link show dev ${name}`)[0]?.ifindex

/** An index that an interface has in both namespaces, with its name in each. */
const HERE = 'over-here'
const THERE = 'over-there'

function moved(name: string, need: 'vxlan' | 'ip-tunnels', kind: 'vxlan' | 'ipip' | 'gre', options: string): void {
  describeLive(name, needs('bridge', 'veth', need), () => {
    let here: Namespace
    let there: Namespace
    beforeAll(async () => {
      here = await createNamespace()
      there = await createNamespace()
      // One index above all that a namespace is made with.
      there.run(`ip link add ${THERE} index 1000 type bridge`)
      here.run(`ip link add ${HERE} index 1000 type bridge`)
      // Has names looked up in any case.
      here.run(`ip link add v0 type veth peer name v1 && ip link set v0 master ${HERE}`)
      there.run(`ip link add tunnel0 type ${kind} ${options} dev ${THERE}`)
    })
    afterAll(async () => {
      await here.close()
      await there.close()
    })

    const dataOf = async (where: Namespace) => {
      const links = await getLinks({ netns: where.path })
      return links.find((link) => link.name === 'tunnel0')?.[kind as keyof Link] as
        | { link?: string; link_index?: number }
        | undefined
    }

    test('has the name where it was made, and never that of an interface where it is now', async () => {
      expect(indexOf(here, HERE)).toBe(indexOf(there, THERE))
      expect(await dataOf(there)).toMatchObject({ link_index: 1000, link: THERE })
      there.run(`ip link set tunnel0 netns ${here.pid}`)
      const data = await dataOf(here)
      expect(data).toMatchObject({ link_index: 1000 })
      // Found over there, or not at all.
      expect([undefined, THERE]).toContain(data?.link)
    })
  })
}

moved('a VXLAN', 'vxlan', 'vxlan', 'id 7 remote 192.0.2.7 dstport 4789')
moved('a tunnel of ipip', 'ip-tunnels', 'ipip', 'local 192.0.2.1 remote 192.0.2.2')
moved('a tunnel of GRE', 'ip-tunnels', 'gre', 'local 192.0.2.1 remote 192.0.2.2')
