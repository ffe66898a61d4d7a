import { nest } from '@netsnap/core-native/schema'
import { bond, bondPort } from './bond.ts'
import { bridge, bridgePort } from './bridge.ts'
import { can } from './can.ts'
import { geneve } from './geneve.ts'
import { gre } from './gre.ts'
import { hsr } from './hsr.ts'
import { ip6tnl, iptunnel } from './iptunnel.ts'
import { ipvlan } from './ipvlan.ts'
import { macsec } from './macsec.ts'
import { macvlan } from './macvlan.ts'
import { netkit } from './netkit.ts'
import { amt, bareudp, batadv, dsa, gtp, ipoib, ovpn, rmnet, wwan } from './others.ts'
import { tun } from './tun.ts'
import { vlan } from './vlan.ts'
import { vrf, vrfPort } from './vrf.ts'
import { vti } from './vti.ts'
import { vxlan } from './vxlan.ts'
import { xfrm } from './xfrm.ts'

/**
 * What `IFLA_INFO_DATA` becomes, by the kind of the link (`IFLA_INFO_KIND`): a field of the record, and how it is read.
 * Kinds without data (dummy, ifb, nlmon, veth, vcan, vxcan, wireguard, team, lowpan) need no line.
 */
// biome-ignore format: a table
export const kinds = {
  amt:       { amt:           nest(amt) },
  bareudp:   { bareudp:       nest(bareudp) },
  batadv:    { batadv:        nest(batadv) },
  bond:      { bond:          nest(bond) },
  bridge:    { bridge_config: nest(bridge) },
  can:       { can:           nest(can) },
  dsa:       { dsa:           nest(dsa) },
  erspan:    { erspan:        nest(gre) },
  geneve:    { geneve:        nest(geneve) },
  gre:       { gre:           nest(gre) },
  gretap:    { gretap:        nest(gre) },
  gtp:       { gtp:           nest(gtp) },
  hsr:       { hsr:           nest(hsr) },
  ip6erspan: { ip6erspan:     nest(gre) },
  ip6gre:    { ip6gre:        nest(gre) },
  ip6gretap: { ip6gretap:     nest(gre) },
  ip6tnl:    { ip6tnl:        nest(ip6tnl) },
  ipip:      { ipip:          nest(iptunnel) },
  ipoib:     { ipoib:         nest(ipoib) },
  ipvlan:    { ipvlan:        nest(ipvlan) },
  ipvtap:    { ipvtap:        nest(ipvlan) },
  macsec:    { macsec:        nest(macsec) },
  macvlan:   { macvlan:       nest(macvlan) },
  macvtap:   { macvtap:       nest(macvlan) },
  netkit:    { netkit:        nest(netkit) },
  ovpn:      { ovpn:          nest(ovpn) },
  rmnet:     { rmnet:         nest(rmnet) },
  sit:       { sit:           nest(iptunnel) },
  tun:       { tun:           nest(tun) },
  vlan:      { vlan:          nest(vlan) },
  vrf:       { vrf:           nest(vrf) },
  vti:       { vti:           nest(vti) },
  vti6:      { vti6:          nest(vti) },
  vxlan:     { vxlan:         nest(vxlan) },
  wwan:      { wwan:          nest(wwan) },
  xfrm:      { xfrm:          nest(xfrm) },
} as const

/** The same of what a master says of its port (`IFLA_INFO_SLAVE_DATA`), by the kind of the master. */
// biome-ignore format: a table
export const ports = {
  bond:      { bond_port:     nest(bondPort) },
  bridge:    { bridge_port:   nest(bridgePort) },
  vrf:       { vrf_port:      nest(vrfPort) },
} as const
