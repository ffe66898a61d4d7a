/** What `ip -j -d link` calls what kinds have. */
import { bond, bondPort, bridge, bridgePort } from './kinds-masters.ts'
import { as, flagged, hex, type IpKind, same, upper, type Values } from './kinds-words.ts'

const vxlan: IpKind = {
  field: 'vxlan',
  keys: {
    ...same('id', 'link', 'local', 'local6', 'port_range', 'port', 'learning', 'proxy', 'rsc', 'l2miss', 'l3miss'),
    ...same('df', 'ageing', 'limit', 'udp_csum', 'udp_zero_csum6_tx', 'udp_zero_csum6_rx', 'remcsum_tx'),
    ...same('remcsum_rx', 'gbp', 'gpe', 'vnifilter', 'ttl', 'group'),
    ...as(hex, 'tos', 'label'),
    remote6: 'group6',
    external: 'collect_metadata',
  },
  ours: ['link_index', 'ttl_inherit', 'label_policy', 'localbypass', 'reserved_bits'],
}

const macvlan: IpKind = {
  field: 'macvlan',
  keys: {
    ...same('mode', 'macaddr_count', 'macaddr_data'),
    nopromisc: ['flag_names', flagged('nopromisc')],
    bcqueuelen: 'bc_queue_len',
    usedbcqueuelen: 'bc_queue_len_used',
  },
  ours: ['flags'],
}

const user = (id: number | undefined) => (id === 0 ? 'root' : id)
const tun: IpKind = {
  field: 'tun',
  keys: {
    ...same('multi_queue'),
    type: ['type', (name: string) => name.toLowerCase()],
    pi: 'packet_info',
    vnet_hdr: 'vnet_header',
    persist: 'persistent',
    numqueues: 'num_queues',
    numdisabled: 'num_disabled_queues',
    user: ['owner', user],
    group: ['group', user],
  },
  ours: ['type_value'],
}

const vlan: IpKind = {
  field: 'vlan',
  keys: {
    ...same('id', 'ingress_qos', 'egress_qos'),
    protocol: ['protocol', ({ name }: { name: string }) => name.replace(' (QinQ)', '')],
    flags: ['flags', ({ decoded }: { decoded: object }) => Object.keys(decoded).map(upper)],
  },
  ours: [],
}

const vrf: IpKind = { field: 'vrf', keys: { table: 'table_id' }, ours: ['table'] }
const vrfPort: IpKind = { field: 'vrf_port', keys: { table: 'table_id' }, ours: ['table'] }

const geneve: IpKind = {
  field: 'geneve',
  keys: {
    ...same('remote', 'remote6', 'ttl', 'df', 'port', 'udp_csum', 'udp_zero_csum6_tx', 'udp_zero_csum6_rx'),
    ...as(hex, 'tos'),
    id: 'vni',
    label: ['label', hex],
    external: 'collect_metadata',
    innerprotoinherit: 'inner_proto_inherit',
  },
  ours: ['label_hex', 'ttl_inherit', 'port_range'],
}

const ipvlan: IpKind = {
  field: 'ipvlan',
  keys: {
    ...same('mode'),
    private: ['flag_names', flagged('private')],
    vepa: ['flag_names', flagged('vepa')],
  },
  ours: ['flags'],
}

const dotted = (key: number) => [24, 16, 8, 0].map((shift) => (key >>> shift) & 0xff).join('.')
/** Keys are shown where flags say that there are any. */
const keyOf = (flags: string) => (key: number, all: Values) =>
  (all[flags] as readonly string[] | undefined)?.includes('key') === false ? undefined : dotted(key)
const padded = (digits: number) => (value: number) => `0x${value.toString(16).padStart(digits, '0')}`
const unlessFlag =
  (flag: string, as: (value: number) => unknown) =>
  (value: number, { flag_names = [] }: { flag_names?: readonly string[] }) =>
    flag_names.includes(flag) ? undefined : as(value)
const encap = (type: string, all: Values) => {
  const has = flagged
  const names = all.encap_flag_names as readonly string[]
  return type === 'none'
    ? undefined
    : {
        type,
        sport: all.encap_sport,
        dport: all.encap_dport,
        csum: has('csum')(names),
        csum6: has('csum6')(names),
        remcsum: has('remcsum')(names),
      }
}
/** What tunnels of all kinds have. */
const TUNNEL: IpKind['keys'] = {
  ...same('ttl', 'link', 'pmtudisc'),
  ...as(hex, 'tos', 'fwmark'),
  local: 'local',
  remote: 'remote',
  external: 'collect_metadata',
  encap: ['encap_type', encap],
}
const TUNNEL_OURS = ['link_index', 'encap_sport', 'encap_dport', 'encap_flags', 'encap_flag_names']
/** What tunnels over IPv6 have. */
const TUNNEL6: IpKind['keys'] = {
  encap_limit: ['encap_limit', unlessFlag('ign_encap_limit', Number)],
  tclass: ['tclass', unlessFlag('use_orig_tclass', padded(2))],
  flowlabel: ['flowlabel', unlessFlag('use_orig_flowlabel', padded(5))],
  ip6_tnl_f_ign_encap_limit: ['flag_names', flagged('ign_encap_limit')],
  ip6_tnl_f_use_orig_tclass: ['flag_names', flagged('use_orig_tclass')],
  ip6_tnl_f_use_orig_flowlabel: ['flag_names', flagged('use_orig_flowlabel')],
  ip6_tnl_f_rcv_dscp_copy: ['flag_names', flagged('rcv_dscp_copy')],
  ip6_tnl_f_allow_local_remote: ['flag_names', flagged('allow_local_remote')],
}

const gre = (field: string): IpKind => ({
  field,
  keys: {
    ...TUNNEL,
    ...(field.startsWith('ip6') ? TUNNEL6 : {}),
    ...same('ignore_df', 'erspan_ver', 'erspan_index', 'erspan_dir'),
    ikey: ['ikey', keyOf('iflag_names')],
    okey: ['okey', keyOf('oflag_names')],
    iseq: ['iflag_names', flagged('seq')],
    oseq: ['oflag_names', flagged('seq')],
    icsum: ['iflag_names', flagged('csum')],
    ocsum: ['oflag_names', flagged('csum')],
    erspan_hwid: ['erspan_hwid', hex],
  },
  ours: [...TUNNEL_OURS, 'iflags', 'oflags', 'flags', 'flowinfo'],
})

/** Protocols by `ip`'s words, of which there are three kinds. */
const protocol = (words: Readonly<Record<string, string>>) => (name: string) => words[name] ?? name
const ipip: IpKind = {
  field: 'ipip',
  keys: { ...TUNNEL, proto: ['proto_name', protocol({ ip: 'any', ipip: 'ipip', mpls: 'mplsip' })] },
  ours: [...TUNNEL_OURS, 'proto'],
}
const sit: IpKind = {
  field: 'sit',
  keys: {
    ...TUNNEL,
    proto: ['proto_name', protocol({ ip: 'any', ipv6: 'ip6ip', ipip: 'ipip' })],
    prefix: '6rd_prefix',
    prefixlen: '6rd_prefixlen',
    relay_prefix: '6rd_relay_prefix',
    relay_prefixlen: '6rd_relay_prefixlen',
    isatap: ['flag_names', flagged('isatap')],
  },
  ours: [...TUNNEL_OURS, 'proto', 'flags'],
}
const ip6tnl: IpKind = {
  field: 'ip6tnl',
  keys: { ...TUNNEL, ...TUNNEL6, proto: ['proto_name', protocol({ ip: 'any', ipv6: 'ip6ip6', ipip: 'ipip6' })] },
  ours: [...TUNNEL_OURS, 'proto', 'flags', 'flowinfo'],
}
const vti = (field: string): IpKind => ({
  field,
  keys: { ...same('local', 'remote', 'link'), ...as(dotted, 'ikey', 'okey'), ...as(hex, 'fwmark') },
  ours: ['link_index'],
})

const xfrm: IpKind = {
  field: 'xfrm',
  keys: { if_id: ['if_id', hex], external: 'collect_metadata' },
  ours: ['link', 'link_index'],
}

const macsec: IpKind = {
  field: 'macsec',
  keys: {
    ...same('sci', 'protect', 'icv_len', 'encoding_sa', 'validation', 'offload', 'encrypt', 'inc_sci', 'es', 'scb'),
    ...same('replay_protect', 'window'),
    cipher_suite: ['cipher_suite', (name: string) => name.replaceAll('_', '-')],
  },
  ours: [],
}

const hsr: IpKind = {
  field: 'hsr',
  running: ['seq_nr'],
  keys: {
    ...same('slave1', 'slave2', 'seq_nr', 'supervision_addr'),
    proto: ['protocol', (name: string) => ['hsr', 'prp'].indexOf(name)],
  },
  ours: ['slave1_index', 'slave2_index'],
}

const bareudp: IpKind = {
  field: 'bareudp',
  keys: { dstport: 'port', ethertype: 'ethertype_name', srcportmin: 'srcport_min', multiproto: 'multiproto_mode' },
  ours: ['ethertype'],
}

/** Of the data of links, by their kind. */
export const ipKinds: Readonly<Record<string, IpKind>> = {
  ...{ bareudp, bond, bridge, geneve, hsr, ip6tnl, ipip, ipvlan, macsec, macvlan, sit, tun, vlan, vrf, vxlan, xfrm },
  ...Object.fromEntries(
    ['gre', 'gretap', 'erspan', 'ip6gre', 'ip6gretap', 'ip6erspan'].map((kind) => [kind, gre(kind)]),
  ),
  ...Object.fromEntries(['vti', 'vti6'].map((kind) => [kind, vti(kind)])),
}
/** Of ports, by the kind of their masters. */
export const ipPorts: Readonly<Record<string, IpKind>> = { bond: bondPort, bridge: bridgePort, vrf: vrfPort }
