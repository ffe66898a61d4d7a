/** Policy routing rules: what `ip rule` and `ip -6 rule` show. A line below is a field of the record. */
import {
  addressFamily,
  be32,
  be64,
  bool,
  enumOf,
  flagsOf,
  header,
  member,
  named,
  otherwise,
  prefix,
  type RecordOf,
  realmFrom,
  realmTo,
  table,
  text,
  u8,
  u16,
  u32,
  unlessAllOnes,
} from '@netsnap/core-native/schema'

const routingTable = named('RT_TABLE_', { file: 'rt_tables', unnamed: 'TABLE_', scalar: u32 })
const routeProtocol = named('RTPROT_', { file: 'rt_protos', unnamed: 'PROTO_' })
const ipProtocol = enumOf('IPPROTO_', { unnamed: 'PROTO_' })

// biome-ignore format: a table
export const rule = table({
  name: 'rule',
  request: 'RTM_GETRULE',
  reply: 'RTM_NEWRULE',
  header: header('fib_rule_hdr', {
    /** Address family: `ipv4`, `ipv6`, or `ipmr` and `ip6mr` for the rules of multicast routing. */
    family:     ['family', addressFamily],
    /** What becomes of a packet that matches. */
    action:     ['action', enumOf('FR_ACT_', { unnamed: 'ACTION_' })],
    /** Length of the destination prefix; 0 matches any. */
    dst_len:    ['dst_len', u8],
    /** Length of the source prefix; 0 matches any. */
    src_len:    ['src_len', u8],
    /** Type-of-service octet to match; 0 matches any. */
    tos:        ['tos', u8],
    /** State of the rule, as bits. */
    flags:      ['flags', u32],
    /** State of the rule: `INVERT` negates the match, `UNRESOLVED` is a goto without a target, `IIF_DETACHED` and `OIF_DETACHED` name an interface that is not there. */
    flag_names: ['flags', flagsOf('FIB_RULE_', { scalar: u32 })],
  }),
  group: 'FRA_',
  // The kernel goes on by position in its list (dump_rules).
  watch: ['RTNLGRP_IPV4_RULE', 'RTNLGRP_IPV6_RULE'],
  attributes: {
    /** Place in the order, lowest first. The kernel leaves it out where it is 0. */
    priority:           ['FRA_PRIORITY', otherwise(u32, 0)],
    /** Destination prefix to match, in CIDR notation. */
    dst:                ['FRA_DST', prefix('dst_len')],
    /** Source prefix to match, in CIDR notation. */
    src:                ['FRA_SRC', prefix('src_len')],
    /** Incoming interface to match. */
    iif:                ['FRA_IIFNAME', text],
    /** Outgoing interface to match. */
    oif:                ['FRA_OIFNAME', text],
    /** Firewall mark to match. The kernel leaves it out where it is 0: with a `fwmask` and without this, the mark is 0. */
    fwmark:             ['FRA_FWMARK', u32],
    /** Bits of the mark that are compared. */
    fwmask:             ['FRA_FWMASK', u32],
    /** IP protocol to match, by the kernel's name of it. */
    ip_proto:           ['FRA_IP_PROTO', ipProtocol],
    /** Number of the IP protocol. */
    ip_proto_id:        ['FRA_IP_PROTO', u8],
    /** First source port to match. */
    sport_start:        ['FRA_SPORT_RANGE', member('fib_rule_port_range', 'start')],
    /** Last source port to match. */
    sport_end:          ['FRA_SPORT_RANGE', member('fib_rule_port_range', 'end')],
    /** Bits of the source port that are compared. */
    sport_mask:         ['FRA_SPORT_MASK', u16],
    /** First destination port to match. */
    dport_start:        ['FRA_DPORT_RANGE', member('fib_rule_port_range', 'start')],
    /** Last destination port to match. */
    dport_end:          ['FRA_DPORT_RANGE', member('fib_rule_port_range', 'end')],
    /** Bits of the destination port that are compared. */
    dport_mask:         ['FRA_DPORT_MASK', u16],
    /** Differentiated services code point to match, 0 to 63. */
    dscp:               ['FRA_DSCP', u8],
    /** Bits of the code point that are compared. */
    dscp_mask:          ['FRA_DSCP_MASK', u8],
    /** IPv6 flow label to match. */
    flowlabel:          ['FRA_FLOWLABEL', be32],
    /** Bits of the flow label that are compared. */
    flowlabel_mask:     ['FRA_FLOWLABEL_MASK', be32],
    /** Tunnel key to match. */
    tun_id:             ['FRA_TUN_ID', be64],
    /** First user id to match. */
    uid_start:          ['FRA_UID_RANGE', member('fib_rule_uid_range', 'start')],
    /** Last user id to match. */
    uid_end:            ['FRA_UID_RANGE', member('fib_rule_uid_range', 'end')],
    /** The table is that of the layer 3 master device (VRF) of the packet's interface. */
    l3mdev:             ['FRA_L3MDEV', bool],
    /** Routing table to look in, by the kernel's or the administrator's name of it; `UNSPEC` where the rule names none. */
    table:              ['FRA_TABLE', routingTable],
    /** Number of the routing table. */
    table_id:           ['FRA_TABLE', u32],
    /** Priority of the rule to go on from. */
    goto:               ['FRA_GOTO', u32],
    /** Realm of the source that packets are given; absent for none. */
    flow_from:          ['FRA_FLOW', realmFrom],
    /** Realm of the destination that packets are given; absent for none. */
    flow_to:            ['FRA_FLOW', realmTo],
    /** Routes with a prefix of at most this length are passed over. */
    suppress_prefixlen: ['FRA_SUPPRESS_PREFIXLEN', unlessAllOnes(u32)],
    /** Routes out of an interface of this group are passed over. */
    suppress_ifgroup:   ['FRA_SUPPRESS_IFGROUP', unlessAllOnes(u32)],
    /** Who installed the rule, by the kernel's or the administrator's name. */
    protocol:           ['FRA_PROTOCOL', routeProtocol],
    /** Number of who installed the rule. */
    protocol_id:        ['FRA_PROTOCOL', u8],
  },
})

/** One rule of the routing policy database. A field is absent where the kernel sent no such attribute. */
export interface Rule extends RecordOf<typeof rule> {}
/** A {@link Rule} whose 64-bit values are bigints. */
export interface RuleBigInt extends RecordOf<typeof rule, bigint> {}
