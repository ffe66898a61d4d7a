import type { WireGuardDeviceBigInt, WireGuardPeerBigInt } from '@netsnap/genl-wireguard'
import { visible } from '../output.ts'
import { tableIfAny } from './table.ts'
import { unknowns, words } from './words.ts'

type Row = readonly [label: string, value: string | undefined]

const KIB = 1024n // not a kernel number: bytes in a KiB
/** Parts of a unit that are told. */
const PARTS = 100n // not a kernel number: two decimals
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

/** An amount of bytes in the largest unit that it fills, with two decimals. */
function bytes(amount: bigint): string {
  let unit = 0
  let divisor = 1n
  while (unit < UNITS.length - 1 && amount >= divisor * KIB) {
    unit++
    divisor *= KIB
  }
  return unit === 0
    ? `${amount} B`
    : `${(Number((amount * PARTS) / divisor) / Number(PARTS)).toFixed(2)} ${UNITS[unit]}`
}

const SPANS = [
  [86_400n, 'd'], // not a kernel number: seconds in a day
  [3600n, 'h'], // not a kernel number: the same in an hour
  [60n, 'min'], // not a kernel number: the same in a minute
  [1n, 's'],
] as const

/** A span of time in its two largest units. */
function span(seconds: bigint): string {
  const parts: string[] = []
  let rest = seconds
  for (const [length, unit] of SPANS) {
    const count = rest / length
    rest %= length
    if (count > 0n) parts.push(`${count} ${unit}`)
  }
  return parts.slice(0, 2).join(' ') || '0 s'
}

const MILLISECONDS = 1000 // not a kernel number: in a second

/** How long ago a handshake was; a clock that was set back does not make it a negative time. */
function ago({ last_handshake_time: seconds }: WireGuardPeerBigInt, now: number): string {
  if (seconds === undefined) return 'never'
  const passed = BigInt(Math.floor(now / MILLISECONDS)) - seconds
  return passed <= 0n ? 'now' : `${span(passed)} ago`
}

function endpoint({ endpoint }: WireGuardPeerBigInt): string | undefined {
  if (!endpoint) return undefined
  const { family, address, port, zone } = endpoint
  return family === 'ipv6' ? `[${address}${zone === undefined ? '' : `%${zone}`}]:${port}` : `${address}:${port}`
}

/** When the last handshake was, to the second. */
const timeOf = ({ last_handshake_time_iso: at }: WireGuardPeerBigInt) => at?.replace(/\.\d+/, '')

const networks = ({ allowed_ips }: WireGuardPeerBigInt) => allowed_ips.join(', ') || 'none'

const key = (has: boolean, shown: string | undefined) => (has ? (shown ?? 'hidden') : undefined)

function rows(rows: readonly Row[], indent: string): string[] {
  const given = rows.filter((row): row is [string, string] => row[1] !== undefined)
  const width = Math.max(...given.map(([label]) => label.length))
  return given.map(([label, value]) => visible(`${indent}${label.padEnd(width)}  ${value}`))
}

function peerLines(peer: WireGuardPeerBigInt, now: number): string[] {
  const { rx_bytes = 0n, tx_bytes = 0n, persistent_keepalive_interval: keepalive } = peer
  const at = timeOf(peer)
  const lines: Row[] = [
    ['endpoint', endpoint(peer) ?? 'not known'],
    ['networks', networks(peer)],
    ['handshake', `${ago(peer, now)}${at === undefined ? '' : ` (${at})`}`],
    ['traffic', rx_bytes + tx_bytes === 0n ? undefined : `${bytes(rx_bytes)} in, ${bytes(tx_bytes)} out`],
    ['keepalive', keepalive === undefined ? undefined : `every ${keepalive} s`],
    ['preshared key', key(peer.has_preshared_key, peer.preshared_key)],
    ['unknown', unknowns(peer) || undefined],
  ]
  return [`  peer ${peer.public_key}`, ...rows(lines, '    ')]
}

function deviceLines(device: WireGuardDeviceBigInt, now: number): string[] {
  const { ifname, public_key, private_key, has_private_key, listen_port, fwmark, peers } = device
  const lines: Row[] = [
    ['public key', public_key ?? 'none'],
    ['private key', key(has_private_key, private_key) ?? 'none'],
    ['port', listen_port === undefined ? 'none' : String(listen_port)],
    ['mark', fwmark === undefined ? undefined : `0x${fwmark.toString(16)}`], // not a kernel number: the radix
    ['peers', String(peers.length)],
    ['unknown', unknowns(device) || undefined],
  ]
  const blocks = peers.map((peer) => peerLines(peer, now).join('\n'))
  return [visible(ifname), ...rows(lines, '  '), ...blocks.map((block) => `\n${block}`)]
}

/** A block for each device and each of its peers. `now` is what handshakes are told from, in milliseconds. */
export function wireguardSummary(devices: readonly WireGuardDeviceBigInt[], now: number): string {
  const blocks = devices.map((device) => deviceLines(device, now).join('\n'))
  return `${[`WireGuard devices: ${devices.length}`, ...blocks].join('\n\n')}\n`
}

/** What of a peer stands in a row. */
const ofPeer = (peer: WireGuardPeerBigInt): string[] => [
  peer.public_key,
  endpoint(peer) ?? '',
  networks(peer),
  timeOf(peer) ?? 'never',
  bytes(peer.rx_bytes ?? 0n),
  bytes(peer.tx_bytes ?? 0n),
  peer.persistent_keepalive_interval?.toString() ?? '',
  key(peer.has_preshared_key, peer.preshared_key) ?? '',
]

const COLUMNS = ['interface', 'peer', 'endpoint', 'networks', 'handshake', 'in', 'out'] as const
/** Columns that are there where something is in them. */
const FURTHER = ['keepalive', 'preshared key', 'private key', 'unknown'] as const
const NO_PEER = [...COLUMNS, ...FURTHER].slice(1, -2).map(() => '')

/** A row for each peer, and one for a device without any. */
export function wireguardTable(devices: readonly WireGuardDeviceBigInt[]): string {
  const rows = devices.flatMap(({ peers, ...device }) => {
    const row = (cells: readonly string[], peer: object) => {
      const unknown = words([unknowns(device), unknowns(peer)])
      return [device.ifname, ...cells, device.private_key ?? '', unknown]
    }
    return peers.length > 0 ? peers.map((peer) => row(ofPeer(peer), peer)) : [row(NO_PEER, {})]
  })
  return tableIfAny(COLUMNS, FURTHER, rows)
}
