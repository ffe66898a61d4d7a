import type { WireGuardDevice, WireGuardDeviceBigInt, WireGuardPeer, WireGuardPeerBigInt } from '../src/index.ts'

/** An endpoint as `wg` writes it. */
function endpointOf({ endpoint }: WireGuardPeer | WireGuardPeerBigInt): string {
  if (!endpoint) return '(none)'
  const { family, address, port, zone } = endpoint
  return family === 'ipv6' ? `[${address}${zone === undefined ? '' : `%${zone}`}]:${port}` : `${address}:${port}`
}

function peerLine(peer: WireGuardPeer | WireGuardPeerBigInt): string {
  return [
    peer.public_key,
    peer.preshared_key ?? '(none)',
    endpointOf(peer),
    peer.allowed_ips.join(',') || '(none)',
    peer.last_handshake_time ?? 0,
    peer.rx_bytes,
    peer.tx_bytes,
    peer.persistent_keepalive_interval ?? 'off',
  ].join('\t')
}

/** What `wg show <device> dump` prints of a device whose secrets were asked for. */
export function asWgDump(device: WireGuardDevice | WireGuardDeviceBigInt): string[] {
  const { private_key, public_key, listen_port, fwmark } = device
  const own = [
    private_key ?? '(none)',
    public_key ?? '(none)',
    listen_port ?? 0,
    fwmark ? `0x${fwmark.toString(16)}` : 'off',
  ]
  return [own.join('\t'), ...device.peers.map(peerLine)]
}

export const linesOf = (output: string): string[] => output.trimEnd().split('\n')
