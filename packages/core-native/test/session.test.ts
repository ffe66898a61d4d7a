import { describe, expect, test } from 'vitest'
import { NetlinkError } from '../src/base/errors.ts'
import { constant, constants } from '../src/constants/index.ts'
import { getFamily } from '../src/session/generic.ts'
import { Session } from '../src/session/session.ts'
import { concat } from '../src/testing/build.ts'
import { type FakeDatagram, type FakeTransport, fakeTransport } from '../src/testing/fake-transport.ts'
import { b, done, failed, INTERRUPTED, ids, read, rejection, row, sessionOf } from './fixtures/fake-kernel.ts'
import { small } from './fixtures/sample-tables.ts'

describe('a dump', () => {
  test('asks with REQUEST and DUMP, and numbers its requests', async () => {
    const { transport, session } = sessionOf(({ sequence }) => [done(sequence)])
    await session.dump(small, { header: { family: 10 } })
    await session.dump(small)
    const [first, second] = transport.requests.map(read)
    expect(first!.flags).toBe(constant('NLM_F_REQUEST') | constant('NLM_F_DUMP'))
    expect(first!.type).toBe(constant('RTM_GETRULE'))
    expect(first!.body[0]).toBe(10)
    expect(second!.sequence).not.toBe(first!.sequence)
  })

  test('collects the rows of many datagrams, with DONE in one of its own', async () => {
    const { session } = sessionOf(({ sequence: s }) => [concat(row(s, 1), row(s, 2)), row(s, 3), done(s)])
    const records = await session.dump(small)
    expect(ids(records)).toEqual([1, 2, 3])
    expect(records).toMatchObject({ interrupted: false, restarts: 0 })
    expect(JSON.stringify(records)).not.toContain('interrupted')
  })

  test('reads a DONE that shares a datagram with rows', async () => {
    const { session } = sessionOf(({ sequence: s }) => [concat(row(s, 1), done(s))])
    expect(ids(await session.dump(small))).toEqual([1])
  })

  test('of nothing is an empty array', async () => {
    const { session } = sessionOf(({ sequence: s }) => [done(s)])
    expect(await session.dump(small)).toEqual([])
  })

  test('goes on over more rows than its buffers hold', async () => {
    const count = 20_000
    const { session } = sessionOf(
      function* ({ sequence: s }) {
        for (let id = 0; id < count; id += 100) yield concat(...Array.from({ length: 100 }, (_, i) => row(s, id + i)))
        yield done(s)
      },
      { bufferBytes: 64 * 1024 },
    )
    expect(ids(await session.dump(small))).toEqual(Array.from({ length: count }, (_, i) => i))
  })

  test('passes over messages of another sequence number, even a DONE', async () => {
    const { session } = sessionOf(({ sequence: s }) => [
      concat(row(s - 1, 9), done(s - 1)),
      row(s, 1),
      failed(s + 7, 1),
      done(s),
    ])
    expect(ids(await session.dump(small))).toEqual([1])
  })

  test('passes over messages to another port', async () => {
    const transport = fakeTransport((request) => {
      const { sequence } = read(request)
      const to = (port: number, id: number) =>
        b.message({ type: 'RTM_NEWRULE', sequence, port }, b.struct('fib_rule_hdr'), b.attribute(2, b.u32(id)))
      return [to(8, 1), to(7, 2), b.message({ type: 'NLMSG_DONE', sequence, port: 7 }, b.u32(0))]
    })
    const session = new Session(Object.assign(transport, { port: 7 }) as FakeTransport)
    expect(ids(await session.dump(small))).toEqual([2])
  })

  test('passes over NOOP', async () => {
    const { session } = sessionOf(({ sequence }) => [b.message({ type: 'NLMSG_NOOP', sequence }), done(sequence)])
    expect(await session.dump(small)).toEqual([])
  })

  test('fails with the errno in DONE, and the sentence that comes with it', async () => {
    const sentence = b.attribute('NLMSGERR_ATTR_MSG', b.text('no room for this'))
    const { session } = sessionOf(({ sequence: s }) => [row(s, 1), done(s, 90, constant('NLM_F_ACK_TLVS'), sentence)])
    await expect(session.dump(small)).rejects.toMatchObject({
      code: 'EMSGSIZE',
      table: 'small',
      kernelMessage: 'no room for this',
      message: 'small: the kernel refused (EMSGSIZE): no room for this',
    })
  })

  test('fails with the errno in ERROR', async () => {
    const { session } = sessionOf(({ sequence: s }) => [failed(s, 1)])
    await expect(session.dump(small)).rejects.toMatchObject({
      code: 'EPERM',
      message: 'small: the kernel refused (EPERM): operation not permitted',
    })
  })

  test('names the attribute of the request that the kernel points at', async () => {
    const { session } = sessionOf(({ sequence: s }, n) => {
      const echo = b.message({ type: 'RTM_GETRULE', sequence: s }, new Uint8Array(n === 0 ? 28 : 0))
      const size = constants().layout('nlmsghdr')!.size + constants().layout('fib_rule_hdr')!.size
      const tlvs = concat(
        b.attribute('NLMSGERR_ATTR_MSG', b.text('bad id')),
        b.attribute('NLMSGERR_ATTR_OFFS', b.u32(size + 8)),
      )
      const flags = constant('NLM_F_ACK_TLVS') | (n === 0 ? 0 : constant('NLM_F_CAPPED'))
      return [failed(s, 22, flags, echo, tlvs)]
    })
    const attributes = [
      ['CTRL_ATTR_MCAST_GRP_NAME', b.u32(0)],
      ['CTRL_ATTR_MCAST_GRP_ID', b.u32(1)],
    ] as const
    for (const _ of ['with our request sent back', 'with its header alone']) {
      await expect(session.dump(small, { attributes })).rejects.toMatchObject({
        code: 'EINVAL',
        kernelMessage: 'bad id',
        attribute: 'CTRL_ATTR_MCAST_GRP_ID',
      })
    }
  })

  test.each([
    ['a message that runs past its datagram', (s: number) => row(s, 1).subarray(0, 30)],
    ['a message that is shorter than its header', () => new Uint8Array(16)],
    ['a message of a type that nobody asked for', (s: number) => b.message({ type: 'RTM_NEWLINK', sequence: s })],
  ])('fails with EBADMSG for %s', async (_, datagram) => {
    const { session } = sessionOf(({ sequence: s }) => [datagram(s), done(s)])
    await expect(session.dump(small)).rejects.toThrow(rejection('EBADMSG'))
  })

  test('fails when the kernel lost messages', async () => {
    const { session } = sessionOf(({ sequence }) => [b.message({ type: 'NLMSG_OVERRUN', sequence }), done(sequence)])
    await expect(session.dump(small)).rejects.toThrow(rejection('ENOBUFS'))
  })

  test('can be followed by another after every failure', async () => {
    const { session } = sessionOf(({ sequence: s }, n) =>
      n === 0 ? [row(s, 1).subarray(0, 30), row(s, 2), done(s)] : [row(s, 3), done(s)],
    )
    await expect(session.dump(small)).rejects.toThrow(rejection('EBADMSG'))
    expect(ids(await session.dump(small))).toEqual([3])
  })
})

describe('a dump that the kernel says was interrupted', () => {
  const interruptedTimes = (times: number) =>
    sessionOf(({ sequence: s }, n) => [row(s, n, n < times ? INTERRUPTED : 0), done(s)])

  test('starts again, and forgets what it had', async () => {
    const { session, transport } = interruptedTimes(3)
    const records = await session.dump(small)
    expect(ids(records)).toEqual([3])
    expect(records).toMatchObject({ interrupted: false, restarts: 3 })
    expect(transport.requests).toHaveLength(4)
  })

  test('fails after five starts more', async () => {
    const { session, transport } = interruptedTimes(Infinity)
    await expect(session.dump(small)).rejects.toMatchObject({
      code: 'DUMP_INTERRUPTED',
      message: expect.stringContaining('each of the 5 times'),
    })
    expect(transport.requests).toHaveLength(6)
  })

  test('starts again as often as is asked for', async () => {
    const { session, transport } = interruptedTimes(Infinity)
    await expect(session.dump(small, {}, { restarts: 0 })).rejects.toThrow(rejection('DUMP_INTERRUPTED'))
    expect(transport.requests).toHaveLength(1)
  })

  test('returns what it has, marked, if that is asked for', async () => {
    const { session } = interruptedTimes(Infinity)
    const records = await session.dump(small, {}, { restarts: 1, onInterrupted: 'return' })
    expect(ids(records)).toEqual([1])
    expect(records).toMatchObject({ interrupted: true, restarts: 1 })
  })

  test('is noticed in DONE too', async () => {
    const { session } = sessionOf(({ sequence: s }, n) => [row(s, n), done(s, 0, n === 0 ? INTERRUPTED : 0)])
    expect(await session.dump(small)).toMatchObject({ restarts: 1, interrupted: false })
  })
})

describe('a dump whose table is watched', () => {
  const PORT = 4712
  const watched = { ...small, watch: ['RTNLGRP_IPV4_RULE', 'RTNLGRP_IPV6_RULE'] } as const
  const groups = watched.watch.map((name) => constant(name))
  const change = b.message({ type: 'RTM_DELRULE', port: 99 }, b.struct('fib_rule_hdr', {}))
  const overrun = () => new NetlinkError('full', { code: 'ENOBUFS', operation: 'receive' })
  const ours = (message: Uint8Array) => {
    const copy = message.slice()
    new DataView(copy.buffer).setUint32(constants().layout('nlmsghdr')!.members.nlmsg_pid!.offset, PORT, b.little)
    return copy
  }

  /** The n-th dump has what `among` says between its two rows. */
  function watchedSession(among: (n: number) => FakeDatagram[]) {
    const joined: number[][] = []
    let n = 0
    const transport: FakeTransport = fakeTransport(
      (request) => {
        const { sequence: s } = read(request)
        joined.push([...transport.groups])
        return [ours(row(s, 1)), ...among(n++), ours(concat(row(s, 2))), ours(done(s))]
      },
      { port: PORT },
    )
    return { transport, joined, session: new Session(transport) }
  }

  test.each([
    ['a message of a group', change],
    ['an overrun of the queue', overrun()],
  ])('starts again after %s', async (_, event) => {
    const { session, joined, transport } = watchedSession((n) => (n < 2 ? [event] : []))
    const records = await session.dump(watched)
    expect(ids(records)).toEqual([1, 2])
    expect(records).toMatchObject({ interrupted: false, restarts: 2 })
    expect(joined).toEqual([groups, groups, groups])
    expect([...transport.groups]).toEqual([])
  })

  test('in a stream is marked at the end, and no row is given twice', async () => {
    const { session, transport } = watchedSession(() => [change])
    const seen: (number | undefined)[] = []
    const stream = session.stream(watched, {}, { onInterrupted: 'return' })
    for (let next = await stream.next(); ; next = await stream.next()) {
      if (next.done) {
        expect(next.value).toEqual({ interrupted: true })
        break
      }
      seen.push(...ids(next.value))
    }
    expect(seen).toEqual([1, 2])
    expect([...transport.groups]).toEqual([])
  })

  test('is watched by the groups of the request instead, and is not when one record is asked for', async () => {
    const { session, joined } = watchedSession(() => [])
    await session.dump(watched, { watch: ['RTNLGRP_LINK'] })
    await session.dump(watched, { watch: [] })
    await session.get(watched, {})
    expect(joined).toEqual([[constant('RTNLGRP_LINK')], [], []])
  })

  test('leaves the groups when it is left, refused or aborted', async () => {
    const { session, transport, joined } = watchedSession((n) => (n === 2 ? [failedOurs()] : []))
    for await (const _ of session.stream(watched)) break
    await expect(session.dump(watched, {}, { signal: AbortSignal.abort() })).rejects.toThrow(rejection('ABORTED'))
    await session.dump(watched)
    await expect(session.dump(watched)).rejects.toThrow(rejection('EPERM'))
    await session.dump(watched, { watch: [] })
    expect(joined.at(-1)).toEqual([])
    expect([...transport.groups]).toEqual([])
  })
  const failedOurs = () => ours(failed(3, 1))

  test('a table that is not watched takes an overrun for what it is', async () => {
    const { session } = watchedSession(() => [overrun()])
    await expect(session.dump(small)).rejects.toThrow(rejection('ENOBUFS'))
  })
})

describe('a stream', () => {
  const collect = async (stream: AsyncIterable<{ id?: number }[]>) => {
    const all: (number | undefined)[] = []
    for await (const batch of stream) all.push(...ids(batch))
    return all
  }

  test('gives the rows in batches', async () => {
    const { session } = sessionOf(
      function* ({ sequence: s }) {
        for (let id = 0; id < 5000; id++) yield row(s, id)
        yield done(s)
      },
      { bufferBytes: 64 * 1024 },
    )
    expect(await collect(session.stream(small))).toHaveLength(5000)
  })

  test('reports an interruption at its end', async () => {
    const { session } = sessionOf(({ sequence: s }) => [row(s, 1, INTERRUPTED), done(s)])
    const seen: (number | undefined)[] = []
    const reading = (async () => {
      for await (const batch of session.stream(small)) seen.push(...ids(batch))
    })()
    await expect(reading).rejects.toThrow(rejection('DUMP_INTERRUPTED'))
    expect(seen).toEqual([1])
  })

  test('returns the mark instead, if asked', async () => {
    const { session } = sessionOf(({ sequence: s }) => [row(s, 1, INTERRUPTED), done(s)])
    const stream = session.stream(small, {}, { onInterrupted: 'return' })
    await stream.next()
    expect(await stream.next()).toEqual({ done: true, value: { interrupted: true } })
  })

  test('left before the end of what one receive brought lets the next request go', async () => {
    const { session } = sessionOf(({ sequence: s }) => [
      ...Array.from({ length: 40 }, (_, i) => concat(...Array.from({ length: 100 }, (_, j) => row(s, i * 100 + j)))),
      done(s),
    ])
    for await (const batch of session.stream(small)) {
      expect(batch.length).toBeLessThan(4000)
      break
    }
    expect(await session.dump(small)).toHaveLength(4000)
  })

  test('left early is read to its end before the next request', async () => {
    const order: string[] = []
    const { session } = sessionOf(
      function* ({ sequence: s }, n) {
        for (let id = 0; id < 3000; id++) yield row(s, id)
        order.push(`end of ${n}`)
        yield done(s)
      },
      { bufferBytes: 64 * 1024 },
    )
    for await (const _ of session.stream(small)) break
    order.push('left')
    expect(await session.dump(small)).toHaveLength(3000)
    expect(order).toEqual(['left', 'end of 0', 'end of 1'])
  })
})

describe('a datagram that does not fit', () => {
  const big = (s: number) => concat(...Array.from({ length: 4000 }, (_, id) => row(s, id)))

  test('has the dump start again with a larger buffer', async () => {
    const { session, transport } = sessionOf(({ sequence: s }) => [row(s, 1), big(s), done(s)], { bufferBytes: 65536 })
    expect(await session.dump(small)).toHaveLength(4001)
    expect(transport.requests.length).toBeGreaterThan(1)
  })

  test('after rows were given ends a stream with its size', async () => {
    const big = (s: number) => concat(...Array.from({ length: 40_000 }, (_, id) => row(s, id)))
    const { session } = sessionOf(
      function* ({ sequence: s }) {
        for (let id = 0; id < 3000; id++) yield row(s, id)
        yield big(s)
        yield done(s)
      },
      { bufferBytes: 65536 },
    )
    const reading = (async () => {
      for await (const _ of session.stream(small));
    })()
    await expect(reading).rejects.toMatchObject({ code: 'EMSGSIZE', size: big(1).length })
    expect(await session.dump(small)).toHaveLength(43_000)
  })
})

describe('abort, timeout and close', () => {
  const silent = () => sessionOf(() => [])

  test('an abort ends the call at once', async () => {
    const { session } = silent()
    const controller = new AbortController()
    const reading = session.dump(small, {}, { signal: controller.signal })
    setTimeout(() => controller.abort(new Error('enough')), 10)
    await expect(reading).rejects.toMatchObject({
      code: 'ABORTED',
      cause: expect.objectContaining({ message: 'enough' }),
    })
  })

  test('nothing is sent for a signal that is aborted already', async () => {
    const { session, transport } = silent()
    await expect(session.dump(small, {}, { signal: AbortSignal.abort() })).rejects.toThrow(rejection('ABORTED'))
    expect(transport.requests).toHaveLength(0)
  })

  test('a timeout has a code of its own', async () => {
    const { session } = silent()
    await expect(session.dump(small, {}, { timeout: 10 })).rejects.toThrow(rejection('TIMEOUT'))
    await expect(session.dump(small, {}, { timeout: -1 })).rejects.toThrow(TypeError)
  })

  test('the next call waits until the reply that was given up has ended', async () => {
    const { session, transport } = sessionOf(({ sequence: s }, n) => (n === 0 ? [] : [row(s, 5), done(s)]))
    await expect(session.dump(small, {}, { timeout: 10 })).rejects.toThrow(rejection('TIMEOUT'))
    const next = session.dump(small)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(transport.requests).toHaveLength(1)
    transport.deliver(row(1, 1), done(1))
    expect(ids(await next)).toEqual([5])
  })

  test('a call that waits its turn can be aborted', async () => {
    const { session } = silent()
    const first = session.dump(small)
    await expect(session.dump(small, {}, { timeout: 10 })).rejects.toThrow(rejection('TIMEOUT'))
    session.close()
    await expect(first).rejects.toThrow(rejection('ECANCELED'))
  })

  test('closing ends the call under way, and refuses the next', async () => {
    const { session } = silent()
    const reading = session.dump(small)
    setImmediate(() => session.close())
    await expect(reading).rejects.toThrow(rejection('ECANCELED'))
    session.close()
    await expect(session.dump(small)).rejects.toThrow(rejection('EBADF'))
  })

  test('`await using` closes', async () => {
    const { session, transport } = sessionOf(({ sequence: s }) => [done(s)])
    {
      await using held = session
      await held.dump(small)
    }
    expect(transport.closed).toBe(true)
  })

  test('calls at the same time take turns', async () => {
    const { session, transport } = sessionOf(function* ({ sequence: s }, n) {
      expect(transport.requests).toHaveLength(n + 1)
      yield row(s, n)
      yield done(s)
    })
    const all = await Promise.all([session.dump(small), session.dump(small), session.dump(small)])
    expect(all.map(ids)).toEqual([[0], [1], [2]])
  })

  test('a receive that fails fails the call', async () => {
    const broken = new NetlinkError('gone', { code: 'ENOBUFS', operation: 'receive' })
    const { session } = sessionOf(({ sequence: s }) => [row(s, 1), broken])
    await expect(session.dump(small)).rejects.toMatchObject({ code: 'ENOBUFS', table: 'small', message: 'small: gone' })
  })
})

describe('generic netlink', () => {
  const family = (sequence: number) =>
    b.message(
      { type: 'GENL_ID_CTRL', sequence },
      b.struct('genlmsghdr', { cmd: constant('CTRL_CMD_NEWFAMILY'), version: 2 }),
      b.attribute('CTRL_ATTR_FAMILY_NAME', b.text('dpll')),
      b.attribute('CTRL_ATTR_FAMILY_ID', b.u16(31)),
      b.nested(
        'CTRL_ATTR_MCAST_GROUPS',
        b.nested(
          1,
          b.attribute('CTRL_ATTR_MCAST_GRP_ID', b.u32(9)),
          b.attribute('CTRL_ATTR_MCAST_GRP_NAME', b.text('monitor')),
        ),
      ),
    )

  test('finds the id of a family by its name, without having the kernel look for it', async () => {
    const { session, transport } = sessionOf(({ sequence: s }) => [family(s), done(s)])
    expect(await getFamily(session, 'dpll')).toEqual({
      name: 'dpll',
      id: 31,
      multicast_groups: [{ id: 9, name: 'monitor' }],
    })
    const asked = read(transport.requests[0]!)
    expect(asked.flags).toBe(constant('NLM_F_REQUEST') | constant('NLM_F_DUMP'))
    expect(asked.body.toString('latin1')).not.toContain('dpll')
  })

  test('says that a family is absent', async () => {
    const { session } = sessionOf(({ sequence: s }) => [family(s), done(s)])
    await expect(getFamily(session, 'wireguard')).rejects.toMatchObject({
      code: 'FAMILY_ABSENT',
      message: expect.stringContaining('"wireguard"'),
    })
  })

  test('refuses what is no name', async () => {
    const { session, transport } = sessionOf(() => [])
    await expect(getFamily(session, '')).rejects.toThrow(TypeError)
    expect(transport.requests).toHaveLength(0)
  })
})
