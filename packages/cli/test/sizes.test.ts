/** What is printed of few peers and pins and of many, in every form, of tables that this kernel may lack. */
import type { DpllPinBigInt } from '@netsnap/dpll'
import type { WireGuardDeviceBigInt } from '@netsnap/genl-wireguard'
import { describe, expect, test, vi } from 'vitest'
import { wireguardTable } from '../src/render/wireguard.ts'
import { show } from './in-process.ts'

const kernel = vi.hoisted(() => ({ devices: [] as unknown[], pins: [] as unknown[] }))

vi.mock('../src/output.ts', async (original) => ({
  ...(await original<typeof import('../src/output.ts')>()),
  ...(await import('./in-process.ts')).captured,
}))
vi.mock('@netsnap/genl-wireguard', () => ({ getWireGuardDevices: async () => kernel.devices }))
vi.mock('@netsnap/dpll', () => ({ getDplls: async () => [], getPins: async () => kernel.pins }))

/** Networks of a peer, of which one in fifty has many. */
const networksOf = (i: number) =>
  Array.from({ length: i % (i < 5000 ? 50 : 1000) === 7 ? 500 : 1 }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`)

const peersOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    public_key: `PEER${i}`,
    has_preshared_key: false,
    allowed_ips: networksOf(i),
    rx_bytes: 5,
    tx_bytes: i,
  }))

const exact = <T>(records: readonly object[]) =>
  records.map((record) => ({
    ...record,
    rx_bytes: 5n,
    tx_bytes: BigInt(Reflect.get(record, 'tx_bytes') as number),
  })) as T

const device = { ifindex: 7, ifname: 'wg0', has_private_key: false }
const lines = (text: string) => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
const SIZES = [1, 300, 1000, 5000, 60_000]

/** A whole comparison says too much of so many. */
function expectRows(rows: readonly unknown[], expected: readonly unknown[]): void {
  const at = rows.findIndex((row, i) => JSON.stringify(row) !== JSON.stringify(expected[i]))
  expect({ rows: rows.length, row: rows[at] }).toEqual({
    rows: expected.length,
    row: at < 0 ? undefined : expected[at],
  })
}

describe.each(SIZES)('%i', (count) => {
  test('peers', async () => {
    const peers = peersOf(count)
    kernel.devices = [{ ...device, peers: exact<WireGuardDeviceBigInt['peers']>(peers) }]
    for (const form of ['-j', '-c']) {
      const { wg0 } = JSON.parse((await show(['wireguard', form])).stdout)
      expectRows(wg0.peers, peers)
    }
    const named = peers.map((peer) => ({ ifname: 'wg0', ...peer }))
    expectRows(JSON.parse((await show(['wireguard', '--peers'])).stdout), named)
    expectRows(lines((await show(['wireguard', '--peers', '--ndjson'])).stdout), named)
    expectRows(lines((await show(['wireguard', '--ndjson'])).stdout)[0].peers, peers)
    const text = (await show(['wireguard', '--text'])).stdout.trimEnd().split('\n').slice(1)
    expectRows(
      text.map((line) => line.split(/ {2,}/).slice(1, 3)),
      peers.map(({ public_key, allowed_ips }) => [public_key, allowed_ips.join(', ')]),
    )
    const summary = (await show(['wireguard', '--summary'])).stdout
    expectRows(
      [...summary.matchAll(/^ {2}peer (\w+)$/gm)].map(([, key]) => key),
      peers.map(({ public_key }) => public_key),
    )
  })

  test('pins', async () => {
    const pins = Array.from({ length: count }, (_, id) => ({ id, board_label: `LABEL ${id}`, frequency: 10 }))
    kernel.pins = pins.map((pin): DpllPinBigInt => ({ ...pin, frequency: 10n }))
    expectRows(JSON.parse((await show(['dpll', '--pins'])).stdout), pins)
    expectRows(JSON.parse((await show(['dpll', '-c'])).stdout).pins, pins)
    expectRows(lines((await show(['dpll', '--ndjson'])).stdout), pins)
    const text = (await show(['dpll', '--pins', '--text'])).stdout.trimEnd().split('\n').slice(1)
    expectRows(
      text.map((line) => line.split(/ {2,}/)),
      pins.map(({ id, board_label }) => [String(id), board_label, '10 Hz']),
    )
  })
})

test('the time of a table grows as its rows do', () => {
  const time = (count: number) => {
    const peers = exact<WireGuardDeviceBigInt['peers']>(peersOf(count).map((peer) => ({ ...peer, allowed_ips: [] })))
    const begin = process.cpuUsage()
    wireguardTable([{ ...device, peers }])
    return process.cpuUsage(begin).user
  }
  const best = (count: number) => Math.min(...Array.from({ length: 5 }, () => time(count)))
  time(5000)
  // In the square of them it would be 64 times as much.
  expect(best(40_000) / best(5000)).toBeLessThan(24)
})
