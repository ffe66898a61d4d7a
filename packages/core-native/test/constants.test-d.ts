import { expectTypeOf, test } from 'vitest'
import type { ConstantName, GroupName, MemberOf, StructMembers, StructName } from '../src/constants/index.ts'

test('names', () => {
  expectTypeOf<'RTM_GETLINK' | 'RTPROT_BGP' | 'GRE_KEY' | 'FRA_DSCP_MASK' | 'AF_INET'>().toExtend<ConstantName>()
  expectTypeOf<'FRA_PRIROITY'>().not.toExtend<ConstantName>()
  expectTypeOf<string>().not.toExtend<ConstantName>()
})

test('groups', () => {
  expectTypeOf<
    'FRA_' | 'RTA_' | 'RTAX_' | 'IFLA_' | 'IFLA_BR_' | 'IFLA_VF_' | 'NHA_' | 'WGPEER_A_'
  >().toExtend<GroupName>()
  expectTypeOf<'IFLA_BROADCAST'>().toExtend<MemberOf<'IFLA_'>>()
  expectTypeOf<'IFLA_BR_FORWARD_DELAY'>().not.toExtend<MemberOf<'IFLA_'>>()
  expectTypeOf<'FRA_DST' | 'FRA_DSCP_MASK'>().toExtend<MemberOf<'FRA_'>>()
  expectTypeOf<MemberOf<'BRIDGE_MODE_'>>().toEqualTypeOf<'BRIDGE_MODE_UNSPEC' | 'BRIDGE_MODE_HAIRPIN'>()
})

test('structs', () => {
  expectTypeOf<'rtmsg' | 'fib_rule_hdr' | 'ifinfomsg'>().toExtend<StructName>()
  expectTypeOf<StructMembers<'fib_rule_port_range'>>().toEqualTypeOf<{ readonly start: 'u16'; readonly end: 'u16' }>()
  expectTypeOf<StructMembers<'ifla_vf_mac'>['mac']>().toEqualTypeOf<readonly ['u8', 32]>()
  // Members of anonymous unions are members; bit-fields and marks are not.
  expectTypeOf<StructMembers<'vifctl'>['vifc_lcl_ifindex']>().toEqualTypeOf<'s32'>()
  expectTypeOf<'ihl' | '$0'>().not.toExtend<keyof StructMembers<'iphdr'>>()
  expectTypeOf<'saddr' | 'tos'>().toExtend<keyof StructMembers<'iphdr'>>()
})
