import type { ConstantName } from '@netsnap/core-native/constants'

/**
 * What tells that a family's routes change while they are listed; the kernel marks no dump of routes (NLM_F_DUMP_INTR).
 * Those are watched where routes that stay can be missed: IPv6 goes on by count from the root of the changed tree
 * (fib6_dump_table), multicast by place in a list (mr_table_dump), IPv4 by count within an address (fn_trie_dump_leaf).
 * MPLS goes on from the label. What of it matters, `RouteFollower` says.
 */
export const WATCH = {
  // Links, addresses and nexthop objects that go take routes with them unsaid (fib_table_flush).
  ipv4: ['RTNLGRP_IPV4_ROUTE', 'RTNLGRP_LINK', 'RTNLGRP_IPV4_IFADDR', 'RTNLGRP_NEXTHOP'],
  // A link that goes down may take routes with it unsaid (skip_notify_on_dev_down).
  ipv6: ['RTNLGRP_IPV6_ROUTE', 'RTNLGRP_LINK'],
  mpls: [],
  ipmr: ['RTNLGRP_IPV4_MROUTE'],
  ip6mr: ['RTNLGRP_IPV6_MROUTE'],
} as const satisfies Record<string, readonly ConstantName[]>
