import { readFileSync } from 'node:fs'
import { constants as os } from 'node:os'
import { Session } from '@netsnap/core-native'
import { constant, constants } from '@netsnap/core-native/constants'
import { fakeTransport, MessageBuilder, messagesOf, recordingsIn } from '@netsnap/core-native/testing'
import { describe, expect, test } from 'vitest'
import { getNexthops, getRoutes, lookupRoute, streamRoutes, streamRoutesJson } from '../src/index.ts'

const b = new MessageBuilder()
const { nlmsg_seq, nlmsg_type, nlmsg_flags } = constants().layout('nlmsghdr')!.members
const recording = recordingsIn(new URL('./dumps/', import.meta.url)).find(
  ({ state, kernel }) => state === 'nexthops' && kernel === '6.18',
)!

/** The three replies of a recording: links, nexthop objects, routes. */
const replies: Uint8Array[][] = [[]]
for (const message of messagesOf(readFileSync(recording.bytes!))) {
  replies.at(-1)!.push(message)
  const type = new DataView(message.buffer).getUint16(nlmsg_type!.offset, b.little)
  if (type === constant('NLMSG_DONE')) replies.push([])
}
const [links, objects, routes] = replies as [Uint8Array[], Uint8Array[], Uint8Array[]]

const refusal = (errno: number) => [b.message({ type: 'NLMSG_ERROR' }, b.u32(-errno), new Uint8Array(16))]

/** The same reply of a dump that the kernel says was interrupted. */
function interrupted(messages: readonly Uint8Array[]): Uint8Array[] {
  return messages.map((message) => {
    const copy = message.slice()
    const view = new DataView(copy.buffer)
    const flags = view.getUint16(nlmsg_flags!.offset, b.little)
    view.setUint16(nlmsg_flags!.offset, flags | constant('NLM_F_DUMP_INTR'), b.little)
    return copy
  })
}

/** A kernel that answers questions about links as it is told, and all others as it was recorded. */
function kernel(ofLinks: readonly Uint8Array[], ofObjects = objects, ofRoutes = routes) {
  const answers = new Map<number, readonly Uint8Array[]>([
    [constant('RTM_GETLINK'), ofLinks],
    [constant('RTM_GETNEXTHOP'), ofObjects],
    [constant('RTM_GETROUTE'), ofRoutes],
  ])
  const transport = fakeTransport((request) => {
    const asked = new DataView(request.buffer)
    return answers.get(asked.getUint16(nlmsg_type!.offset, b.little))!.map((message) => {
      const copy = message.slice()
      new DataView(copy.buffer).setUint32(nlmsg_seq!.offset, asked.getUint32(nlmsg_seq!.offset, b.little), b.little)
      return copy
    })
  })
  return { session: new Session(transport) }
}

const nameless = <T>(records: readonly T[]): T[] =>
  JSON.parse(JSON.stringify(records, (key, value) => (key === 'dev' || key === 'iif' ? undefined : value)))

describe.each(['EPERM', 'EACCES', 'ENOBUFS', 'EINVAL', 'EBUSY', 'EOPNOTSUPP', 'ENOMEM', 'EIO'] as const)(
  'a kernel that says %s of its links',
  (code) => {
    const source = () => kernel(refusal(os.errno[code]))

    test('gives routes and nexthop objects, with the indexes of the interfaces', async () => {
      const whole = await getRoutes(kernel(links))
      const found = await getRoutes(source())
      expect(whole.some(({ dev }) => dev !== undefined)).toBe(true)
      expect(found).toEqual(nameless(whole))
      expect(await getNexthops(source())).toEqual(nameless(await getNexthops(kernel(links))))
      const streamed: unknown[] = []
      for await (const batch of streamRoutes(source())) streamed.push(...batch)
      expect(streamed).toEqual([...found])
      const pieces: Uint8Array[] = []
      for await (const piece of streamRoutesJson({ ...source(), separator: ',' })) pieces.push(piece)
      expect(JSON.parse(`[${Buffer.concat(pieces)}]`)).toEqual([...found])
      expect(await lookupRoute('10.0.0.7', source())).toEqual(found[0])
    })

    test('gives those out of an interface by its index; one by name cannot be found', async () => {
      const [one] = (await getRoutes(source())).filter(({ dev_index }) => dev_index !== undefined)
      const by = await getRoutes({ ...source(), dev: one!.dev_index! })
      expect(by).toContainEqual(one)
      await expect(getRoutes({ ...source(), dev: 'br0' })).rejects.toMatchObject({ name: 'NetlinkError' })
    })
  },
)

describe('links that change each time they are listed', () => {
  test('do not cost the routes, and are told of', async () => {
    const options = { onInterrupted: 'return', restarts: 2 } as const
    const found = await getRoutes({ ...kernel(interrupted(links)), ...options })
    expect(found).toEqual(await getRoutes(kernel(links)))
    expect(found).toMatchObject({ interrupted: true, restarts: 2 })
    expect([...(await getRoutes(kernel(interrupted(links))))]).toEqual([...found])
    expect(await getNexthops({ ...kernel(interrupted(links)), ...options })).toMatchObject({ interrupted: true })
    const stream = streamRoutes({ ...kernel(interrupted(links)), ...options })
    for (;;) {
      const { done, value } = await stream.next()
      if (!done) continue
      expect(value).toEqual({ interrupted: true })
      break
    }
  })

  test('and nexthop objects that do, whose gateways the routes have, cost them unless they are wanted so', async () => {
    const source = () => kernel(links, interrupted(objects))
    await expect(getRoutes(source())).rejects.toMatchObject({ code: 'DUMP_INTERRUPTED' })
    const found = await getRoutes({ ...source(), onInterrupted: 'return', restarts: 50 })
    expect(found).toMatchObject({ interrupted: true, restarts: 50 })
    expect([...found]).toEqual([...(await getRoutes(kernel(links)))])
  })
})

test('a route by an object that was made since they were listed is among those that the kernel gives for an interface', async () => {
  const header = { rtm_family: constant('AF_INET'), rtm_dst_len: 24, rtm_type: constant('RTN_UNICAST') }
  const made = b.message(
    { type: 'RTM_NEWROUTE' },
    b.struct('rtmsg', header),
    b.attribute('RTA_DST', Uint8Array.of(10, 0, 0, 0)),
    b.attribute('RTA_NH_ID', b.u32(99)),
  )
  const found = await getRoutes({ ...kernel(links, objects, [made, ...routes]), dev: 'br0' })
  expect(found.map(({ nhid }) => nhid)).toContain(99)
})

test('an aborted call ends, whatever is being asked', async () => {
  const { session } = kernel(links)
  await expect(getRoutes({ session, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
})
