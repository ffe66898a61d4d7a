import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { json, run } from './run.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

describe('mistakes in the arguments: status 2, one line on stderr, nothing on stdout', () => {
  test.concurrent.each<[mistake: RegExp, args: string[]]>([
    [/unknown option '--nope'/, ['--nope']],
    [/unknown option '--nope'/, ['rule', '--nope']],
    [/unknown option '--table'/, ['snap', '--table']],
    [/unknown option '--x y'/, ['rule', '--x\ny']],
    [/unknown command 'rulez' \(there are snap, device, route, rule, wireguard, dpll, constants\)/, ['rulez']],
    [/unknown command ''/, ['']],
    [/'-j, --json' cannot be used with option '-t, --text'/, ['rule', '--json', '--text']],
    [/'-j, --json' cannot be used with option '-s, --summary'/, ['rule', '--summary', '--json']],
    [/'-j, --json' cannot be used with option '-v, --verbose'/, ['rule', '--json', '-v']],
    [/'-s, --summary' cannot be used with option '-c, --compact'/, ['rule', '--compact', '--summary']],
    [/'-v, --verbose' cannot be used with option '-c, --compact'/, ['rule', '-vc']],
    [/'-t, --text' cannot be used with option '-c, --compact'/, ['rule', '-tc']],
    [/'-t, --text' cannot be used with option '-s, --summary'/, ['rule', '-ts']],
    [/too many arguments for 'rule'/, ['rule', 'main']],
    [/too many arguments for 'snap'/, ['snap', 'rules']],
    [/too many arguments for 'snap'/, ['--compact', 'rule']],
    [/too many arguments for 'constants'/, ['constants', 'FRA_', 'RTA_']],
    [/'-n, --netns <namespace>' argument missing/, ['rule', '--netns']],
    [/--netns: the name of a network namespace is not empty/, ['rule', '--netns', '']],
    [/--netns: the name of a network namespace is not empty/, ['--netns=']],
    [/--netns: 0 is not the id of a process/, ['rule', '--netns', '0']],
    [/--netns: 99999999999999999999 is not the id/, ['snap', '-n', '99999999999999999999']],
    [/dev: "x{128}" is not the name of an interface/, ['wireguard', '-i', 'x'.repeat(128)]],
    [/'--ndjson' cannot be used with option '-s, --summary'/, ['wireguard', '--ndjson', '--summary']],
    [/'--peers' cannot be used with option '-t, --text'/, ['wireguard', '--peers', '-t']],
    [/no source of constants knows 'RTM_GETRULEZ'/, ['constants', 'RTM_GETRULEZ']],
  ])('%s', async (mistake, args) => {
    const { status, stdout, stderr } = await run(args)
    expect(stderr).toMatch(/^netsnap: [^\n]+\n$/)
    expect(stderr).toMatch(mistake)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  })
})

describe('help and version', () => {
  test.concurrent.each([[[]], [['snap']], [['rule']], [['wireguard']], [['constants']]])(
    '%s --help',
    async (command) => {
      const { status, stdout, stderr } = await run([...command, '--help'])
      expect(stdout).toMatch(new RegExp(`^Usage: netsnap ${[...command, ''].join(' ')}\\[options\\]`))
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    },
  )

  test.concurrent('the help of the whole names every command', async () => {
    const { stdout } = await run(['-h'])
    for (const command of ['snap', 'rule', 'wireguard', 'constants'])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
  })

  test.concurrent.each([[['--version']], [['-V']], [['rule', '--version']]])('%s', async (args) => {
    expect(await run(args)).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
  })

  test.concurrent('an alias has the help of its command', async () => {
    expect((await run(['--help'], 'bin-rule')).stdout).toBe((await run(['rule', '--help'])).stdout)
  })
})

describe('netsnap constants', () => {
  interface Row {
    readonly name: string
    readonly value: number
    readonly source: string
    readonly also: Record<string, number>
    readonly disagreement: boolean
  }
  const row = {
    also: expect.any(Object),
    disagreement: false,
    source: expect.stringMatching(/^(kernel|headers|snapshot)$/),
  }

  test('one name', async () => {
    expect(await json<Row[]>(['constants', 'RTM_GETRULE', '--json'])).toEqual([
      { name: 'RTM_GETRULE', value: 34, ...row },
    ])
  })

  test('in lower case', async () => {
    expect(await json(['constants', 'rtm_getrule', '-j'])).toEqual(await json(['constants', 'RTM_GETRULE', '-j']))
  })

  test('a name that the kernel itself does not write in upper case', async () => {
    expect(await json(['constants', 'AF_DECnet', '-j'])).toEqual([{ name: 'AF_DECnet', value: 12, ...row }])
  })

  test('a prefix, and each row says where it is from', async () => {
    const rows = await json<Row[]>(['constants', 'FRA_', '--json'])
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['FRA_DST', 'FRA_PRIORITY', 'FRA_TUN_ID']))
    for (const one of rows) {
      expect(one).toEqual({ name: expect.stringMatching(/^FRA_/), value: expect.any(Number), ...row })
      expect(Object.keys(one.also)).not.toContain(one.source)
    }
  })

  test('as text', async () => {
    const { status, stdout, stderr } = await run(['constants', 'RTM_GETRULE'])
    expect(stdout).toMatch(
      /^name {9}value {2}source {2,}disagreement\nRTM_GETRULE {2}34 {5}(kernel|headers|snapshot)\n$/,
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  test('all of them', async () => {
    const rows = await json<Row[]>(['constants', '--json'])
    expect(rows.length).toBeGreaterThan(2000)
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
    expect(rows.every(({ source }) => ['kernel', 'headers', 'snapshot'].includes(source))).toBe(true)
  })
})
