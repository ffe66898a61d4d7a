import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { constant } from '../src/constants/index.ts'
import { openNetns } from '../src/socket/netns.ts'
import { openSocket } from '../src/socket/socket.ts'
import { createNamespace } from '../src/testing/namespace.ts'
import { describeLive, needs } from '../src/testing/vitest.ts'
import { dumpRequest } from './fixtures/messages.ts'
import { stages } from './fixtures/stages.ts'

const route = constant('NETLINK_ROUTE')
const descriptors = () => readdirSync('/proc/self/fd').length

interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

interface RunOptions {
  readonly node?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Run a fixture in a process of its own. One that hangs is killed, which shows as a signal. */
function run(fixture: string, args: readonly string[] = [], { node = [], env = {} }: RunOptions = {}): Promise<Ended> {
  const file = fileURLToPath(new URL(`./fixtures/${fixture}`, import.meta.url))
  const loader = file.endsWith('.ts') ? ['--conditions=@netsnap/source', '--import', 'tsx'] : []
  const command = [...node, ...loader, file, ...args]
  const options = { env: { ...process.env, ...env }, timeout: 30_000, killSignal: 'SIGKILL' } as const
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr })
    })
  })
}

describe('descriptors', () => {
  test('are all given back by 10,000 sockets', () => {
    openSocket(route).close()
    const before = descriptors()
    for (let count = 0; count < 10_000; count++) openSocket(route).close()
    expect(descriptors()).toBe(before)
  })

  test('are all given back by sockets that are refused', () => {
    const before = descriptors()
    for (let count = 0; count < 1000; count++) {
      expect(() => openSocket(1000)).toThrow('EPROTONOSUPPORT')
      expect(() => openSocket(route, { netns: 0 })).toThrow()
    }
    expect(descriptors()).toBe(before)
  })

  test('are all given back by receives that are cancelled', async () => {
    const before = descriptors()
    const receives = Array.from({ length: 500 }, async (_, index) => {
      const transport = openSocket(route)
      const receiving = transport.receive(new ArrayBuffer(32 * 1024))
      await new Promise((resolve) => setTimeout(resolve, index % 20))
      transport.close()
      await expect(receiving).rejects.toMatchObject({ code: 'ECANCELED' })
    })
    await Promise.all(receives)
    await expect.poll(descriptors, { timeout: 5000 }).toBeLessThanOrEqual(before + 1)
  })

  test('are given back by sockets that are dropped, but not while they receive', async () => {
    const ended = await run('collect.ts', [], { node: ['--expose-gc'] })
    expect(ended).toMatchObject({ code: 0, signal: null })
    // The one that is left is the one that receives.
    const left = JSON.parse(ended.stdout) as number[]
    expect(Math.min(...left)).toBe(1)
    expect(left.at(-1)).toBe(1)
  })
})

describeLive('descriptors of sockets in another namespace', () => {
  test('are all given back', async () => {
    await using namespace = await createNamespace()
    const netns = openNetns(namespace.pid)
    openSocket(route, { netns: netns.fd }).close()
    const before = descriptors()
    const threads = readdirSync('/proc/self/task').length
    for (let count = 0; count < 500; count++) openSocket(route, { netns: netns.fd }).close()
    expect(descriptors()).toBe(before)
    expect(readdirSync('/proc/self/task').length).toBeLessThanOrEqual(threads)
    netns.close()
  })
})

describe.concurrent('a process that ends', () => {
  const others = stages.filter((stage) => stage !== 'wait')
  test.each(stages)('by process.exit after "%s" does so cleanly', async (stage) => {
    expect(await run('end-at-stage.ts', [stage, 'exit'])).toMatchObject({ code: 7, signal: null, stderr: '' })
  })

  test.each(stages)('by an error that nobody caught after "%s" does so cleanly', async (stage) => {
    const ended = await run('end-at-stage.ts', [stage, 'throw'])
    expect(ended).toMatchObject({ code: 1, signal: null })
    expect(ended.stderr).toContain('thrown on purpose')
  })

  test.each(others)('by itself after "%s" does so cleanly', async (stage) => {
    expect(await run('end-at-stage.ts', [stage, 'nothing'])).toMatchObject({ code: 0, signal: null, stderr: '' })
  })

  test.each(['receive', 'wait'])('by itself, closing after "%s", does so cleanly', async (stage) => {
    const ended = await run('end-at-stage.ts', [stage, 'close'])
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(ended.stdout).toContain('ECANCELED')
  })
})

describeLive('a worker that ends', needs('workers'), () => {
  test.concurrent.each(stages)('by being terminated after "%s" does so cleanly', async (stage) => {
    const ended = await run('terminate-worker.ts', [stage, 'terminate'])
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(JSON.parse(ended.stdout)).toEqual({ codes: [1, 1, 1], lost: 0 })
  })

  test.concurrent.each(stages)('by process.exit after "%s" does so cleanly', async (stage) => {
    const ended = await run('terminate-worker.ts', [stage, 'exit'])
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(JSON.parse(ended.stdout)).toEqual({ codes: [3, 3, 3], lost: 0 })
  })
})

describeLive('many workers and then the process', needs('workers'), () => {
  test('can be ended at any moment', async () => {
    const request = Buffer.from(dumpRequest('RTM_GETLINK', 'ifinfomsg')).toString('hex')
    const ended = await run('churn.mjs', ['4000', String(route), request])
    expect(ended).toMatchObject({ code: 5, signal: null, stderr: '' })
    const { terminated, lost } = JSON.parse(ended.stdout) as { terminated: number; lost: number }
    expect(terminated).toBeGreaterThan(10)
    expect(lost).toBe(0)
  })
})

describe('without the addon', () => {
  // node-gyp-build looks only among the prebuilt ones, and there are none for this processor.
  const env = { PREBUILDS_ONLY: '1', npm_config_arch: 'none' }

  test('all can be imported, and opening says what to do', async () => {
    const ended = await run('no-addon.ts', [], { env })
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' })
    const { message, ...error } = JSON.parse(ended.stdout) as { message: string }
    expect(error).toEqual({ name: 'NetlinkError', code: 'ADDON_MISSING', operation: 'open' })
    expect(message).toMatch(/for linux-\w+ \((glibc|musl)\).*g\+\+ make python3.*build-native\.mjs/)
  })

  test('another system is told that netlink is not for it', async () => {
    const ended = await run('no-addon.ts', ['darwin'])
    expect(JSON.parse(ended.stdout)).toMatchObject({
      code: 'ADDON_MISSING',
      message: expect.stringContaining('darwin'),
    })
  })
})
