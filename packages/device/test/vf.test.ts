import { bindTable } from '@netsnap/core-native/compile'
import { constants } from '@netsnap/core-native/constants'
import { Frame, header, s32, table } from '@netsnap/core-native/schema'
import { concat, MessageBuilder } from '@netsnap/core-native/testing'
import { expect, test } from 'vitest'
import { virtualFunctions } from '../src/vf.ts'

const link = table({
  name: 'vf_link',
  request: 'RTM_GETLINK',
  reply: 'RTM_NEWLINK',
  header: header('ifinfomsg', { index: ['ifi_index', s32] }),
  group: 'IFLA_',
  attributes: { vfs: ['IFLA_VFINFO_LIST', virtualFunctions] },
  skip: 'others',
})
const decode = bindTable(link, undefined, constants())

test.each([true, false])('252 virtual functions in one message, little-endian: %s', (little) => {
  const b = new MessageBuilder(little)
  const one = (vf: number) => {
    const mac = concat(b.u32(vf), Uint8Array.from([2, 0, 0, 0, 0, vf]), new Uint8Array(26))
    return b.nested(
      'IFLA_VF_INFO',
      b.attribute('IFLA_VF_MAC', mac),
      b.attribute('IFLA_VF_VLAN', b.u32(vf), b.u32(100), b.u32(3)),
      b.nested(
        'IFLA_VF_VLAN_LIST',
        b.attribute('IFLA_VF_VLAN_INFO', b.u32(vf), b.u32(100), b.u32(3), b.integer(2, 0x88a8, true), b.u16(0)),
      ),
      b.attribute('IFLA_VF_RATE', b.u32(vf), b.u32(10), b.u32(200)),
      b.attribute('IFLA_VF_SPOOFCHK', b.u32(vf), b.u32(1)),
      b.attribute('IFLA_VF_TRUST', b.u32(vf), b.u32(0)),
      b.attribute('IFLA_VF_RSS_QUERY_EN', b.u32(vf), b.u32(0xffffffff)),
      b.attribute('IFLA_VF_LINK_STATE', b.u32(vf), b.u32(2)),
      b.nested('IFLA_VF_STATS', b.attribute('IFLA_VF_STATS_RX_BYTES', b.u64(5))),
    )
  }
  const all = Array.from({ length: 252 }, (_, vf) => one(vf))
  const message = concat(b.struct('ifinfomsg', { ifi_index: 9 }), b.nested('IFLA_VFINFO_LIST', ...all))
  const record = decode(new Frame(message, { littleEndian: little }), 0, message.length) as { vfs: object[] }
  expect(record.vfs.length).toBe(252)
  expect(record.vfs[251]).toEqual({
    vf: 251,
    mac: '02:00:00:00:00:fb',
    vlan: 100,
    qos: 3,
    vlan_list: [{ vlan: 100, qos: 3, protocol: '8021AD' }],
    min_tx_rate: 10,
    max_tx_rate: 200,
    spoofchk: true,
    trust: false,
    link_state: 'disable',
    stats: { rx_bytes: 5 },
  })
})
