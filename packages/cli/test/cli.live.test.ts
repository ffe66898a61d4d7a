import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { createNamespace, missing, type Namespace, needs } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { getRules, type Rule } from '@netsnap/rule'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, run, runShell } from './run.ts'

const LARGE = '18446744073709551615'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

describeLive('the commands on the live kernel', () => {
  let namespace: Namespace
  const name = `netsnap-cli-${process.pid}`

  beforeAll(async () => {
    namespace = await createNamespace()
    namespace.batch('rule', [
      'add pref 100 from 10.0.0.0/8 iif fifteen-chars-0 table 100',
      'add pref 101 not fwmark 0x10/0xff blackhole',
      `add pref 102 tun_id ${LARGE} lookup main`,
    ])
    namespace.run("ip -6 rule add pref 200 oif $(printf 'a\\377b') prohibit")
    execFileSync('ip', ['netns', 'attach', name, String(namespace.pid)])
  })
  afterAll(async () => {
    execFileSync('ip', ['netns', 'delete', name])
    await namespace.close()
  })
  const rules = (options: object = {}): Promise<Rule[]> => getRules({ netns: namespace.path, ...options })
  const here = (...args: string[]) => [...args, '--netns', namespace.path]

  describe.concurrent('netsnap rule', () => {
    test('gives the records of the library', async () => {
      const shown = await json<Rule[]>(here('rule'))
      expect(shown).toEqual(await rules())
      expect(shown.map(({ priority }) => priority)).toEqual(expect.arrayContaining([100, 101, 102, 200]))
    })

    test.each([
      ['a name', () => name],
      ['a path', () => namespace.path],
      ['the id of a process', () => String(namespace.pid)],
    ])('--netns with %s', async (_, netns) => {
      expect(await json(['rule', '--netns', netns()])).toEqual(await rules())
    })

    test('without --netns: the rules of this namespace', async () => {
      expect(await json(['rule'])).toEqual(await getRules())
    })

    test.each([
      [['--ipv4'], ['ipv4']],
      [['-6'], ['ipv6']],
      [
        ['--ipv4', '--ipv6'],
        ['ipv4', 'ipv6'],
      ],
    ])('%s', async (flags, families) => {
      const expected = (await rules()).filter(({ family }) => families.includes(family))
      expect(await json(here('rule', ...flags))).toEqual(expected)
      expect(new Set(expected.map(({ family }) => family))).toEqual(new Set(families))
    })

    test.each([[['--json']], [['-c']], [['--compact', '--json', '--no-unknown-attrs']], [['-46jc']]])(
      'stdout is JSON alone with %s',
      async (flags) => {
        const shown = await json<Rule[]>(here('rule', ...flags))
        expect(shown).toEqual(expect.arrayContaining(await rules({ family: 'ipv4' })))
      },
    )

    test('--compact is one line', async () => {
      const { stdout } = await run(here('rule', '--compact'))
      expect(stdout).toBe(`${stdout.trim()}\n`)
      expect(stdout.split('\n')).toHaveLength(2)
    })

    test('large numbers have all their digits', async () => {
      expect((await run(here('rule'))).stdout).toContain(`"tun_id": ${LARGE}`)
      expect((await run(here('rule', '-c'))).stdout).toContain(`"tun_id":${LARGE}`)
    })

    test('--text, --summary, and --verbose, which is the same', async () => {
      const text = await run(here('rule', '--text'))
      expect(text).toMatchObject({ status: 0, stderr: '' })
      expect(text.stdout).toMatch(/^family {2}priority {2}match +action\n/)
      expect(text.stdout).toMatch(/^ipv4 {4}100 +from 10.0.0.0\/8 iif fifteen-chars-0 \[detached\] +lookup TABLE_100/m)
      expect(text.stdout).toMatch(/^ipv6 {4}200 +from all oif a\\u\{dcff\}b \[detached\] +prohibit/m)
      const summary = await run(here('rule', '--summary'))
      expect(summary.stdout).toMatch(new RegExp(`^Rules: ${(await rules()).length}\n\nipv4 \\(6\\)\n`))
      expect(summary.stdout).toContain('\n  101: not from all fwmark 0x10/0xff blackhole [UNSPEC]\n')
      expect(summary.stdout).toContain(`\n  102: from all tun_id ${LARGE} lookup MAIN [UNSPEC]\n`)
      expect(await run(here('rule', '--verbose'))).toEqual(summary)
      expect(await run(here('rule', '-v', '-4'))).toMatchObject({ stdout: expect.not.stringContaining('ipv6') })
    })

    test('the alias netsnap-rule', async () => {
      expect(await json(here('--ipv6'), 'bin-rule')).toEqual(await rules({ family: 'ipv6' }))
    })
  })

  describe.concurrent('netsnap snap', () => {
    interface Snapshot {
      readonly devices: object
      readonly routes: unknown[]
      readonly rules: Rule[]
      readonly _metadata: Record<string, unknown>
    }
    const table = {
      count: expect.any(Number),
      milliseconds: expect.any(Number),
      interrupted: false,
      restarts: 0,
    }

    /** A table of a family that the kernel lacks is empty, and a warning says why. */
    const absentFamilies = [
      ...(missing(needs('wireguard')) ? ['wireguard: this kernel has no WireGuard, or its module is not loaded'] : []),
      ...(missing(needs('dpll')) ? ['dpll: this kernel has no DPLL, or its module is not loaded'] : []),
    ]

    test.each([[[]], [['snap']], [['--compact']], [['snap', '-j', '--unknown']], [['-u']]])(
      'netsnap %s',
      async (args) => {
        const before = Date.now()
        const snapshot = await json<Snapshot>(args)
        const own = await getRules()
        expect(Object.keys(snapshot)).toEqual(['devices', 'routes', 'rules', 'wireguard', 'dpll', '_metadata'])
        expect(snapshot.rules).toEqual(own)
        const { timestamp } = snapshot._metadata as { timestamp: string }
        expect(snapshot._metadata).toEqual({
          version,
          timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
          hostname: hostname(),
          kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
          netns: { inode: Number(/\d+/.exec(readlinkSync('/proc/self/ns/net'))![0]) },
          constants: expect.objectContaining({
            origin: expect.stringMatching(/^(install|cache|generated|snapshot)$/),
            snapshot: expect.stringMatching(/^\d+\.\d+/),
            problems: [],
          }),
          node: process.version,
          tables: {
            devices: { ...table, count: Object.keys(snapshot.devices).length },
            routes: { ...table, count: snapshot.routes.length },
            rules: { ...table, count: own.length },
            wireguard: { ...table, count: 0 },
            ...(missing(needs('dpll')) ? {} : { dpll: table }),
          },
          errors: [],
          warnings: absentFamilies,
        })
        expect(Date.parse(timestamp)).toBeGreaterThanOrEqual(before)
        expect(Date.parse(timestamp)).toBeLessThanOrEqual(Date.now())
      },
    )

    test('--compact is one line', async () => {
      expect((await run(['-c'])).stdout.split('\n')).toHaveLength(2)
    })

    test('--no-metadata', async () => {
      expect(await json(here('--no-metadata'))).toEqual({
        devices: { lo: expect.objectContaining({ name: 'lo', addresses: [] }) },
        routes: [],
        rules: await rules(),
        wireguard: {},
        dpll: { devices: expect.any(Array), pins: expect.any(Array) },
      })
    })

    test('--netns: its inode, and its name where it was given by that', async () => {
      const inode = statSync(namespace.path).ino
      const named = await json<Snapshot>(['--netns', name])
      expect(named._metadata.netns).toEqual({ inode, name })
      expect(named.rules).toEqual(await rules())
      expect((await json<Snapshot>(['snap', '-n', String(namespace.pid)]))._metadata.netns).toEqual({ inode })
    })

    test('large numbers have all their digits here too', async () => {
      expect((await run(here('-c'))).stdout).toContain(`"tun_id":${LARGE}`)
    })
  })

  describe('what the system refuses: status 1, one line on stderr, nothing on stdout', () => {
    test.concurrent.each<[code: string, args: string[]]>([
      ['ENOENT', ['rule', '--netns', 'no-such-namespace']],
      ['ENOENT', ['snap', '--netns', 'no-such-namespace']],
      ['ENOENT', ['rule', '--netns', '/no/such/namespace']],
      ['ENOENT', ['rule', '--netns', '4194304']],
      ['EINVAL', ['rule', '--netns', '/etc/passwd']],
      ['EINVAL', ['snap', '--netns', '/etc/passwd']],
      ['EINVAL', ['rule', '--netns', '/proc/self/ns/uts']],
      ['EINVAL', ['rule', '--netns', '/']],
    ])('%s: netsnap %j', async (code, args) => {
      const { status, stdout, stderr } = await run(args)
      expect(stderr).toMatch(/^netsnap: [^\n]+\n$/)
      expect(stderr).toContain(`(${code})`)
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    })

    test('a full disk', () => {
      const { status, stderr } = runShell('netsnap rule > /dev/full')
      expect(stderr).toMatch(/^netsnap: [^\n]*ENOSPC[^\n]*\n$/)
      expect(status).toBe(1)
    })
  })

  test.each(['rule', 'snap', 'rule --summary', 'constants'])(
    'netsnap %s ends quietly when its reader leaves',
    (command) => {
      const { stdout, stderr } = runShell(`netsnap ${command} | head -c 1; echo " \${PIPESTATUS[0]}"`)
      expect(stderr).toBe('')
      expect(stdout).toMatch(/^. (0|141)\n$/)
    },
  )
})
