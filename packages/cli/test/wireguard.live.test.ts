import { createNamespace, missing, type Namespace, needs } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { getWireGuardDevices, type WireGuardDevice } from '@netsnap/genl-wireguard'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, run } from './run.ts'

const KEYS = {
  own: 'yNsIKu+OtIn8QT9dD/APkUCuXmAYJEHEMg414MqDUkU=',
  preshared: 'sYYafZzlEAopcIHaLil7lobfuYYeL4MbH5Z2BhVND14=',
  peer: 'Cb9n/gWKqIQw4hss5KZHJllTdFyiVpJZxZYCvszn6TE=',
  other: 'QOXleqArn3x7T5cwKDPdrjadCMYDCOe+LDCepaBm/mg=',
} as const

describeLive('netsnap wireguard', needs('wireguard'), () => {
  let namespace: Namespace
  beforeAll(async () => {
    namespace = await createNamespace()
    for (const command of [
      'ip link set lo up; ip link add wg0 type wireguard; ip link add wg1 type wireguard',
      `echo ${KEYS.own} | wg set wg0 private-key /dev/stdin listen-port 51820 fwmark 0xca6c`,
      `echo ${KEYS.preshared} | wg set wg0 peer ${KEYS.peer} preshared-key /dev/stdin endpoint '[fe80::7%lo]:7' persistent-keepalive 25 allowed-ips 10.1.0.0/16,fd00:1::/32`,
      `wg set wg0 peer ${KEYS.other}`,
    ])
      namespace.run(command)
  })
  afterAll(() => namespace.close())
  const here = (...args: string[]) => ['wireguard', ...args, '--netns', namespace.path]
  const devices = (options: object = {}) => getWireGuardDevices({ netns: namespace.path, ...options })
  const byName = (all: readonly WireGuardDevice[]) => Object.fromEntries(all.map((device) => [device.ifname, device]))

  test('gives the devices of the library by their names', async () => {
    const shown = await json(here())
    expect(shown).toEqual(byName(await devices()))
    expect(Object.keys(shown as object)).toEqual(['wg0', 'wg1'])
  })

  test('--interface gives one', async () => {
    expect(await json(here('--interface', 'wg1'))).toEqual(byName(await devices({ dev: 'wg1' })))
  })

  test('keys are there with --show-keys, and only then', async () => {
    for (const form of [[], ['--peers'], ['--ndjson'], ['--text'], ['--summary']]) {
      const { stdout } = await run(here(...form))
      expect(stdout).toContain(KEYS.peer)
      for (const secret of [KEYS.own, KEYS.preshared]) expect(stdout).not.toContain(secret)
    }
    expect(await json(here('--show-keys'))).toEqual(byName(await devices({ secrets: true })))
    const summary = await run(here('--summary', '--show-keys'))
    for (const secret of [KEYS.own, KEYS.preshared]) expect(summary.stdout).toContain(secret)
  })

  test('--peers is an array of peers, --ndjson a record a line', async () => {
    const [first] = await devices()
    const expected = first!.peers.map((peer) => ({ ifname: 'wg0', ...peer }))
    expect(await json(here('--peers'))).toEqual(expected)
    const lines = async (...flags: string[]) =>
      (await run(here(...flags))).stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    expect(await lines('--peers', '--ndjson')).toEqual(expected)
    expect(await lines('--ndjson')).toEqual([...(await devices())])
    expect((await run(here('--compact'))).stdout.split('\n')).toHaveLength(2)
  })

  test('--summary', async () => {
    const { stdout, stderr, status } = await run(here('--summary'))
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toBe(`WireGuard devices: 2

wg0
  public key   cBp5fkyglMlBBWZRH4vyCbAxi0OSpZSzMB4Nqb5fHgQ=
  private key  hidden
  port         51820
  mark         0xca6c
  peers        2

  peer ${KEYS.peer}
    endpoint       [fe80::7%lo]:7
    networks       10.1.0.0/16, fd00:1::/32
    handshake      never
    keepalive      every 25 s
    preshared key  hidden

  peer ${KEYS.other}
    endpoint   not known
    networks   none
    handshake  never

wg1
  public key   none
  private key  none
  port         none
  peers        0
`)
  })

  test('the snapshot has them under `wireguard`, without keys', async () => {
    const snapshot = await json<Record<string, unknown>>(['snap', '--netns', namespace.path])
    expect(snapshot.wireguard).toEqual(byName(await devices({ captureUnknown: false })))
    expect(snapshot._metadata).toMatchObject({
      tables: { wireguard: { count: 2, interrupted: false, restarts: 0 } },
      errors: [],
    })
    expect(JSON.stringify(snapshot)).not.toMatch(/"(private|preshared)_key"/)
  })

  test.each([
    ['ENODEV', ['--interface', 'wg9']],
    ['EOPNOTSUPP', ['--interface', 'lo']],
  ])('%s: netsnap wireguard %j', async (code, args) => {
    const { status, stdout, stderr } = await run(here(...args))
    expect(stderr).toMatch(/^netsnap: wireguard: [^\n]+\n$/)
    expect(stderr).toContain(`(${code})`)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  })
})

describeLive('netsnap wireguard where there are no devices', () => {
  const absent = missing(needs('wireguard')) !== undefined
  const warning = absent ? 'netsnap: wireguard: this kernel has no WireGuard, or its module is not loaded\n' : ''

  describe(absent ? 'since the kernel has no WireGuard' : 'in a namespace', () => {
    let namespace: Namespace
    beforeAll(async () => {
      namespace = await createNamespace()
    })
    afterAll(() => namespace.close())
    const here = (...args: string[]) => [...args, '--netns', namespace.path]

    test.each([
      [[], '{}\n'],
      [['--peers'], '[]\n'],
      [['--ndjson'], ''],
      [['--summary'], 'WireGuard devices: 0\n'],
    ])('%j is empty', async (flags, stdout) => {
      expect(await run(here('wireguard', ...flags))).toEqual({ status: 0, stdout, stderr: warning })
    })

    test('one that is asked for', async () => {
      const { status, stderr } = await run(here('wireguard', '--interface', 'wg0'))
      if (absent) expect({ status, stderr }).toEqual({ status: 0, stderr: warning })
      else expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('ENODEV') })
    })

    test('in the snapshot', async () => {
      const { wireguard, _metadata } = await json<{ wireguard: unknown; _metadata: { warnings: string[] } }>(
        here('snap'),
      )
      expect(wireguard).toEqual({})
      const said = _metadata.warnings.filter((warning) => warning.startsWith('wireguard: '))
      expect(said).toEqual(absent ? [warning.replace('netsnap: ', '').trim()] : [])
    })
  })
})
