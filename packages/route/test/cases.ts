import type { Session } from '@netsnap/core-native'
import type { Capability } from '@netsnap/core-native/testing'
import { getRoutes, route } from '../src/index.ts'

export const table = route

/** Reading routes takes the names of the links and the nexthop objects before: a recording holds the three dumps. */
export const read = (session: Session) => getRoutes({ session })

/** The commands that print the same state. */
export const oracles = {
  all: 'ip -j -d route show table all',
  nexthops: 'ip -j -d nexthop',
} as const

/** A bridge that is up, with addresses that are there at once and stay. */
const bridge = (name: string, ipv4: string, ipv6: string) => [
  `ip link add ${name} type bridge`,
  `ip link set ${name} addrgenmode none`,
  `ip link set ${name} up`,
  `ip addr add ${ipv4} dev ${name}`,
  `ip -6 addr add ${ipv6} dev ${name} nodad`,
]

const links = [
  'ip link set lo up',
  ...bridge('br0', '10.0.0.1/24', '2001:db8::1/64'),
  ...bridge('br1', '10.1.0.1/24', '2001:db8:1::1/64'),
]

/** States of the kernel that the tests compare with `ip`, and `pnpm record` records: a name, and the commands that make it. */
export const cases: Readonly<Record<string, readonly string[]>> = {
  /** What a namespace has when `lo` is up. */
  fresh: ['ip link set lo up'],
  /** Every form of an IPv4 route that iproute2 6.1 can make on a plain kernel. */
  ipv4: [
    ...links,
    'ip link add v0 type veth peer name v1',
    'ip link set v0 addrgenmode none',
    'ip addr add 10.2.0.1/24 dev v0',
    'ip link set v0 up',
    'ip route add default via 10.0.0.2',
    'ip route add default dev br0 table 9',
    'ip route add 10.9.0.0/16 via 10.0.0.2 dev br0 metric 5 src 10.0.0.1 tos 0x10 protocol bgp mtu lock 1400 advmss 1000 window 5 rtt 100ms rttvar 50ms cwnd 5 initcwnd 10 hoplimit 5 quickack 1 features ecn congctl reno rto_min 20ms initrwnd 6 ssthresh 7 reordering 4 fastopen_no_cookie 1',
    'ip route add 10.10.0.0/16 nexthop via 10.0.0.2 weight 256 nexthop via 10.1.0.5 dev br1 weight 1 onlink',
    'ip route add blackhole 10.11.0.0/16',
    'ip route add unreachable 10.12.0.0/16 table 4000',
    'ip route add throw 10.13.0.0/16',
    'ip route add prohibit 10.14.0.0/16',
    'ip route add 10.15.0.0/16 via inet6 2001:db8::5 dev br0',
    'ip route add 10.16.0.0/16 dev br0 realms 3/4 scope link',
    'ip route add 10.16.1.0/24 dev br0 realms 5 scope link',
    'ip route add 10.50.0.0/16 nexthop encap ip id 1 dst 1.1.1.1 via 10.0.0.2 dev br0 nexthop via inet6 2001:db8::5 dev br0 weight 2 nexthop via 10.1.0.7 dev br1 realms 5/6 weight 3',
    'ip route add 10.51.0.0/16 dev br0 scope link',
    'ip route add 10.52.0.0/16 via 10.0.0.2 mtu lock 1400 rtt lock 3ms rttvar lock 2ms',
    'ip route add 10.53.0.0/16 via 10.2.0.9 dev v0',
    'ip route add 10.54.0.0/16 via 172.16.5.5 dev br0 onlink proto 77 table 4000000000',
    'ip route add 10.55.0.0/16 dev br0 metric 4294967295',
    'ip route add 10.56.0.0/16 dev br0 scope 201',
    'ip route add 10.57.0.1 via 10.0.0.2 src 10.1.0.1',
    'ip route add local 10.77.0.0/16 dev lo',
    'ip route add broadcast 10.78.0.255 dev br0',
    'ip route add multicast 239.0.0.0/8 dev br0',
    'ip route add 10.80.0.0/16 via 10.0.0.2 tos 0x1c',
    'ip route append 10.80.0.0/16 via 10.0.0.3 tos 0x1c',
  ],
  /** The same of IPv6. */
  ipv6: [
    ...links,
    'ip -6 route add default via 2001:db8::2 dev br0 metric 3',
    'ip -6 route add default via fe80::1 dev br0 metric 4 proto ra table 70',
    'ip -6 route add 2001:db8:f::/48 via 2001:db8::2 dev br0 metric 7 pref high expires 1000 mtu 1300',
    'ip -6 route add 2001:db8:e::/48 nexthop via 2001:db8::2 dev br0 weight 3 nexthop via 2001:db8:1::2 dev br1 weight 256',
    'ip -6 route add 2001:db8:c::/48 from 2001:db8:1::/64 via 2001:db8::2',
    'ip -6 route add 2001:db8:205::/48 from 2001:db8:1::5/128 dev br0',
    'ip -6 route add blackhole 2001:db8:b::/48',
    'ip -6 route add unreachable 2001:db8:200::/48',
    'ip -6 route add prohibit 2001:db8:201::/48',
    'ip -6 route add throw 2001:db8:202::/48',
    'ip -6 route add 2001:db8:204::/48 via 2001:db8::2 pref low mtu lock 1300 hoplimit 9 congctl reno features ecn',
    'ip -6 route add 2001:db8:206::/48 via 2001:db8:ffff::2 dev br0 onlink src 2001:db8:1::1',
    'ip -6 route add 2001:db8:207::1 dev br0 proto 200 metric 4294967295',
    'ip -6 route add anycast 2001:db8::99 dev br0',
    'ip -6 route add local 2001:db8:208::/64 dev lo',
  ],
  /**
   * Encapsulations that a plain kernel has. The options of `encap ip` (geneve_opts, vxlan_opts, erspan_opts) must never
   * be among them: kernel 6.18 with FORTIFY_SOURCE crashes in ip_tun_parse_opts and keeps the lock that every change of
   * every namespace needs. They are tested by literal bytes.
   */
  encapsulations: [
    ...links,
    'ip route add 10.30.0.0/16 encap ip id 100 dst 1.2.3.4 src 5.6.7.8 ttl 3 tos 4 key csum via 10.0.0.2',
    'ip route add 10.30.1.0/24 encap ip id 101 dst 1.2.3.4 seq via 10.0.0.2',
    'ip route add 10.31.0.0/16 encap ip6 id 100 dst 2001::1 src 2001::2 hoplimit 3 tc 5 csum via 10.0.0.2',
    'ip route add 10.32.0.0/16 encap seg6 mode encap segs 2001::1 via 10.0.0.2',
    'ip -6 route add 2001:db8:100::/48 encap seg6 mode encap segs 2001::1,2001::2 via 2001:db8::2',
    'ip -6 route add 2001:db8:100:1::/64 encap seg6 mode inline segs 2001::1,2001::2 via 2001:db8::2',
    'ip -6 route add 2001:db8:100:2::/64 encap seg6 mode l2encap segs 2001::1 via 2001:db8::2',
    'ip -6 route add 2001:db8:100:3::/64 encap seg6 mode encap.red segs 2001::1,2001::2 via 2001:db8::2',
    'ip -6 route add 2001:db8:100:4::/64 encap seg6 mode l2encap.red segs 2001::1,2001::2 via 2001:db8::2',
    'ip -6 route add 2001:db8:101:1::/64 encap seg6local action End dev br0',
    'ip -6 route add 2001:db8:101:2::/64 encap seg6local action End.X nh6 2001:db8::7 dev br0',
    'ip -6 route add 2001:db8:101:3::/64 encap seg6local action End.T table 7 dev br0',
    'ip -6 route add 2001:db8:101:4::/64 encap seg6local action End.DX2 oif br1 dev br0',
    'ip -6 route add 2001:db8:101:5::/64 encap seg6local action End.DX6 nh6 ::1 dev br0',
    'ip -6 route add 2001:db8:101:6::/64 encap seg6local action End.DX4 nh4 10.0.0.9 dev br0',
    'ip -6 route add 2001:db8:101:7::/64 encap seg6local action End.DT6 table 9 dev br0',
    'ip -6 route add 2001:db8:101:a::/64 encap seg6local action End.B6 srh segs 2001::1,2001::2 dev br0',
    'ip -6 route add 2001:db8:101:b::/64 encap seg6local action End.B6.Encaps srh segs 2001::1,2001::2 dev br0',
    'ip -6 route add 2001:db8:101:c::/64 encap seg6local action End count dev br0',
    'ip -6 route add 2001:db8:101:d::/64 encap seg6local action End flavors next-csid lblen 48 nflen 16 dev br0',
    'ip -6 route add 2001:db8:101:f::/64 encap seg6local action End flavors psp dev br0',
    'ip -6 route add 2001:db8:203::/48 nexthop encap seg6 mode encap segs 2001::1 via 2001:db8::2 dev br0 nexthop via 2001:db8:1::2 dev br1 weight 256',
  ],
  /** Nexthop objects, and routes that go by them. */
  nexthops: [
    ...links,
    'ip nexthop add id 1 via 10.0.0.3 dev br0',
    'ip nexthop add id 2 via 10.1.0.3 dev br1 proto static',
    'ip nexthop add id 3 group 1,10/2,20',
    'ip nexthop add id 4 blackhole',
    'ip nexthop add id 5 group 1/2,3 type resilient buckets 8 idle_timer 20 unbalanced_timer 30',
    'ip nexthop add id 6 via 2001:db8::9 dev br0',
    'ip nexthop add id 7 via 10.0.0.9 fdb',
    'ip nexthop add id 8 group 7 fdb',
    'ip nexthop add id 9 encap ip id 100 dst 1.2.3.4 via 10.0.0.3 dev br0',
    'ip nexthop add id 10 group 1,256/2,255',
    'ip nexthop add id 11 via 172.16.0.1 dev br0 onlink',
    'ip nexthop add id 12 dev br0',
    'ip nexthop add id 13 via 2001:db8:1::9 dev br1',
    'ip nexthop add id 14 group 6/13,7',
    'ip nexthop add id 4294967295 dev br1 proto 99',
    ...[3, 1, 4, 5, 9, 10, 11, 12].map((id) => `ip route add 10.17.${id}.0/24 nhid ${id}`),
    ...[6, 14].map((id) => `ip -6 route add 2001:db8:d:${id}::/64 nhid ${id}`),
    'ip route add 10.18.0.0/16 via inet6 2001:db8::5 dev br0',
    'ip route add 10.19.0.0/16 nhid 6',
  ],
  /** Routes of labels, and into them. */
  mpls: [
    ...links,
    'sysctl -qw net.mpls.platform_labels=100000',
    'ip route add 10.32.0.0/16 encap mpls 100/200 ttl 5 via 10.0.0.2',
    'ip route add 10.32.1.0/24 encap mpls 100 via 10.0.0.2',
    'ip route add 10.32.2.0/24 nexthop encap mpls 100/300 via 10.0.0.2 nexthop via 10.0.0.3',
    'ip -f mpls route add 100 via inet 10.0.0.2 dev br0',
    'ip -f mpls route add 101 as 200/300 via inet 10.0.0.2 dev br0',
    'ip -f mpls route add 102 as 200 via inet6 2001:db8::5 dev br0 ttl-propagate enabled',
    'ip -f mpls route add 103 dev lo ttl-propagate disabled',
    'ip -f mpls route add 104 nexthop as 100 via inet 10.0.0.2 dev br0 nexthop as 200/300 via inet6 2001:db8::5 dev br0',
    'ip -f mpls route add 105 via link 02:00:00:00:00:01 dev br0',
    'ip nexthop add id 1 encap mpls 100/200 via 10.0.0.2 dev br0',
    'ip route add 10.36.0.0/16 nhid 1',
  ],
  /** Source routing and in-situ measurement. */
  tunnels: [
    ...links,
    'ip -6 route add 2001:db8:102::/48 encap rpl segs 2001::1,2001::2 dev br0',
    'ip -6 route add 2001:db8:103::/48 encap ioam6 mode inline trace prealloc type 0x800000 ns 1 size 4 dev br0',
    'ip -6 route add 2001:db8:103:1::/64 encap ioam6 freq 2/5 mode encap tundst 2001::9 trace prealloc type 0xc00000 ns 2 size 12 dev br0',
    'ip -6 route add 2001:db8:103:2::/64 encap ioam6 freq 1/2 mode auto tundst 2001::9 trace prealloc type 0xc00000 ns 2 size 12 dev br0',
    'ip -6 route add 2001:db8:100:5::/64 encap seg6 mode inline segs 2001::1 hmac 5 via 2001:db8::2',
  ],
}

/** What a state is made of that a kernel may lack. */
export const needed: Readonly<Record<string, readonly Capability[]>> = {
  mpls: ['mpls'],
  tunnels: ['rpl', 'ioam6', 'seg6-hmac'],
}
