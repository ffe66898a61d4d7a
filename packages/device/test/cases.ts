import type { Session } from '@netsnap/core-native'
import type { Capability } from '@netsnap/core-native/testing'
import { link, listInterfaces } from '../src/index.ts'
import { kindCases } from './kind-cases.ts'

export const table = link

/** A recording holds the links and the addresses. */
export const read = (session: Session) => listInterfaces({ session })

/** The commands that print the same state. */
export const oracles = {
  links: 'ip -j -d -s -s link',
  addresses: 'ip -j -d addr',
} as const

/** Links whose counters and addresses stand still. */
const quiet = 'sysctl -qw net.ipv6.conf.default.disable_ipv6=1'

/** States of the kernel that the tests compare with `ip`, and `pnpm record` records: a name, and the commands that make it. */
export const cases: Readonly<Record<string, readonly string[]>> = {
  fresh: [],
  /** What every link can have, whatever its kind. */
  links: [
    quiet,
    'ip link add v0 type veth peer name v1',
    'ip link add br0 type bridge',
    'ip link set v0 master br0 alias "a name for people" txqueuelen 77 group 42 mtu 1400',
    'ip link property add dev v0 altname another-name altname one-that-is-much-longer-than-fifteen-characters',
    'ip link set v1 up',
    'ip link set v0 up',
    'ip link set lo up',
    'ip link set v1 promisc on allmulticast on',
    'ip link add veth-high numtxqueues 3 numrxqueues 5 type veth peer name v3',
    'ip link add link v1 name mv0 type macvlan mode bridge',
    'ip link set mv0 protodown on protodown_reason 2 on',
    'ip link set veth-high gso_max_size 60000 gso_max_segs 1000',
    'ip link set v3 addrgenmode none',
    "ip link set veth-high name $(printf 'a\\377b')",
    'ip link add 1 type bridge',
    'ip link add __proto__ type bridge',
    'ip link add constructor type bridge',
  ],
  /** Both families, both ends, every flag that can be set and every lifetime. */
  addresses: [
    'sysctl -qw net.ipv6.conf.default.accept_dad=0',
    'ip link add v0 type veth peer name v1',
    'ip link set v0 addrgenmode none up',
    'ip link set v1 addrgenmode none up',
    'ip link set lo up',
    'ip addr add 192.0.2.1/24 brd + dev v0 label v0:one',
    'ip addr add 192.0.2.2/24 dev v0 noprefixroute',
    'ip addr add 198.51.100.1 peer 198.51.100.2/32 dev v0 metric 77',
    'ip addr add 198.51.100.5 peer 198.51.100.6/30 dev v1 scope link',
    'ip addr add 203.0.113.1/28 dev v1',
    'ip addr add 10.0.0.1/8 dev v1 scope 200',
    'ip addr add 224.0.0.77/32 dev v1 autojoin',
    'ip addr add 2001:db8::1/64 dev v0 nodad',
    'ip addr add 2001:db8:1::1 peer 2001:db8:1::2/128 dev v0 nodad',
    'ip addr add 2001:db8:2::1/64 dev v0 nodad home mngtmpaddr noprefixroute metric 5',
    'ip addr add 2001:db8:3::1/56 dev v1 nodad',
    'ip addr add fe80::1/64 dev v1 nodad scope link',
    'ip addr add 2001:db8:4::1/127 dev v1 nodad preferred_lft forever valid_lft forever',
  ],
  ...Object.fromEntries(
    Object.entries(kindCases).map(([kind, { commands }]) => [`kind-${kind}`, [quiet, ...commands]]),
  ),
}

/** What each state is made of that a kernel may lack. */
export const needed: Readonly<Record<string, readonly Capability[]>> = Object.fromEntries(
  Object.entries(kindCases).map(([kind, { needs }]) => [`kind-${kind}`, needs]),
)
