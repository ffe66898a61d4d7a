import type { WireGuardDeviceBigInt, WireGuardPeerBigInt } from '@netsnap/genl-wireguard'

/** Devices by their interfaces' names, as `netsnap wireguard` and the snapshot have them. */
export function byName(devices: readonly WireGuardDeviceBigInt[]): Record<string, WireGuardDeviceBigInt> {
  return Object.fromEntries(devices.map((device) => [device.ifname, device]))
}

/** Each peer with the name of its device. */
export function peersOf(devices: readonly WireGuardDeviceBigInt[]): (WireGuardPeerBigInt & { ifname: string })[] {
  return devices.flatMap(({ ifname, peers }) => peers.map((peer) => ({ ifname, ...peer })))
}

/** What the record of an interface says of it as a WireGuard device. */
export function wireguardOf(device: WireGuardDeviceBigInt): Omit<WireGuardDeviceBigInt, 'ifindex' | 'ifname'> {
  const { ifindex: _, ifname: __, ...wireguard } = device
  return wireguard
}
