/** Every flag of `wireguard`, `dpll`, `snap` and `constants`, alone and with every other one: honoured or refused. */
import { NetlinkError } from '@netsnap/core-native'
import type { Dpll, DpllPinBigInt } from '@netsnap/dpll'
import type { WireGuardDeviceBigInt } from '@netsnap/genl-wireguard'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { dpllSummary, dpllTable } from '../src/render/dpll.ts'
import { wireguardSummary, wireguardTable } from '../src/render/wireguard.ts'
import { asPrinted, formsClash, inForm, pairsOf, show } from './in-process.ts'

const asked: Record<string, unknown>[] = []
const kernel = vi.hoisted(() => ({ wireguard: vi.fn(), dplls: vi.fn(), pins: vi.fn(), snapshot: vi.fn() }))

vi.mock('../src/output.ts', async (original) => ({
  ...(await original<typeof import('../src/output.ts')>()),
  ...(await import('./in-process.ts')).captured,
}))
vi.mock('@netsnap/genl-wireguard', () => ({ getWireGuardDevices: kernel.wireguard }))
vi.mock('@netsnap/dpll', () => ({ getDplls: kernel.dplls, getPins: kernel.pins }))
vi.mock('../src/snapshot.ts', () => ({ takeSnapshot: kernel.snapshot }))

const peer = { public_key: 'PEER', has_preshared_key: true, allowed_ips: ['10.0.0.0/8'], rx_bytes: 1n, tx_bytes: 2n }
const device = { ifindex: 7, ifname: 'wg0', has_private_key: true, public_key: 'OWN', listen_port: 9 }
const secrets = [{ ...device, private_key: 'SECRET', peers: [{ ...peer, preshared_key: 'SHARED' }] }]
const plain: WireGuardDeviceBigInt[] = [
  { ...device, peers: [peer] },
  { ...device, ifindex: 8, ifname: 'wg1', peers: [] },
]
const dplls = [{ id: 1, type: 'eec', module_name: 'ice', clock_id: '0x01' }] as Dpll[]
const pins = [{ id: 2, board_label: 'A', frequency: 10n }] as DpllPinBigInt[]

beforeEach(() => {
  asked.length = 0
  const answer = (what: unknown) => async (options: Record<string, unknown>) => {
    asked.push(options)
    return what
  }
  kernel.wireguard.mockImplementation(async (options) => {
    asked.push(options)
    if (options.dev === '7') throw new NetlinkError('no such device (ENODEV)', { code: 'ENODEV', operation: 'receive' })
    return (options.secrets ? secrets : plain).filter(({ ifname, ifindex }) =>
      [undefined, ifname, ifindex].includes(options.dev),
    )
  })
  kernel.dplls.mockImplementation(answer(dplls))
  kernel.pins.mockImplementation(answer(pins))
  kernel.snapshot.mockImplementation(answer({ rules: [], _metadata: { errors: [], unknown: false } }))
})

const refused = { status: 2, stdout: '' }
const fine = { status: 0, stderr: '' }
const COMMON = ['-j', '--ndjson', '-t', '-s', '-v', '-c', '--no-unknown-attrs', '-n=self']
const NETNS = '/proc/self/ns/net'
const args = (flags: readonly string[]) => flags.map((flag) => flag.replace('-n=self', `--netns=${NETNS}`))
const common = (flags: readonly string[]) => ({
  netns: flags.includes('-n=self') ? NETNS : undefined,
  captureUnknown: !flags.includes('--no-unknown-attrs'),
})

describe('wireguard', () => {
  const NAME = '--interface=wg0'
  test.each(pairsOf([NAME, '--peers', '--show-keys', ...COMMON]).map((flags) => [flags]))('%j', async (flags) => {
    const shown = await show(['wireguard', ...args(flags)])
    const clash = flags.includes('--peers') && flags.some((flag) => ['-t', '-s', '-v'].includes(flag))
    if (clash || formsClash(flags)) return expect(shown).toMatchObject(refused)
    expect(shown).toMatchObject(fine)
    const dev = flags.includes(NAME) ? 'wg0' : undefined
    expect(asked).toEqual([{ ...common(flags), dev, secrets: flags.includes('--show-keys'), bigint: true }])
    const all = (flags.includes('--show-keys') ? secrets : plain) as WireGuardDeviceBigInt[]
    const devices = all.filter(({ ifname }) => dev === undefined || ifname === dev)
    const peers = devices.flatMap(({ ifname, peers }) => peers.map((one) => ({ ifname, ...one })))
    const texts = { text: wireguardTable(devices), summary: wireguardSummary(devices, Date.now()) }
    const records = flags.includes('--peers') ? peers : devices
    const byName = Object.fromEntries(devices.map((one) => [one.ifname, one]))
    const whole = flags.includes('--peers') ? peers : byName
    expect(asPrinted(flags, shown.stdout)).toEqual(inForm(flags, records, texts, whole))
  })

  test.each([['-t'], ['-s'], ['-j'], ['--ndjson'], ['-c']])(
    'keys are in %s with --show-keys, and only then',
    async (form) => {
      const { stdout } = await show(['wireguard', form, '--show-keys'])
      expect(stdout).toContain('SECRET')
      expect(stdout).toContain('SHARED')
      expect((await show(['wireguard', form])).stdout).not.toMatch(/SECRET|SHARED/)
    },
  )

  test.each([['-t'], ['-s'], ['-j'], ['--ndjson'], ['-c']])('a device without peers is in %s', async (form) => {
    expect((await show(['wireguard', form])).stdout).toContain('wg1')
  })

  test('an index, where no interface has such a name', async () => {
    expect(JSON.parse((await show(['wireguard', '-i', '7'])).stdout)).toHaveProperty('wg0')
    expect(asked.map(({ dev }) => dev)).toEqual(['7', 7])
  })
})

describe('dpll', () => {
  test.each(pairsOf(['--devices', '--pins', ...COMMON]).map((flags) => [flags]))('%j', async (flags) => {
    const shown = await show(['dpll', ...args(flags)])
    if (formsClash(flags)) return expect(shown).toMatchObject(refused)
    expect(shown).toMatchObject(fine)
    for (const { captureUnknown } of asked) expect(captureUnknown).toBe(common(flags).captureUnknown)
    const both = flags.includes('--devices') === flags.includes('--pins')
    const lists = {
      ...(both || flags.includes('--devices') ? { devices: dplls } : {}),
      ...(both || flags.includes('--pins') ? { pins } : {}),
    }
    const records = Object.values(lists).flat()
    const texts = { text: dpllTable(lists), summary: dpllSummary(lists) }
    expect(asPrinted(flags, shown.stdout)).toEqual(inForm(flags, records, texts, both ? lists : records))
  })

  test('another namespace', async () => {
    expect(await show(['dpll', '-n', 'nonexistent'])).toMatchObject({ status: 1, stdout: '' })
  })
})

describe('snap', () => {
  const flags = ['-c', '--no-metadata', '-u', '-j', '-n=self']
  test.each([...pairsOf(flags), flags].flatMap((given) => [['snap', given] as const, ['', given] as const]))(
    '%s %j',
    async (name, given) => {
      const shown = await show([...(name ? [name] : []), ...args(given)])
      expect(shown).toMatchObject(fine)
      expect(asked).toEqual([{ netns: common(given).netns, captureUnknown: given.includes('-u') }])
      const whole = {
        rules: [],
        ...(given.includes('--no-metadata') ? {} : { _metadata: { errors: [], unknown: false } }),
      }
      expect(JSON.parse(shown.stdout)).toEqual(whole)
      expect(shown.stdout.trimEnd().includes('\n')).toBe(!given.includes('-c'))
    },
  )

  test('a flag of the whole before another command is refused', async () => {
    for (const flag of flags) expect(await show([...args([flag]), 'rule'])).toMatchObject(refused)
  })
})

describe('help', () => {
  test.each([
    [[]],
    [['snap']],
    [['route']],
    [['route', 'get']],
    [['rule']],
    [['wireguard']],
    [['dpll']],
    [['constants']],
  ])('of %j is what --help says', async (command) => {
    const { status, stdout, stderr } = await show(['help', ...command])
    expect({ status, stderr }).toEqual(fine)
    expect(stdout).toContain(`Usage: netsnap ${[...command, ''].join(' ')}`)
    expect(stdout).toBe((await show([...command, '--help'])).stdout)
  })

  test.each([[['nope']], [['route', 'nope']], [['rule', 'get']], [['--text']]])(
    'of %j there is none',
    async (command) => {
      expect(await show(['help', ...command])).toMatchObject(refused)
    },
  )
})
