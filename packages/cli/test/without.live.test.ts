import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('..', import.meta.url))
const fromSource = [process.execPath, '--conditions=@netsnap/source', '--import', 'tsx', join(folder, 'src/bin.ts')]

/** Runs the command line by a shell that has changed what is around it, in namespaces of its own. */
function runWith(script: string, args: readonly string[]) {
  const shell = ['--mount', '--net', 'sh', '-c', `set -e; ip link set lo up; ${script}; exec "$@"`, 'sh']
  const { status, stdout, stderr } = spawnSync('unshare', [...shell, ...fromSource, ...args], {
    encoding: 'utf8',
    cwd: folder,
  })
  return { status, stdout, stderr }
}

describeLive('what is not there costs what it would have said', () => {
  const withoutProc = 'mount -t tmpfs none /proc'

  test('a snapshot without /proc', () => {
    const plain = runWith(withoutProc, ['snap', '--no-metadata'])
    expect({ status: plain.status, stderr: plain.stderr }).toEqual({ status: 0, stderr: '' })
    const { rules, routes } = JSON.parse(plain.stdout) as { rules: { table_id: number }[]; routes: { dst: string }[] }
    expect(rules.map(({ table_id }) => table_id)).toEqual(expect.arrayContaining([253, 254, 255]))
    expect(routes.map(({ dst }) => dst)).toContain('127.0.0.0/8')
    const { _metadata } = JSON.parse(runWith(withoutProc, ['snap']).stdout) as { _metadata: Record<string, unknown> }
    expect(_metadata.netns).toEqual({})
    expect(_metadata.kernel).toBe(execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim())
    const usual = JSON.parse(runWith(':', ['snap']).stdout) as { _metadata: { netns: { inode: number } } }
    expect(usual._metadata.netns.inode).not.toBe(statSync('/proc/self/ns/net').ino)
  })

  test.each([['route'], ['rule'], ['snap', '--no-metadata']])(
    '%s with names that may not be read, for a user whom the system does not know',
    (...args) => {
      const nobody =
        '[ ! -d /etc/iproute2 ] || mount -t tmpfs -o mode=700 none /etc/iproute2; unset HOME; set -- setpriv --reuid 4000001 --regid 4000001 --clear-groups "$@"'
      const { status, stdout, stderr } = runWith(nobody, args)
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(JSON.stringify(JSON.parse(stdout))).toContain('"table_id":255')
    },
  )

  test('a bundle without its package.json says what it is, and what it lacks', () => {
    const away = mkdtempSync(join(tmpdir(), 'netsnap-moved-'))
    try {
      for (const file of readdirSync(join(folder, 'dist')).filter((name) => name.endsWith('.cjs')))
        cpSync(join(folder, 'dist', file), join(away, 'dist', file))
      const run = (...args: string[]) =>
        spawnSync(process.execPath, [join(away, 'dist/bin.cjs'), ...args], { encoding: 'utf8', cwd: away })
      expect(run('--version')).toMatchObject({ status: 0, stdout: 'unknown\n', stderr: '' })
      expect(run('--help').status).toBe(0)
      const { status, stderr } = run('rule')
      expect(status).toBe(1)
      expect(stderr.trim().split('\n')).toHaveLength(1)
      expect(stderr).toMatch(/^netsnap: .*(addon|core-native)/)
    } finally {
      rmSync(away, { recursive: true })
    }
  })
})
