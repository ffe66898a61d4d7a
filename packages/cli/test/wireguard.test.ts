import type { WireGuardDeviceBigInt, WireGuardPeerBigInt } from '@netsnap/genl-wireguard'
import { describe, expect, test } from 'vitest'
import { wireguardSummary, wireguardTable } from '../src/render/wireguard.ts'
import { wireguardOf } from '../src/wireguard.ts'

const peer = (fields: Partial<WireGuardPeerBigInt> = {}): WireGuardPeerBigInt => ({
  public_key: 'PEER',
  has_preshared_key: false,
  allowed_ips: ['10.0.0.0/8'],
  rx_bytes: 0n,
  tx_bytes: 0n,
  ...fields,
})
const device = (...peers: WireGuardPeerBigInt[]): WireGuardDeviceBigInt => ({
  ifindex: 7,
  ifname: 'wg0',
  has_private_key: true,
  public_key: 'OWN',
  listen_port: 51820,
  peers,
})

const NOW = Date.UTC(2026, 10, 24, 12)
const seconds = BigInt(NOW / 1000)
const lineOf = (label: string, fields: Partial<WireGuardPeerBigInt>) =>
  wireguardSummary([device(peer(fields))], NOW)
    .split('\n')
    .find((line) => line.trim().startsWith(label))
    ?.trim()
    .replace(/^\w+ +/, '')

describe('a peer for people', () => {
  test.each([
    [0n, 0n, undefined],
    [1023n, 1n, '1023 B in, 1 B out'],
    [1024n, 1536n, '1.00 KiB in, 1.50 KiB out'],
    [5n * 2n ** 30n, 2n ** 64n - 1n, '5.00 GiB in, 15.99 EiB out'],
  ])('%s bytes in, %s out', (rx_bytes, tx_bytes, expected) => {
    expect(lineOf('traffic', { rx_bytes, tx_bytes })).toBe(expected)
  })

  test.each([
    [0n, 'now'],
    [-5n, 'now'],
    [12n, '12 s ago'],
    [3600n, '1 h ago'],
    [100_000n, '1 d 3 h ago'],
  ])('a handshake %s seconds ago', (passed, expected) => {
    const fields = { last_handshake_time: seconds - passed, last_handshake_time_iso: '2026-11-24T11:00:00.123456789Z' }
    expect(lineOf('handshake', fields)).toBe(`${expected} (2026-11-24T11:00:00Z)`)
  })

  test('what is not there', () => {
    expect(lineOf('handshake', {})).toBe('never')
    expect(lineOf('networks', { allowed_ips: [] })).toBe('none')
    expect(lineOf('endpoint', {})).toBe('not known')
    expect(lineOf('preshared', {})).toBeUndefined()
  })

  test('a name that a terminal would obey shows', () => {
    expect(wireguardSummary([{ ...device(), ifname: '\u001b[2J' }], NOW)).toContain('\\u{1b}[2J')
  })

  test('a row for each', () => {
    const endpoint = { family: 'ipv6', address: '2001:db8::1', port: 9 }
    expect(wireguardTable([device(peer({ endpoint, rx_bytes: 2048n }), peer())])).toBe(
      [
        'interface  peer  endpoint         networks    handshake  in        out',
        'wg0        PEER  [2001:db8::1]:9  10.0.0.0/8  never      2.00 KiB  0 B',
        'wg0        PEER                   10.0.0.0/8  never      0 B       0 B',
        '',
      ].join('\n'),
    )
  })
})

describe('as a table', () => {
  const unknown = { number: 77, base_number: 77, nested: false, name: 'WGPEER_A_77', length: 2, bytes: '0a0b' }

  test('a device without peers has a row', () => {
    expect(wireguardTable([device(peer()), { ...device(), ifname: 'wg1' }])).toBe(
      [
        'interface  peer  endpoint  networks    handshake  in   out',
        'wg0        PEER            10.0.0.0/8  never      0 B  0 B',
        'wg1',
        '',
      ].join('\n'),
    )
  })

  test('keys, keepalives and attributes without a name have columns where there are any', () => {
    const fields = {
      ...{ has_preshared_key: true, preshared_key: 'SHARED', persistent_keepalive_interval: 25 },
      ...{ unknown_wgpeer_attrs: [77], unknown_wgpeer_attrs_decoded: [unknown] },
    }
    const text = wireguardTable([{ ...device(peer(fields), peer()), private_key: 'SECRET' }])
    expect(text.split('\n')).toEqual([
      'interface  peer  endpoint  networks    handshake  in   out  keepalive  preshared key  private key  unknown',
      'wg0        PEER            10.0.0.0/8  never      0 B  0 B  25         SHARED         SECRET       WGPEER_A_77 0a0b',
      'wg0        PEER            10.0.0.0/8  never      0 B  0 B                            SECRET',
      '',
    ])
    expect(lineOf('unknown', fields)).toBe('WGPEER_A_77 0a0b')
  })
})

test('what an interface’s record says of it as a WireGuard device', () => {
  const { ifindex: _, ifname: __, ...expected } = device(peer())
  expect(wireguardOf(device(peer()))).toEqual(expected)
})
