import type { Capability } from '@netsnap/core-native/testing'
import { rule } from '../src/index.ts'

export const table = rule

/** The commands that print the same state. */
export const oracles = { ipv4: 'ip -j -d rule', ipv6: 'ip -6 -j -d rule' } as const

/** States of the kernel that the tests compare with `ip`, and `pnpm record` records: a name, and the commands that make it. */
export const cases: Readonly<Record<string, readonly string[]>> = {
  /** Every selector and action that iproute2 6.1 can set. */
  selectors: [
    'ip link add br0 type bridge',
    'ip link add fifteen-chars-0 type bridge',
    'ip rule add pref 100 from 10.0.0.0/8 to 192.168.1.0/24 tos 0x10 table 100',
    'ip rule add pref 101 not from 10.1.2.3 fwmark 0x10/0xff table 4000000000',
    'ip rule add pref 102 iif br0 oif fifteen-chars-0 table main',
    'ip rule add pref 103 iif absent0 oif absent-15-chars lookup default',
    'ip rule add pref 104 uidrange 1000-2000 lookup main',
    'ip rule add pref 105 ipproto tcp sport 80 dport 1024-65534 lookup main',
    'ip rule add pref 106 ipproto 132 lookup main',
    'ip rule add pref 107 tun_id 4386 lookup main',
    'ip rule add pref 108 l3mdev',
    'ip rule add pref 109 suppress_prefixlength 0 lookup main',
    'ip rule add pref 110 suppress_ifgroup 7 lookup main',
    'ip rule add pref 111 goto 120',
    'ip rule add pref 112 goto 40000',
    'ip rule add pref 113 nop',
    'ip rule add pref 114 blackhole',
    'ip rule add pref 115 unreachable',
    'ip rule add pref 116 prohibit',
    'ip rule add pref 117 realms 3/4 lookup main',
    'ip rule add pref 118 realms 5 lookup main',
    'ip rule add pref 119 protocol bgp lookup main',
    'ip rule add pref 120 protocol 77 lookup main',
    'ip rule add pref 121 fwmark 5 lookup main',
    'ip rule add pref 122 not to 224.0.0.0/4 iif lo blackhole',
    'ip rule add pref 0 from 1.2.3.4 lookup main',
    'ip -6 rule add pref 200 from 2001:db8::/32 to 2001:db8:1::1 table 77',
    'ip -6 rule add pref 201 not iif br0 ipproto ipv6-icmp lookup main',
    'ip -6 rule add pref 202 sport 1-2 dport 53 ipproto udp uidrange 0-0 fwmark 0/1 lookup main',
    'ip -6 rule add pref 203 tos 0xfc oif fifteen-chars-0 suppress_prefixlength 48 lookup main',
    'ip -6 rule add pref 204 goto 210',
    'ip -6 rule add pref 210 prohibit',
    'ip -6 rule add pref 211 l3mdev protocol static',
  ],
  /** What a fresh namespace has. */
  fresh: [],
  /** Rules that leave the table to the l3 master device; with the first one the kernel adds its own, of priority 1000. */
  vrf: [
    'ip link add blue type vrf table 4000000000',
    'ip link add red type vrf table 10',
    'ip link set blue up',
    'ip rule add pref 5 iif blue l3mdev protocol static',
    'ip rule add pref 6 oif red l3mdev',
    'ip rule add pref 7 not from 10.0.0.0/8 l3mdev suppress_prefixlength 0',
    'ip -6 rule add pref 8 oif blue from 2001:db8::/32 l3mdev',
    'ip -6 rule add pref 9 iif red l3mdev fwmark 7/0xff',
  ],
}

/** What a state is made of that a kernel may lack. */
export const needed: Readonly<Record<string, readonly Capability[]>> = { vrf: ['vrf'] }
