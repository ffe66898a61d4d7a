/** `netsnap device`: every flag, alone and with every other one; what it prints is what the library and `ip` say. */
import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { listInterfaces } from '@netsnap/device'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { asIpAddress, asIpLink, fromIp, type IpObject } from '../../device/test/iproute2.ts'
import type { Device } from '../src/device.ts'
import { addressTable, deviceDetails, deviceSummary, deviceTable } from '../src/render/device.ts'
import { asPrinted, formsClash, pairsOf, type Shown, show } from './in-process.ts'
import { run } from './run.ts'

vi.mock('../src/output.ts', async (original) => ({
  ...(await original<typeof import('../src/output.ts')>()),
  ...(await import('./in-process.ts')).captured,
}))

const refusedOf = ({ status, stdout, stderr }: Shown) => ({ status, stdout, lines: stderr.split('\n').length })
const refused = { status: 2, stdout: '', lines: 2 }

describeLive('netsnap device', () => {
  let own: Namespace
  beforeAll(async () => {
    own = await createNamespace()
    own.run('sysctl -qw net.ipv6.conf.default.addr_gen_mode=1')
    for (const line of [
      'ip link add br0 type bridge',
      'ip link add 7 type ifb',
      'ip link add v0 type veth peer name v1',
      'ip link set v0 master br0',
      'ip link set 7 up',
      'ip link property add dev v0 altname also-v0',
      'ip addr add 192.0.2.1/24 dev v0',
      'ip addr add 192.0.2.7/24 dev 7',
      'ip -6 addr add 2001:db8::1/64 dev 7 nodad',
    ])
      own.run(line)
  })
  afterAll(() => own?.close())
  const here = () => ['device', '-n', own.path]
  const all = async () => (await listInterfaces({ netns: own.path, bigint: 'large' })) as unknown as Device[]

  const filters: Readonly<Record<string, (device: Device) => boolean>> = {
    '--kind=bridge': ({ kind }) => kind === 'bridge',
    '--master=br0': ({ master }) => master === 'br0',
    '--up': ({ flag_names }) => flag_names.includes('UP'),
    '--wireguard': ({ kind }) => kind === 'wireguard',
    '-d=v0': ({ name }) => name === 'v0',
    '-d=7': ({ name }) => name === '7',
  }
  const FORMS = ['-j', '--ndjson', '-t', '-s', '-v', '-c', '--extended', '--addresses']
  const flags = [...Object.keys(filters), ...FORMS, '--no-unknown-attrs']

  function clash(given: readonly string[]): boolean {
    const [addresses, extended] = [given.includes('--addresses'), given.includes('--extended')]
    const people = ['-t', '-s', '-v'].some((flag) => given.includes(flag))
    const json = ['-j', '-c', '--ndjson'].some((flag) => given.includes(flag))
    if (extended && (people || json || addresses)) return true
    if (given.includes('--wireguard') && given.includes('--kind=bridge')) return true
    if (given.includes('-d=v0') && given.includes('-d=7')) return true
    return (addresses && people) || formsClash(given)
  }

  function expected(given: readonly string[], devices: readonly Device[]): unknown {
    const addresses = devices.flatMap((device) => device.addresses)
    const json = ['-j', '-c', '--ndjson'].some((flag) => given.includes(flag))
    if (given.includes('--addresses')) return json ? addresses : addressTable(devices)
    if (given.includes('--extended')) return deviceDetails(devices)
    if (given.includes('-t')) return deviceTable(devices)
    if (given.includes('-s') || given.includes('-v')) return deviceSummary(devices)
    return given.includes('--ndjson') ? devices : Object.fromEntries(devices.map((device) => [device.name, device]))
  }

  test.each(pairsOf(flags).map((given) => [given]))('%j', async (given) => {
    const args = given.flatMap((flag) => (flag.startsWith('-d=') ? ['-d', flag.slice(3)] : [flag]))
    const shown = await show([...here(), ...args])
    if (clash(given)) return expect(refusedOf(shown)).toEqual(refused)
    expect({ status: shown.status, stderr: shown.stderr }).toEqual({ status: 0, stderr: '' })
    const devices = (await all()).filter((device) => given.every((flag) => filters[flag]?.(device) ?? true))
    const people = [
      '--extended',
      ...(given.some((flag) => ['-j', '-c', '--ndjson'].includes(flag)) ? [] : ['--addresses']),
    ]
    const printed = people.some((flag) => given.includes(flag)) ? shown.stdout : asPrinted(given, shown.stdout)
    expect(printed).toEqual(expected(given, devices))
  })

  test('is what `ip` says, in the order in which the kernel lists it, whatever the names', async () => {
    const { stdout } = await run(here())
    const printed = JSON.parse(stdout) as Record<string, Device>
    const links = own.json<IpObject[]>('ip -j -d -s -s link')
    expect(links.map(({ ifname }) => asIpLink(printed[ifname as string] as never))).toEqual(links.map(fromIp))
    const order = [...stdout.matchAll(/^ {2}"([^"]*)": \{$/gm)].map(([, name]) => name)
    expect(order).toEqual(links.map(({ ifname }) => ifname))
    expect(order.indexOf('7')).toBeGreaterThan(0)
    for (const { ifname, addr_info } of own.json<{ ifname: string; addr_info: IpObject[] }[]>('ip -j -d addr')) {
      expect(printed[ifname]!.addresses.map(asIpAddress)).toEqual(addr_info)
    }
  })

  test.each([
    ['--vlans', 'br0', 'vlans'],
    ['--multicast', '7', 'multicast_addresses'],
    ['--multicast', '7', 'anycast_addresses'],
    ['--stats', 'br0', 'extended_stats'],
    ['--vf', 'br0', undefined],
  ])('%s is told where it is asked for, and refused where it has no place', async (flag, name, key) => {
    for (const form of ['-j', '-c', '--ndjson']) {
      const { status, stdout, stderr } = await show([...here(), name, form, flag])
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      const printed = JSON.parse(stdout) as Record<string, Device>
      const device = form === '--ndjson' ? (printed as unknown as Device) : printed[name]!
      // A kernel without VLAN filtering has none to tell of.
      if (key !== undefined && key !== 'vlans') expect(device).toHaveProperty(key)
    }
    for (const form of ['-t', '-s', '-v', '--addresses']) {
      expect(refusedOf(await show([...here(), form, flag]))).toEqual(refused)
    }
    expect((await show([...here(), name])).stdout).not.toContain('extended_stats')
  })

  test('several by name, an alternative name among them, in the order that they were asked for', async () => {
    const { stdout } = await run([...here(), 'br0', 'also-v0', '--ndjson'])
    const names = stdout.trim().split('\n')
    expect(names.map((line) => (JSON.parse(line) as Device).name)).toEqual(['br0', 'v0'])
  })

  test('one that does not exist: status 1, one line', async () => {
    const { status, stdout, stderr } = await run([...here(), 'v0', 'nobody'])
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/^netsnap: [^\n]*no interface named "nobody" \(ENODEV\)\n$/)
    expect(await run([...here(), '--master', 'nobody'])).toMatchObject({ status: 1, stdout: '' })
  })

  describe('the snapshot', () => {
    test('has devices first, as the command shows them', async () => {
      const snapshot = JSON.parse((await run(['-n', own.path])).stdout) as { devices: object }
      expect(Object.keys(snapshot)[0]).toBe('devices')
      expect(snapshot.devices).toEqual(JSON.parse((await run(here())).stdout))
    })
  })
})
