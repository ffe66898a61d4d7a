/** WireGuard devices and their peers: what `wg show` shows. A line below is a field of the record. */
import {
  address,
  addressFamilyIn,
  attributeSet,
  base64,
  flagsOf,
  header,
  list,
  member,
  nest,
  nonZero,
  only,
  otherwise,
  type RecordOf,
  secret,
  socketAddress,
  table,
  text,
  u8,
  u16,
  u32,
  u64,
  unless,
  unlessZeros,
} from '@netsnap/core-native/schema'
import { isoTime } from './time.ts'

// biome-ignore format: a table
const allowedIp = attributeSet('WGALLOWEDIP_A_', {
  family:    ['WGALLOWEDIP_A_FAMILY', addressFamilyIn(u16)],
  ipaddr:    ['WGALLOWEDIP_A_IPADDR', address],
  cidr_mask: ['WGALLOWEDIP_A_CIDR_MASK', u8],
}, {
  unknown: 'wgallowedip',
  derived: {
    prefix:  [text, ({ ipaddr, cidr_mask }: { ipaddr?: string; cidr_mask?: number }) =>
      ipaddr === undefined || cidr_mask === undefined ? undefined : `${ipaddr}/${cidr_mask}`],
  },
})

// biome-ignore format: a table
export const peer = attributeSet('WGPEER_A_', {
  /** The peer's public key, in base64. */
  public_key:                    ['WGPEER_A_PUBLIC_KEY', base64],
  /** Whether a preshared key is mixed in. */
  has_preshared_key:             ['WGPEER_A_PRESHARED_KEY', otherwise(nonZero, false)],
  /** That key, in base64; only where secrets were asked for. */
  preshared_key:                 ['WGPEER_A_PRESHARED_KEY', secret(unlessZeros(base64))],
  /** Where packets to the peer go; absent while it is not known. */
  endpoint:                      ['WGPEER_A_ENDPOINT', socketAddress],
  /** The networks that the peer may send from and is sent the packets of, in CIDR notation. */
  allowed_ips:                   ['WGPEER_A_ALLOWEDIPS', list(only(allowedIp, 'prefix'))],
  /** When the last handshake was: seconds since 1970; absent for never. */
  last_handshake_time:           ['WGPEER_A_LAST_HANDSHAKE_TIME', unlessZeros(member('__kernel_timespec', 'tv_sec'))],
  /** Nanoseconds within that second; absent for never. */
  last_handshake_time_nsec:      ['WGPEER_A_LAST_HANDSHAKE_TIME', unlessZeros(member('__kernel_timespec', 'tv_nsec'))],
  /** When the last handshake was, in ISO 8601 and UTC, to the nanosecond; absent for never. */
  last_handshake_time_iso:       ['WGPEER_A_LAST_HANDSHAKE_TIME', isoTime],
  /** Bytes received from the peer. */
  rx_bytes:                      ['WGPEER_A_RX_BYTES', u64],
  /** Bytes sent to the peer. */
  tx_bytes:                      ['WGPEER_A_TX_BYTES', u64],
  /** Seconds after which an idle tunnel is kept alive by an empty packet; absent for never. */
  persistent_keepalive_interval: ['WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL', unless(u16, 0)],
  /** Version of WireGuard's protocol. */
  protocol_version:              ['WGPEER_A_PROTOCOL_VERSION', u32],
  /** Bits of a request to change a peer; kernels send none so far. */
  flags:                         ['WGPEER_A_FLAGS', u32],
  /** Names of those bits. */
  flag_names:                    ['WGPEER_A_FLAGS', flagsOf('WGPEER_F_', { scalar: u32 })],
}, {
  unknown: 'wgpeer',
  // Padding before 64-bit values, where a processor needs it.
  skip: ['WGPEER_A_UNSPEC'],
})

// biome-ignore format: a table
export const wireguard = table({
  name: 'wireguard',
  // WG_GENL_NAME
  generic: { family: 'wireguard', version: 'WG_GENL_VERSION' },
  request: 'WG_CMD_GET_DEVICE',
  reply: 'WG_CMD_GET_DEVICE',
  secret: true,
  header: header('genlmsghdr', {}),
  group: 'WGDEVICE_A_',
  unknown: 'wgdevice',
  attributes: {
    /** Index of the interface. */
    ifindex:         ['WGDEVICE_A_IFINDEX', u32],
    /** Name of the interface. */
    ifname:          ['WGDEVICE_A_IFNAME', text],
    /** The device's public key, in base64; absent while it has no private key. */
    public_key:      ['WGDEVICE_A_PUBLIC_KEY', base64],
    /** Whether the device has a private key. */
    has_private_key: ['WGDEVICE_A_PRIVATE_KEY', otherwise(nonZero, false)],
    /** That key, in base64; only where secrets were asked for. */
    private_key:     ['WGDEVICE_A_PRIVATE_KEY', secret(unlessZeros(base64))],
    /** UDP port that is listened on; absent until the interface has been up. */
    listen_port:     ['WGDEVICE_A_LISTEN_PORT', unless(u16, 0)],
    /** Firewall mark of the packets that the device sends; absent for none. */
    fwmark:          ['WGDEVICE_A_FWMARK', unless(u32, 0)],
    /** Bits of a request to change a device; kernels send none so far. */
    flags:           ['WGDEVICE_A_FLAGS', u32],
    /** Names of those bits. */
    flag_names:      ['WGDEVICE_A_FLAGS', flagsOf('WGDEVICE_F_', { scalar: u32 })],
    /** Its peers, in the kernel's order. */
    peers:           ['WGDEVICE_A_PEERS', list(nest(peer))],
  },
})

/** What one message says: a device, or more of its peers. */
export interface WireGuardMessage extends RecordOf<typeof wireguard> {}

type Hoisted = Pick<RecordOf<typeof allowedIp>, `unknown_${string}` & keyof RecordOf<typeof allowedIp>>

/** One peer of a device. `allowed_ips` is always there; any other field is absent where the kernel has no such thing. */
export interface WireGuardPeer extends Omit<RecordOf<typeof peer>, 'public_key' | 'allowed_ips'>, Hoisted {
  public_key: string
  allowed_ips: string[]
}
/** A {@link WireGuardPeer} whose 64-bit values are bigints. */
export interface WireGuardPeerBigInt
  extends Omit<RecordOf<typeof peer, bigint>, 'public_key' | 'allowed_ips'>,
    Hoisted {
  public_key: string
  allowed_ips: string[]
}

type Device = Omit<WireGuardMessage, 'ifindex' | 'ifname' | 'peers'>

/** A WireGuard device with all its peers. */
export interface WireGuardDevice extends Device {
  ifindex: number
  ifname: string
  peers: WireGuardPeer[]
}
/** A {@link WireGuardDevice} whose 64-bit values are bigints. */
export interface WireGuardDeviceBigInt extends Omit<WireGuardDevice, 'peers'> {
  peers: WireGuardPeerBigInt[]
}
