/** What one call may expect of a session while others use it, when it is given up, and when something goes wrong. */
import { spawnSync } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { NetlinkError } from '../src/base/errors.ts'
import { constant } from '../src/constants/index.ts'
import type { ReadOptions } from '../src/session/options.ts'
import { withSession, withSessionStream } from '../src/session/query.ts'
import { Session } from '../src/session/session.ts'
import { concat } from '../src/testing/build.ts'
import { fakeTransport } from '../src/testing/fake-transport.ts'
import { done, failed, INTERRUPTED, ids, read, rejection, row, sessionOf } from './fixtures/fake-kernel.ts'
import { small } from './fixtures/sample-tables.ts'

const ASKED = { protocol: 'NETLINK_ROUTE', table: 'public' } as const
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** A reply that comes in one receive and is read in several batches. */
const long = (s: number, rows = 4000) => [
  ...Array.from({ length: rows / 100 }, (_, i) =>
    concat(...Array.from({ length: 100 }, (_, j) => row(s, i * 100 + j))),
  ),
  done(s),
]
const longSession = (options = {}) => sessionOf(({ sequence }) => long(sequence), options)

describe('a stream that is being read', () => {
  test('has the session for itself: other calls fail at once, and name it', async () => {
    const { session } = longSession()
    for await (const _ of session.stream(small)) {
      const busy = {
        code: 'SESSION_BUSY',
        table: 'small',
        message: expect.stringMatching(/busy with a stream of small/),
      }
      await expect(session.dump(small)).rejects.toMatchObject(busy)
      await expect(session.get(small, {})).rejects.toMatchObject(busy)
      await expect(session.stream(small).next()).rejects.toMatchObject(busy)
      await expect(session.streamJson(small).next()).rejects.toMatchObject(busy)
      break
    }
    expect(await session.dump(small)).toHaveLength(4000)
  })

  test('waits for the calls before it, and lets go at its end', async () => {
    const { session } = longSession()
    const first = session.dump(small)
    const stream = session.stream(small)
    const next = stream.next()
    await expect(session.dump(small)).rejects.toThrow(rejection('SESSION_BUSY'))
    expect(await first).toHaveLength(4000)
    expect((await next).done).toBe(false)
    let rest = await stream.next()
    while (!rest.done) rest = await stream.next()
    expect(await session.dump(small)).toHaveLength(4000)
  })

  test('that is never begun holds up nobody', async () => {
    const { session } = longSession()
    session.stream(small)
    await session.stream(small).return({ interrupted: false })
    expect(await session.dump(small)).toHaveLength(4000)
  })

  test('that fails lets go', async () => {
    const { session } = sessionOf(({ sequence: s }, n) => (n === 0 ? [row(s, 1), failed(s, 1)] : [row(s, 2), done(s)]))
    const stream = session.stream(small)
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toThrow(rejection('EPERM'))
    expect(ids(await session.dump(small))).toEqual([2])
  })

  test.each(['session', 'public', 'json'])('and is dropped lets go when it is collected (%s)', (kind) => {
    const script = fileURLToPath(new URL('./fixtures/forget.ts', import.meta.url))
    const node = ['--expose-gc', '--conditions=@netsnap/source', '--import', 'tsx', script, kind]
    const { status, stdout, stderr } = spawnSync(process.execPath, node, { encoding: 'utf8', timeout: 30_000 })
    expect({ status, stdout: stdout.trim(), stderr }).toEqual({ status: 0, stdout: '4000 rows', stderr: '' })
  })
})

describe('what has been received already counts no more', () => {
  const all = async (stream: AsyncGenerator<unknown[], unknown, void>, between: (n: number) => void) => {
    let rows = 0
    for (let n = 1; ; n++) {
      const next = await stream.next()
      if (next.done) return rows
      rows += next.value.length
      between(n)
    }
  }

  test.each([1, 2, 3])('after an abort behind batch %i', async (last) => {
    const { session } = longSession()
    const controller = new AbortController()
    let given = 0
    const reading = all(session.stream(small, {}, { signal: controller.signal }), (n) => {
      given = n
      if (n === last) controller.abort()
    })
    await expect(reading).rejects.toThrow(rejection('ABORTED'))
    expect(given).toBe(last)
    expect(await session.dump(small)).toHaveLength(4000)
  })

  test('after the timeout passed between two batches', async () => {
    const { session } = longSession()
    const stream = session.stream(small, {}, { timeout: 400 })
    await stream.next()
    await pause(500)
    await expect(stream.next()).rejects.toThrow(rejection('TIMEOUT'))
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect(await session.dump(small)).toHaveLength(4000)
  })

  test.each(['stream', 'json'])('after the session was closed between two batches (%s)', async (kind) => {
    const { session } = longSession()
    const stream = kind === 'json' ? session.streamJson(small) : session.stream(small)
    await stream.next()
    session.close()
    await expect(stream.next()).rejects.toThrow(rejection('ECANCELED'))
    await expect(session.dump(small)).rejects.toThrow(rejection('EBADF'))
  })

  test('of a dump too, whose reply was in the buffer', async () => {
    const { session } = longSession()
    const controller = new AbortController()
    const reading = session.dump(small, {}, { signal: controller.signal })
    setImmediate(() => setImmediate(() => controller.abort()))
    await expect(reading).rejects.toThrow(rejection('ABORTED'))
  })
})

describe('a timeout', () => {
  test.each([1000.5, 2 ** 32, 3e9, Number.MAX_SAFE_INTEGER])('of %d is waited for', async (timeout) => {
    const { session } = sessionOf(function* ({ sequence: s }) {
      yield row(s, 1)
      yield done(s)
    })
    expect(ids(await session.dump(small, {}, { timeout }))).toEqual([1])
    const silent = sessionOf(() => []).session
    const waiting = silent.dump(small, {}, { timeout })
    const outcome = await Promise.race([waiting.catch((error) => error), pause(40)])
    expect(outcome).toBeUndefined()
    silent.close()
    await expect(waiting).rejects.toThrow(rejection('ECANCELED'))
  })

  test.each([-1, Number.NaN, Infinity, -Infinity, '5', 5n, {}, null, true])('of %s is refused', async (timeout) => {
    const { session, transport } = longSession()
    await expect(session.dump(small, {}, { timeout } as unknown as ReadOptions)).rejects.toThrow(TypeError)
    expect(transport.requests).toHaveLength(0)
  })

  test('is that of the whole public call', async () => {
    let n = 0
    const transport = fakeTransport((request) => {
      const { sequence: s } = read(request)
      const answer = ++n
      setTimeout(() => transport.deliver(row(s, answer), done(s)), 40)
      return []
    })
    const session = new Session(transport)
    const call = withSession(ASKED, { session, timeout: 100 }, async (session, reading) => {
      for (let dumps = 0; dumps < 10; dumps++) await session.dump(small, {}, reading)
    })
    await expect(call).rejects.toMatchObject({ code: 'TIMEOUT', table: 'public', innerTable: 'small' })
    expect(n).toBeLessThan(5)
  })

  test('keeps the process until it has passed, and no longer than the call', () => {
    const script = fileURLToPath(new URL('./fixtures/alive.ts', import.meta.url))
    const run = (kind: string) => {
      const node = ['--conditions=@netsnap/source', '--import', 'tsx', script, kind]
      const begin = performance.now()
      const { status, stdout } = spawnSync(process.execPath, node, { encoding: 'utf8', timeout: 30_000 })
      return { status, stdout: stdout.trim(), seconds: (performance.now() - begin) / 1000 }
    }
    expect(run('waits')).toMatchObject({ status: 0, stdout: 'TIMEOUT finally' })
    const answered = run('answered')
    expect(answered).toMatchObject({ status: 0, stdout: '1 row' })
    expect(answered.seconds).toBeLessThan(20)
    expect(run('suspended')).toMatchObject({ status: 0, stdout: '1 row' })
  })
})

describe('a signal that lives long', () => {
  test('keeps nothing of the calls that it was given to, and never has more than one listener of ours', async () => {
    const { signal } = new AbortController()
    const { session } = longSession()
    const counts = new Set<number>()
    const calls = Array.from({ length: 20 }, async () => {
      await session.dump(small, {}, { signal, timeout: 60_000 })
      counts.add(getEventListeners(signal, 'abort').length)
    })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await Promise.all(calls)
    for await (const _ of session.stream(small, {}, { signal })) break
    await withSession(ASKED, { session, signal }, (session, reading) => session.dump(small, {}, reading))
    expect(Math.max(...counts)).toBe(1)
    await pause(0)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('ends all calls that it was given to', async () => {
    const controller = new AbortController()
    const sessions = Array.from({ length: 15 }, () => sessionOf(() => []).session)
    const calls = sessions.map((session) => session.dump(small, {}, { signal: controller.signal }))
    controller.abort('enough')
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' })
  })
})

describe('options that make no sense', () => {
  const odd: [string, object][] = [
    ['restarts', { restarts: 'x' }],
    ['restarts', { restarts: Number.NaN }],
    ['restarts', { restarts: -1 }],
    ['restarts', { restarts: 1.5 }],
    ['onInterrupted', { onInterrupted: 'retrun' }],
    ['signal', { signal: {} }],
    ['signal', { signal: 5 }],
    ['signal', { signal: new AbortController() }],
    ['captureUnknown', { captureUnknown: 'no' }],
    ['bigint', { bigint: 1 }],
    ['secrets', { secrets: 'all' }],
    ['lookups', { lookups: 'eth0' }],
    ['restart', { restart: 5 }],
    ['timout', { timout: 5 }],
    ['constructor', Object.assign(Object.create(null), { constructor: 1 })],
  ]

  test.each(odd)('%s: %j', async (name, options) => {
    const { session, transport } = longSession()
    const told = expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(name) })
    await expect(session.dump(small, {}, options)).rejects.toEqual(told)
    await expect(session.get(small, {}, options)).rejects.toEqual(told)
    await expect(session.stream(small, {}, options).next()).rejects.toEqual(told)
    await expect(session.streamJson(small, {}, options).next()).rejects.toEqual(told)
    const call = () =>
      withSession(ASKED, { session, ...options }, (session, reading) => session.dump(small, {}, reading))
    await expect(call()).rejects.toEqual(told)
    const stream = withSessionStream(ASKED, { session, ...options }, (session, reading) =>
      session.stream(small, {}, reading),
    )
    await expect(stream.next()).rejects.toEqual(told)
    expect(transport.requests).toHaveLength(0)
  })

  test.each([
    ['a list', []],
    ['null', null],
    ['a number', 5],
    ['a text', 'fast'],
  ])('%s', async (_, options) => {
    const { session, transport } = longSession()
    await expect(session.dump(small, {}, options as object)).rejects.toThrow(TypeError)
    await expect(withSession(ASKED, options as object, async () => 1)).rejects.toThrow(TypeError)
    expect(transport.requests).toHaveLength(0)
  })

  test('members and parts of a request', async () => {
    const { session, transport } = longSession()
    const odd: [unknown, RegExp][] = [
      [{ header: { family: 258 } }, /family: 258 is not a number of 8 bits/],
      [{ header: { family: -129 } }, /family/],
      [{ header: { family: 1.5 } }, /family/],
      [{ header: { family: '2' } }, /family: "2"/],
      [{ header: { family: 2n } }, /family: 2n/],
      [{ header: { rtm_family: 2 } }, /rtm_family/],
      [{ attributes: [['RTA_TABLE', [1]]] }, /RTA_TABLE/],
      [{ attributes: [['RTA_NO_SUCH_THING', new Uint8Array(4)]] }, /RTA_NO_SUCH_THING/],
      [{ flags: 0x300 }, /flags/],
    ]
    for (const [request, message] of odd) {
      await expect(session.dump(small, request as object)).rejects.toThrow(message)
      await expect(session.dump(small, request as object)).rejects.toThrow(TypeError)
    }
    expect(transport.requests).toHaveLength(0)
  })

  test('a session and a namespace at once, and what is no session', async () => {
    const { session, transport } = longSession()
    const call = (options: object) =>
      withSession(ASKED, options, (session, reading) => session.dump(small, {}, reading))
    await expect(call({ session, netns: 1 })).rejects.toThrow(/netns/)
    await expect(call({ session: {} })).rejects.toThrow(/session/)
    await expect(call({ session: transport })).rejects.toThrow(TypeError)
    expect(transport.requests).toHaveLength(0)
  })

  test('a session of another protocol than the table', async () => {
    const transport = Object.assign(
      fakeTransport(() => []),
      { protocol: constant('NETLINK_GENERIC') },
    )
    await expect(new Session(transport).dump(small)).rejects.toThrow(/small is read over NETLINK_ROUTE/)
    expect(transport.requests).toHaveLength(0)
  })
})

describe('what a public call reads in several dumps', () => {
  test('is read with the same options, and named in front of what went wrong', async () => {
    const { session, transport } = sessionOf(({ sequence: s }) => [row(s, 1, INTERRUPTED), done(s)])
    const call = (options: ReadOptions) =>
      withSession(ASKED, { session, ...options }, (session, reading) => session.dump(small, {}, reading))
    await expect(call({ restarts: 2 })).rejects.toMatchObject({
      code: 'DUMP_INTERRUPTED',
      table: 'public',
      innerTable: 'small',
      message: expect.stringMatching(/^public: small: /),
    })
    expect(transport.requests).toHaveLength(3)
    expect(await call({ restarts: 1, onInterrupted: 'return' })).toMatchObject({ interrupted: true, restarts: 1 })
  })
})

describe('after an error', () => {
  const broken = (code: string) => new NetlinkError(`broken (${code})`, { code, operation: 'receive' })

  /** The first reply has what `among` says between its rows; the kernel refuses a dump while another is not at its end. */
  function kernel(...among: readonly Error[]) {
    let ended = true
    return sessionOf(function* ({ sequence: s }, n) {
      if (!ended) return yield failed(s, 16)
      ended = false
      yield row(s, 1)
      if (n === 0) yield* among
      yield row(s, 2)
      ended = true
      yield done(s)
    })
  }

  test.each(['ENOBUFS', 'ENOMEM', 'EIO', 'EPERM'])('%s on a receive the next call is right', async (code) => {
    const { session } = kernel(broken(code))
    await expect(session.dump(small)).rejects.toThrow(rejection(code))
    for (let calls = 0; calls < 3; calls++) expect(ids(await session.dump(small))).toEqual([1, 2])
  })

  test('several in a row, too', async () => {
    const { session } = kernel(broken('ENOBUFS'), broken('ENOMEM'), broken('ENOBUFS'), broken('EIO'))
    await expect(session.dump(small)).rejects.toThrow(rejection('ENOBUFS'))
    expect(ids(await session.dump(small))).toEqual([1, 2])
  })

  test('of the caller’s own, in `accept`, the next call is right', async () => {
    const { session } = kernel()
    const accept = () => {
      throw new RangeError('mine')
    }
    await expect(session.dump(small, { accept })).rejects.toThrow('mine')
    expect(ids(await session.dump(small))).toEqual([1, 2])
    await expect(session.stream(small, { accept }).next()).rejects.toThrow('mine')
    expect(ids(await session.dump(small))).toEqual([1, 2])
  })

  test('on sending, nothing is waited for', async () => {
    let refuse = true
    const { session } = sessionOf(({ sequence: s }) => {
      if (refuse) throw new NetlinkError('no room (ENOBUFS)', { code: 'ENOBUFS', operation: 'send' })
      return [row(s, 1), done(s)]
    })
    await expect(session.dump(small)).rejects.toMatchObject({ code: 'ENOBUFS', operation: 'send', table: 'small' })
    refuse = false
    expect(ids(await session.dump(small))).toEqual([1])
  })
})

describe('with mocked timers', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('replies of any size are read', async () => {
    const { session } = longSession()
    vi.useFakeTimers({ toFake: ['setImmediate', 'setTimeout', 'clearTimeout', 'setInterval', 'queueMicrotask'] })
    const reading = session.dump(small, {}, { timeout: 60_000 })
    expect(await reading).toHaveLength(4000)
  })
})
