import { afterAll, beforeAll, expect, test } from 'vitest'
import { constant } from '../src/constants/index.ts'
import { interfaceNameOf, interfacesOfKind } from '../src/session/interfaces.ts'
import { openSession } from '../src/session/query.ts'
import { Session } from '../src/session/session.ts'
import { openNetns } from '../src/socket/netns.ts'
import { openSocket } from '../src/socket/socket.ts'
import { createNamespace, type Namespace, recordingTransport, recordMessagesOf } from '../src/testing/index.ts'
import { describeLive, needs } from '../src/testing/vitest.ts'

describeLive('interfaces by their kind, index and name', needs('bridge', 'veth'), () => {
  let namespace: Namespace
  let session: Session
  beforeAll(async () => {
    namespace = await createNamespace()
    for (const name of ['br0', 'br1']) namespace.run(`ip link add ${name} type bridge`)
    namespace.run('ip link add v0 type veth peer name v1')
    session = openSession('NETLINK_ROUTE', { netns: namespace.path })
  })
  afterAll(async () => {
    session.close()
    await namespace.close()
  })

  test.each(['bridge', 'veth'])('those of the kind %s are what `ip` lists of it', async (kind) => {
    const shown = namespace.json<{ ifindex: number; ifname: string }[]>(`ip -j link show type ${kind}`)
    const expected = shown.map(({ ifindex, ifname }) => ({ index: ifindex, name: ifname }))
    expect(await interfacesOfKind(session, kind)).toEqual(expected)
    expect(expected).toHaveLength(2)
  })

  test('the kernel filters: no other link is sent', async () => {
    const netns = openNetns(namespace.path)
    const transport = recordingTransport(openSocket(constant('NETLINK_ROUTE'), { netns: netns.fd }))
    netns.close()
    await using own = new Session(transport)
    await interfacesOfKind(own, 'bridge')
    expect(recordMessagesOf(transport.recorded())).toHaveLength(2)
  })

  test('of a kind that the kernel does not know there are none, though it sends all', async () => {
    expect(await interfacesOfKind(session, 'no-such-kind')).toEqual([])
  })

  test('a name by its index', async () => {
    for (const { index, name } of await interfacesOfKind(session, 'veth')) {
      expect(await interfaceNameOf(session, index)).toBe(name)
    }
    expect(await interfaceNameOf(session, 99_999)).toBeUndefined()
  })
})
