import { execFileSync } from 'node:child_process'
import { fstatSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openNetns } from '../src/socket/netns.ts'
import { createNamespace } from '../src/testing/namespace.ts'
import { describeLive } from '../src/testing/vitest.ts'

describeLive('this process’s own network namespace', () => {
  test('is known, however it is given', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netns-'))
    symlinkSync('/proc/thread-self/ns/net', join(folder, 'link'))
    for (const netns of [
      process.pid,
      process.ppid,
      '/proc/self/ns/net',
      '/proc/thread-self/ns/net',
      join(folder, 'link'),
    ]) {
      const held = openNetns(netns)
      expect({ netns, own: held.own }).toEqual({ netns, own: true })
      expect(fstatSync(held.fd).isFile()).toBe(true)
      held.close()
    }
    rmSync(folder, { recursive: true })
    await using other = await createNamespace()
    for (const netns of [other.pid, other.path]) {
      const held = openNetns(netns)
      expect(held.own).toBe(false)
      held.close()
    }
  })

  test('takes no privilege; another does', async () => {
    await using other = await createNamespace()
    const program = `
      import { openSession, interfaceNames } from '@netsnap/core-native'
      const said = []
      for (const netns of [undefined, process.pid, '/proc/self/ns/net', '/proc/thread-self/ns/net']) {
        const session = openSession('NETLINK_ROUTE', { netns })
        said.push([...(await interfaceNames(session)).values()].includes('lo'))
        session.close()
      }
      try { openSession('NETLINK_ROUTE', { netns: ${other.pid} }) } catch ({ code }) { said.push(code) }
      console.log(JSON.stringify(said))`
    const node = ['--conditions=@netsnap/source', '--import', 'tsx', '--input-type=module', '-e', program]
    const nobody = { uid: 65_534, gid: 65_534, cwd: new URL('..', import.meta.url) }
    const output = execFileSync(process.execPath, node, { encoding: 'utf8', ...nobody })
    const said = JSON.parse(output) as unknown[]
    expect(said.slice(0, 4)).toEqual([true, true, true, true])
    expect(['EACCES', 'EPERM']).toContain(said[4])
  })
})
