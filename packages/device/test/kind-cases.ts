import type { Capability } from '@netsnap/core-native/testing'

/** A state: what makes it, and what a kernel may lack for it. */
export interface KindCase {
  readonly commands: readonly string[]
  readonly needs: readonly Capability[]
}

const veth = 'ip link add v0 type veth peer name v1'
const tunnels = (...commands: readonly string[]): KindCase => ({ commands, needs: ['ip-tunnels'] })

/** Links of each kind with as many of its options as `ip` can set. */
export const kindCases: Readonly<Record<string, KindCase>> = {
  bridge: {
    needs: ['bridge'],
    commands: [
      veth,
      'ip link add br0 type bridge forward_delay 300 hello_time 150 max_age 900 ageing_time 12345 stp_state 1 priority 4096 group_fwd_mask 8 group_address 01:80:c2:00:00:04 mcast_router 2 mcast_snooping 1 mcast_query_use_ifaddr 1 mcast_querier 1 mcast_hash_max 1024 mcast_last_member_count 3 mcast_startup_query_count 4 mcast_last_member_interval 110 mcast_membership_interval 25000 mcast_querier_interval 24000 mcast_query_interval 12000 mcast_query_response_interval 900 mcast_startup_query_interval 3000 mcast_stats_enabled 1 mcast_igmp_version 3 mcast_mld_version 2',
      'ip link set v0 master br0',
      'ip link set v0 type bridge_slave cost 77 priority 9 hairpin on guard on root_block on fastleave on learning off flood off proxy_arp on proxy_arp_wifi on mcast_router 2 mcast_flood off mcast_to_unicast on bcast_flood off group_fwd_mask 8 neigh_suppress on isolated on',
    ],
  },
  'bridge-vlan': {
    needs: ['bridge-vlan'],
    commands: [
      'ip link add br1 type bridge vlan_filtering 1 vlan_protocol 802.1ad vlan_default_pvid 7 vlan_stats_enabled 1 vlan_stats_per_port 1',
    ],
  },
  vlan: {
    needs: ['vlan', 'dummy'],
    commands: [
      'ip link add d0 type dummy',
      'ip link add link d0 name d0.10 type vlan id 10 gvrp on loose_binding on ingress-qos-map 1:2 3:4 egress-qos-map 5:6 7:1',
      'ip link add link d0 name d0.20 type vlan proto 802.1ad id 20 reorder_hdr off mvrp on',
    ],
  },
  bond: {
    needs: ['bond', 'dummy'],
    commands: [
      'ip link add bond0 type bond mode 802.3ad miimon 100 updelay 200 downdelay 300 xmit_hash_policy layer3+4 min_links 1 lacp_rate fast ad_select bandwidth ad_actor_sys_prio 77 ad_user_port_key 5 ad_actor_system 02:00:00:00:00:77 peer_notify_delay 500',
      'ip link add bond1 type bond mode active-backup arp_interval 1000 arp_ip_target 192.0.2.1,192.0.2.2,192.0.2.3 arp_validate all arp_all_targets all primary_reselect better fail_over_mac active num_grat_arp 3 all_slaves_active 1 resend_igmp 5 arp_missed_max 3',
      'ip link add bond2 type bond mode balance-rr packets_per_slave 9',
      'ip link add d1 type dummy',
      'ip link set d1 master bond1',
      'ip link set bond1 type bond primary d1',
      'ip link add d2 type dummy',
      'ip link set d2 master bond0',
      'ip link set bond0 up',
    ],
  },
  vxlan: {
    needs: ['vxlan'],
    commands: [
      veth,
      'ip link add vx0 type vxlan id 42 dev v0 group 239.1.1.1 local 192.0.2.1 ttl 7 tos 0x10 dstport 4789 srcport 40000 50000 ageing 77 maxaddress 99 learning proxy rsc l2miss l3miss udpcsum df set',
      'ip link add vx1 type vxlan id 43 remote 2001:db8::1 local 2001:db8::2 ttl inherit tos inherit flowlabel 0x12345 noudpcsum udp6zerocsumtx udp6zerocsumrx remcsumtx remcsumrx gbp dstport 4790 nolearning',
      'ip link add vx2 type vxlan external dstport 4791 vnifilter',
      'ip link add vx3 type vxlan external gpe dstport 4792',
    ],
  },
  geneve: {
    needs: ['geneve'],
    commands: [
      'ip link add g0 type geneve id 77 remote 192.0.2.7 ttl 9 tos 0x10 dstport 6082 udpcsum df inherit',
      'ip link add g1 type geneve id 78 remote 2001:db8::7 ttl inherit tos inherit flowlabel 0x54321 udp6zerocsumtx udp6zerocsumrx dstport 6083',
      'ip link add g2 type geneve external dstport 6084',
    ],
  },
  macvlan: {
    needs: ['macvlan'],
    commands: [
      veth,
      'ip link add link v0 name m0 type macvlan mode source bcqueuelen 555',
      'ip link set link dev m0 type macvlan macaddr add 02:00:00:00:00:01',
      'ip link set link dev m0 type macvlan macaddr add 02:00:00:00:00:02',
      'ip link add link v1 name m1 type macvlan mode passthru nopromisc',
    ],
  },
  ipvlan: {
    needs: ['ipvlan'],
    commands: [
      veth,
      'ip link add link v0 name i0 type ipvlan mode l3s private',
      'ip link add link v1 name i1 type ipvlan mode l2 vepa',
    ],
  },
  vrf: {
    needs: ['vrf'],
    commands: ['ip link add vrf0 type vrf table 1077', veth, 'ip link set v0 master vrf0'],
  },
  tun: {
    needs: ['tun'],
    commands: [
      'ip tuntap add dev tun0 mode tun user 0',
      'ip tuntap add dev tap0 mode tap multi_queue vnet_hdr group 0',
      'ip tuntap add dev tap1 mode tap pi',
    ],
  },
  gre: tunnels(
    'ip link add gre1 type gre local 192.0.2.1 remote 192.0.2.2 ikey 5 okey 6 icsum ocsum iseq oseq ttl 9 tos 0x10 nopmtudisc ignore-df fwmark 7',
    'ip link add gre2 type gre external',
    'ip link add gretap1 type gretap local 192.0.2.1 remote 192.0.2.3 encap fou encap-sport auto encap-dport 5555 encap-csum ttl inherit tos inherit',
    'ip link add erspan1 type erspan local 192.0.2.1 remote 192.0.2.4 seq key 3 erspan_ver 1 erspan 123',
    'ip link add erspan2 type erspan local 192.0.2.1 remote 192.0.2.5 seq key 4 erspan_ver 2 erspan_dir egress erspan_hwid 17',
    'ip link add ip6gre1 type ip6gre local 2001:db8::1 remote 2001:db8::2 key 9 hoplimit 77 tclass 0x10 flowlabel 0x12345 encaplimit 5',
    'ip link add ip6gre2 type ip6gretap local 2001:db8::1 remote 2001:db8::3 encaplimit none tclass inherit',
    'ip link add ip6erspan1 type ip6erspan local 2001:db8::1 remote 2001:db8::4 seq key 5 erspan_ver 1 erspan 99',
  ),
  iptunnel: tunnels(
    'ip link add ipip1 type ipip local 192.0.2.1 remote 192.0.2.2 ttl 9 tos 0x10 fwmark 5 encap gue encap-sport 7000 encap-dport 7001 encap-remcsum',
    'ip link add ipip2 type ipip external',
    'ip link add sit1 type sit local 192.0.2.1 remote 192.0.2.3 mode any nopmtudisc',
    'ip link add sit2 type sit local 192.0.2.1 mode ip6ip',
    'ip link add tnl1 type ip6tnl local 2001:db8::1 remote 2001:db8::2 mode any hoplimit 9 tclass 0x10 flowlabel 0x12345 encaplimit 3 dscp inherit fwmark 9',
    'ip link add tnl2 type ip6tnl local 2001:db8::1 remote 2001:db8::3 mode ip6ip6 encaplimit none allow-localremote',
    'ip link add vti1 type vti local 192.0.2.1 remote 192.0.2.6 ikey 9 okey 10 fwmark 3',
    'ip link add vti61 type vti6 local 2001:db8::1 remote 2001:db8::6 key 11',
  ),
  xfrm: {
    needs: ['xfrm'],
    commands: [veth, 'ip link add x0 type xfrm dev v0 if_id 0x77', 'ip link add x1 type xfrm external'],
  },
  macsec: {
    needs: ['macsec'],
    commands: [
      veth,
      'ip link add link v0 name ms0 type macsec port 7 encrypt on replay on window 77 validate check cipher gcm-aes-256',
      'ip link add link v1 name ms1 type macsec sci 0200000000000001 encodingsa 2',
      'ip link add link v1 name ms2 type macsec port 10 send_sci off end_station on',
      'ip link add link v1 name ms3 type macsec port 11 send_sci off scb on validate disabled protect off',
    ],
  },
  hsr: {
    needs: ['hsr', 'dummy'],
    commands: [
      'ip link add d0 type dummy',
      'ip link add d1 type dummy',
      'ip link add d2 type dummy',
      'ip link add d3 type dummy',
      'ip link add hsr0 type hsr slave1 d0 slave2 d1 supervision 45 version 1',
      'ip link add prp0 type hsr slave1 d2 slave2 d3 proto 1',
    ],
  },
  bareudp: {
    needs: ['bareudp'],
    commands: [
      'ip link add bu0 type bareudp dstport 6635 ethertype mpls_uc srcportmin 50000',
      'ip link add bu1 type bareudp dstport 6636 ethertype ipv4 multiproto',
    ],
  },
  veth: { needs: ['veth'], commands: [veth] },
  ifb: { needs: ['ifb'], commands: ['ip link add i0 type ifb'] },
  dummy: { needs: ['dummy'], commands: ['ip link add d0 type dummy'] },
  team: { needs: ['team'], commands: ['ip link add t0 type team'] },
}
