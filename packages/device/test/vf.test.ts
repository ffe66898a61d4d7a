import { bindTable, decoderOf, writerOf } from '@netsnap/core-native/compile'
import { constants } from '@netsnap/core-native/constants'
import { Frame } from '@netsnap/core-native/schema'
import { concat, MessageBuilder } from '@netsnap/core-native/testing'
import { describe, expect, test } from 'vitest'
import '../src/vf-read.ts'
import { linkFunctions } from '../src/vf-table.ts'

const LONGEST = 32 // not a kernel number: MAX_ADDR_LEN of its headers
const NONE = 2 ** 32 - 1

describe.each([true, false])('bytes by the layouts of linux/if_link.h (lowest byte first: %o)', (littleEndian) => {
  const b = new MessageBuilder(littleEndian)
  const long = (...bytes: readonly number[]) => Uint8Array.from({ length: LONGEST }, (_, i) => bytes[i] ?? 0)
  const mac = (vf: number, ...bytes: readonly number[]) => b.attribute('IFLA_VF_MAC', concat(b.u32(vf), long(...bytes)))

  function read(...attributes: readonly Uint8Array[]) {
    const body = concat(b.struct('ifinfomsg', { ifi_index: 7, ifi_type: 1 }), ...attributes)
    const frame = () => new Frame(body, { littleEndian })
    const record = decoderOf(linkFunctions)(frame(), 0, body.length)
    expect(bindTable(linkFunctions, undefined, constants())(frame(), 0, body.length)).toEqual(record)
    expect(JSON.parse(writerOf(linkFunctions)(frame(), 0, body.length))).toEqual(JSON.parse(JSON.stringify(record)))
    return record
  }

  const ether = b.attribute('IFLA_ADDRESS', Uint8Array.of(2, 0, 0, 0, 0, 9))

  /** All that a virtual function can have, from byte to byte. */
  const full = b.attribute(
    'IFLA_VF_INFO',
    mac(3, 0x02, 0x11, 0x22, 0x33, 0x44, 0x50),
    b.attribute('IFLA_VF_BROADCAST', long(255, 255, 255, 255, 255, 255)),
    b.attribute('IFLA_VF_VLAN', b.u32(3), b.u32(100), b.u32(5)),
    b.attribute('IFLA_VF_RATE', b.u32(3), b.u32(10), b.u32(2000)),
    b.attribute('IFLA_VF_TX_RATE', b.u32(3), b.u32(2000)),
    b.attribute('IFLA_VF_SPOOFCHK', b.u32(3), b.u32(1)),
    b.attribute('IFLA_VF_LINK_STATE', b.u32(3), b.u32(2)),
    b.attribute('IFLA_VF_RSS_QUERY_EN', b.u32(3), b.u32(0)),
    b.attribute('IFLA_VF_TRUST', b.u32(3), b.u32(1)),
    b.attribute('IFLA_VF_IB_NODE_GUID', b.struct('ifla_vf_guid', { vf: 3, guid: 0x0011223344556677n })),
    b.attribute('IFLA_VF_IB_PORT_GUID', b.struct('ifla_vf_guid', { vf: 3, guid: 0xff11223344556688n })),
    b.attribute(
      'IFLA_VF_VLAN_LIST',
      b.attribute('IFLA_VF_VLAN_INFO', b.struct('ifla_vf_vlan_info', { vf: 3, vlan: 100, qos: 5, vlan_proto: 0x88a8 })),
    ),
    b.attribute(
      'IFLA_VF_STATS',
      b.attribute('IFLA_VF_STATS_RX_PACKETS', b.u64(1)),
      b.attribute('IFLA_VF_STATS_TX_PACKETS', b.u64(2)),
      b.attribute('IFLA_VF_STATS_RX_BYTES', b.u64(3)),
      b.attribute('IFLA_VF_STATS_PAD'),
      b.attribute('IFLA_VF_STATS_TX_BYTES', b.u64(4)),
      b.attribute('IFLA_VF_STATS_BROADCAST', b.u64(5)),
      b.attribute('IFLA_VF_STATS_MULTICAST', b.u64(6)),
      b.attribute('IFLA_VF_STATS_RX_DROPPED', b.u64(7)),
      b.attribute('IFLA_VF_STATS_TX_DROPPED', b.u64(2 ** 40)),
    ),
  )

  test('every attribute', () => {
    expect(read(ether, b.attribute('IFLA_NUM_VF', b.u32(1)), b.attribute('IFLA_VFINFO_LIST', full))).toMatchObject({
      index: 7,
      num_vf: 1,
      vfs: [
        {
          ...{ vf: 3, mac: '02:11:22:33:44:50', broadcast: 'ff:ff:ff:ff:ff:ff', vlan: 100, qos: 5 },
          vlan_list: [{ vlan: 100, qos: 5, protocol: '8021ad' }],
          ...{ tx_rate: 2000, min_tx_rate: 10, max_tx_rate: 2000 },
          ...{ spoofchk: true, link_state: 'disable', rss_query_en: false, trust: true },
          ...{ ib_node_guid: '0x0011223344556677', ib_port_guid: '0xff11223344556688' },
          stats: {
            ...{ rx_packets: 1, tx_packets: 2, rx_bytes: 3, tx_bytes: 4, broadcast: 5, multicast: 6 },
            ...{ rx_dropped: 7, tx_dropped: 1099511627776 },
          },
        },
      ],
    })
  })

  test('what a driver does not tell is absent, and so is what is not set', () => {
    const bare = b.attribute(
      'IFLA_VF_INFO',
      mac(0),
      b.attribute('IFLA_VF_VLAN', b.u32(0), b.u32(0), b.u32(0)),
      b.attribute('IFLA_VF_RATE', b.u32(0), b.u32(0), b.u32(0)),
      b.attribute('IFLA_VF_TX_RATE', b.u32(0), b.u32(0)),
      b.attribute('IFLA_VF_SPOOFCHK', b.u32(0), b.u32(NONE)),
      b.attribute('IFLA_VF_LINK_STATE', b.u32(0), b.u32(77)),
      b.attribute('IFLA_VF_RSS_QUERY_EN', b.u32(0), b.u32(NONE)),
      b.attribute('IFLA_VF_TRUST', b.u32(0), b.u32(NONE)),
    )
    const { vfs } = read(ether, b.attribute('IFLA_VFINFO_LIST', bare))
    expect(vfs).toEqual([{ vf: 0, mac: '00:00:00:00:00:00', link_state: 'IFLA_VF_LINK_STATE_77' }])
  })

  test('an address is as long as that of the link', () => {
    const hardware = Uint8Array.from({ length: 20 }, (_, i) => i)
    const infiniband = b.attribute('IFLA_ADDRESS', hardware)
    const bytes = Uint8Array.from({ length: LONGEST }, (_, i) => i)
    const info = b.attribute('IFLA_VF_INFO', b.attribute('IFLA_VF_MAC', b.u32(0), bytes))
    const twenty = '00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13'
    const before = b.attribute('IFLA_IFNAME', b.text('ib0'))
    expect(read(before, infiniband, b.attribute('IFLA_VFINFO_LIST', info))).toMatchObject({ vfs: [{ mac: twenty }] })
    const whole = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
    expect(read(b.attribute('IFLA_VFINFO_LIST', info))).toMatchObject({ vfs: [{ mac: whole }] })
  })

  test('252 virtual functions in one message', () => {
    const infos = Array.from({ length: 252 }, (_, vf) =>
      b.attribute(
        'IFLA_VF_INFO',
        mac(vf, 2, 0, 0, 0, 0, vf),
        b.attribute('IFLA_VF_SPOOFCHK', b.u32(vf), b.u32(vf % 2)),
      ),
    )
    const { vfs } = read(ether, b.attribute('IFLA_NUM_VF', b.u32(252)), b.attribute('IFLA_VFINFO_LIST', ...infos))
    const expected = infos.map((_, vf) => ({
      vf,
      mac: `02:00:00:00:00:${vf.toString(16).padStart(2, '0')}`,
      spoofchk: vf % 2 === 1,
    }))
    expect(vfs).toEqual(expected)
  })

  test('an attribute that nobody knows is kept', () => {
    const info = b.attribute('IFLA_VF_INFO', mac(1), b.attribute(99, b.u8(1)))
    const { vfs } = read(ether, b.attribute('IFLA_VFINFO_LIST', info))
    expect(vfs).toMatchObject([{ vf: 1, unknown_vf_attrs_decoded: [{ name: 'IFLA_VF_99', bytes: '01' }] }])
  })

  test('associations with a switch', () => {
    const uuid = Uint8Array.from({ length: 16 }, (_, i) => i)
    const port = [
      b.attribute('IFLA_PORT_PROFILE', b.text('gold')),
      b.attribute('IFLA_PORT_VSI_TYPE', Uint8Array.of(1, 0x03, 0x02, 0x01, 4, 0, 0, 0)),
      b.attribute('IFLA_PORT_INSTANCE_UUID', uuid),
      b.attribute('IFLA_PORT_HOST_UUID', uuid),
      b.attribute('IFLA_PORT_REQUEST', b.u8(2)),
      b.attribute('IFLA_PORT_RESPONSE', b.u16(257)),
    ]
    const bound = {
      profile: 'gold',
      vsi: { manager_id: 1, type_id: 0x010203, type_version: 4 },
      ...{ instance_uuid: '00010203-0405-0607-0809-0a0b0c0d0e0f', host_uuid: '00010203-0405-0607-0809-0a0b0c0d0e0f' },
      ...{ request: 'associate', response: 257, response_name: 'inprogress' },
    }
    const virtual = [
      b.attribute('IFLA_VF_PORT', b.attribute('IFLA_PORT_VF', b.u32(0)), ...port),
      b.attribute('IFLA_VF_PORT', b.attribute('IFLA_PORT_VF', b.u32(1)), b.attribute('IFLA_PORT_RESPONSE', b.u16(0))),
      b.attribute('IFLA_VF_PORT', b.attribute('IFLA_PORT_VF', b.u32(2)), b.attribute('IFLA_PORT_RESPONSE', b.u16(99))),
    ]
    expect(
      read(
        b.attribute('IFLA_PORT_SELF', b.attribute('IFLA_PORT_VF', b.u32(NONE)), ...port),
        b.attribute('IFLA_VF_PORTS', ...virtual),
      ),
    ).toMatchObject({
      port_self: bound,
      vf_ports: [
        { vf: 0, ...bound },
        { vf: 1, response: 0, response_name: 'success' },
        { vf: 2, response: 99, response_name: 'response_99' },
      ],
    })
  })
})
