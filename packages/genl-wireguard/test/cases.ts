import { createHash } from 'node:crypto'
import type { Session } from '@netsnap/core-native'
import type { Capability } from '@netsnap/core-native/testing'
import { getWireGuardDevices, wireguard } from '../src/index.ts'

export const table = wireguard
export const protocol = 'NETLINK_GENERIC'

/** A recording holds the families of generic netlink, and then the device. */
export const read = (session: Session) => getWireGuardDevices({ session, dev: 'wg0' })

/** The command that prints the same state. */
export const oracles = { wg0: 'wg show wg0 dump' } as const
export const text = true

/** A key that is the same in each run, of no use to anybody. */
export const keyOf = (name: string): string => createHash('sha256').update(`netsnap test: ${name}`).digest('base64')

const device = (name: string, ...options: string[]) => [
  `ip link add ${name} type wireguard`,
  ...(options.length === 0 ? [] : [`echo ${keyOf(name)} | wg set ${name} private-key /dev/stdin ${options.join(' ')}`]),
]
const peer = (name: string, ...options: string[]) => `wg set wg0 peer ${keyOf(name)} ${options.join(' ')}`
const preshared = (name: string) => `echo ${keyOf(`preshared ${name}`)} |`

/** `count` networks, as the shell makes them. */
const networks = (count: number) =>
  `$(awk 'BEGIN { for (i = 0; i < ${count}; i++) printf "%s10.%d.%d.0/24", i ? "," : "", 1 + i / 256, i % 256 }')`

/** Waits until two devices have spoken to each other, and leaves them quiet. */
const handshake = [
  'ip link set lo up',
  ...device('wg0', 'listen-port 5001'),
  ...device('wg1', 'listen-port 5002'),
  `wg set wg0 peer $(echo ${keyOf('wg1')} | wg pubkey) endpoint 127.0.0.1:5002 allowed-ips 10.0.0.2/32`,
  `wg set wg1 peer $(echo ${keyOf('wg0')} | wg pubkey) endpoint 127.0.0.1:5001 allowed-ips 10.0.0.1/32`,
  'ip link set wg0 up',
  'ip link set wg1 up',
  `wg set wg0 peer $(echo ${keyOf('wg1')} | wg pubkey) persistent-keepalive 1`,
  'for i in $(seq 100); do wg show wg0 latest-handshakes | grep -q "[1-9][0-9]*$" && break; sleep 0.1; done',
  `wg set wg0 peer $(echo ${keyOf('wg1')} | wg pubkey) persistent-keepalive 0`,
  'sleep 0.5',
]

/** States of the kernel that the tests compare with `wg`, and `pnpm record` records: a name, and the commands that make it. */
export const cases: Readonly<Record<string, readonly string[]>> = {
  /** A device without a key. */
  fresh: device('wg0'),
  /** Each thing that a peer can have. */
  peers: [
    'ip link set lo up',
    ...device('wg0', 'listen-port 51820 fwmark 0xca6c'),
    peer('nothing'),
    peer('ipv4', 'endpoint 192.0.2.1:51820 allowed-ips 10.0.0.0/8,192.0.2.0/24,0.0.0.0/0'),
    peer('ipv6', "endpoint '[2001:db8::1]:1' allowed-ips fd00::/8,::/0,2001:db8::7/128"),
    peer('zone', "endpoint '[fe80::1%lo]:65535' allowed-ips 10.7.0.1/32"),
    `${preshared('both')} ${peer('both', 'preshared-key /dev/stdin endpoint 192.0.2.2:7 persistent-keepalive 25 allowed-ips 10.8.0.0/16,fd08::/16')}`,
    `${preshared('keepalive')} ${peer('keepalive', 'preshared-key /dev/stdin persistent-keepalive 65535')}`,
  ],
  /** More than one message holds: a peer goes on in the second, and there are peers before and after it. */
  split: [
    ...device('wg0', 'listen-port 7'),
    peer('before', 'allowed-ips 172.16.0.0/12'),
    peer('split', `endpoint 192.0.2.1:9 allowed-ips ${networks(1300)}`),
    peer('after', 'allowed-ips 192.168.0.0/16'),
  ],
  handshake,
}

export const needed: Readonly<Record<string, readonly Capability[]>> = Object.fromEntries(
  Object.keys(cases).map((state) => [state, ['wireguard']]),
)
