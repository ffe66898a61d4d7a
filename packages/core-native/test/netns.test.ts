import { execFileSync } from 'node:child_process'
import { closeSync, fstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { constant } from '../src/constants/index.ts'
import { netnsInode, openNetns } from '../src/socket/netns.ts'
import { openSocket } from '../src/socket/socket.ts'
import { createNamespace, liveTestsPossible, type Namespace } from '../src/testing/namespace.ts'
import { describeLive } from '../src/testing/vitest.ts'
import { messagesOf, ruleDump } from './fixtures/messages.ts'

const descriptors = () => readdirSync('/proc/self/fd').length

describe('naming a network namespace', () => {
  test.each([
    ['an empty name', ''],
    ['a NUL', 'a\0b'],
    ['a NUL in a path', '/proc/self/ns/net\0'],
    ['a negative process', -1],
    ['no process', 0],
    ['half a process', 1.5],
    ['no number', Number.NaN],
    ['endless', Number.POSITIVE_INFINITY],
    ['null', null],
    ['nothing', undefined],
    ['an object', { pid: 1 }],
    ['a big number', 1n],
  ])('is a TypeError for %s, before anything is opened', (_, netns) => {
    const before = descriptors()
    expect(() => openNetns(netns as string)).toThrow(TypeError)
    expect(descriptors()).toBe(before)
  })

  const missing = (message: string) =>
    expect.objectContaining({ name: 'NetlinkError', code: 'ENOENT', operation: 'open', message })

  test('says which one is missing', () => {
    expect(() => openNetns('no-such')).toThrow(missing('no network namespace named "no-such" (ENOENT)'))
    expect(() => openNetns('/no/such')).toThrow(missing('no network namespace at /no/such (ENOENT)'))
    expect(() => openNetns(2 ** 30)).toThrow(
      missing(`no process ${2 ** 30} to share a network namespace with (ENOENT)`),
    )
  })

  test('refuses what can be no namespace, without waiting for it', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'netns-'))
    try {
      execFileSync('mkfifo', [path.join(folder, 'pipe')])
      for (const other of [folder, path.join(folder, 'pipe'), '/dev/null']) {
        expect(() => openNetns(other)).toThrow(/is not a network namespace \(EINVAL\)/)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('leaves it to the kernel to tell a file from a namespace', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'netns-'))
    const file = path.join(folder, 'file')
    writeFileSync(file, '')
    const netns = openNetns(file)
    expect(() => openSocket(constant('NETLINK_ROUTE'), { netns: netns.fd })).toThrow(/\(EINVAL\)/)
    netns.close()
    rmSync(folder, { recursive: true })
  })

  test('closes its descriptor once', () => {
    const netns = openNetns(process.pid)
    expect(netnsInode(netns.fd)).toBe(netnsInode())
    netns.close()
    netns.close()
    expect(() => fstatSync(netns.fd)).toThrow(/EBADF/)
    expect(() => closeSync(netns.fd)).toThrow(/EBADF/)
  })
})

describeLive('a socket in another network namespace', () => {
  const name = `netsnap-test-${process.pid}`
  let namespace: Namespace
  beforeAll(async () => {
    namespace = await createNamespace()
    namespace.run('ip rule add pref 4711 table 7')
    execFileSync('ip', ['netns', 'attach', name, String(namespace.pid)])
  })
  afterAll(async () => {
    execFileSync('ip', ['netns', 'delete', name])
    await namespace.close()
  })

  /** How many rules a socket sees that is opened there. */
  async function countRules(netns?: string | number): Promise<number> {
    const held = netns === undefined ? undefined : openNetns(netns)
    const transport = openSocket(constant('NETLINK_ROUTE'), { netns: held?.fd })
    held?.close()
    try {
      transport.send(ruleDump())
      const buffer = new ArrayBuffer(1 << 20)
      const { bytes } = await transport.receive(buffer)
      return messagesOf(buffer, bytes).filter(({ type }) => type === constant('RTM_NEWRULE')).length
    } finally {
      transport.close()
    }
  }

  test('sees what is there, by name, path and process, and this process stays where it is', async () => {
    const before = netnsInode()
    const here = await countRules()
    await using fresh = await createNamespace()
    const there = (await countRules(fresh.pid)) + 1
    expect(await countRules(namespace.pid)).toBe(there)
    expect(await countRules(namespace.path)).toBe(there)
    expect(await countRules(name)).toBe(there)
    expect(await countRules()).toBe(here)
    expect(netnsInode()).toBe(before)
  })

  test('has another inode', () => {
    const held = openNetns(namespace.pid)
    expect(netnsInode(held.fd)).not.toBe(netnsInode())
    held.close()
  })
})

describe('the namespace helper', () => {
  test('says why it cannot be used, or nothing', () => {
    expect(liveTestsPossible() ?? '').toBeTypeOf('string')
  })
})

describeLive('a namespace for tests', () => {
  test('runs commands in itself, and says what a command that fails says', async () => {
    await using namespace = await createNamespace()
    expect(namespace.run('echo "a  b" | cat')).toBe('a  b\n')
    expect(namespace.json<{ ifname: string }[]>('ip -j link').map(({ ifname }) => ifname)).toEqual(['lo'])
    expect(() => namespace.run('ip link set nothing up')).toThrow(/ip link set nothing up: .*nothing/)
    expect(() => namespace.batch('rule', ['add pref'])).toThrow(/ip -batch/)
    expect(namespace.json('true')).toEqual([])
  })

  test('is gone after its end, with its process', async () => {
    const namespace = await createNamespace()
    await namespace.close()
    await namespace.close()
    expect(() => process.kill(namespace.pid, 0)).toThrow(/ESRCH/)
    expect(() => openNetns(namespace.pid)).toThrow(/ENOENT/)
  })

  test('does not outlive a process that is killed', async () => {
    const script = `
      const { createNamespace } = await import('${new URL('../src/testing/namespace.ts', import.meta.url)}')
      console.log((await createNamespace()).pid)
      process.kill(process.pid, 'SIGKILL')
    `
    const node = ['--conditions=@netsnap/source', '--import', 'tsx', '--input-type=module', '-e', script]
    const output = execOutput(process.execPath, node)
    const pid = Number(output)
    expect(pid).toBeGreaterThan(0)
    await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false)
  })
})

function execOutput(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
