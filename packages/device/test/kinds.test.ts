/** Kinds that neither kernel of the tests can make, and attributes that none of them sends: from bytes of our own. */
import { constants } from '@netsnap/core-native/constants'
import { describe, expect, test } from 'vitest'
import type { Link } from '../src/index.ts'
import { large } from './kinds-large.ts'
import { bridgeParts, ports } from './kinds-ports.ts'
import { b, bytes, ipv4, r } from './kinds-reader.ts'
import { small } from './kinds-small.ts'
import { unknownIn } from './unknown.ts'

const cases = { ...small, ...large, ...ports }

/** The attributes of an enumeration that can be sent. */
const sendable = (group: string, never: readonly string[] = []) =>
  [...constants().group(group).values()].filter((name) => !/_(UNSPEC|PAD)$/.test(name) && !never.includes(name))

describe('kinds from bytes: every attribute is read, and nothing else is there', () => {
  for (const [name, { kind, group, never, data, port, field, expected }] of Object.entries(cases)) {
    test(name, async () => {
      expect(Object.keys(data).sort()).toEqual(sendable(group, never).sort())
      const found = await r.link(kind, data, port ? 'INFO_SLAVE' : 'INFO')
      expect(found[(field ?? kind) as keyof Link]).toEqual(expected)
      expect(unknownIn(found)).toEqual([])
    })
  }

  test('of a bridge, its querier and its options', async () => {
    const { data, expected } = bridgeParts
    expect(Object.keys(data.IFLA_BR_MCAST_QUERIER_STATE!).sort()).toEqual(sendable('BRIDGE_QUERIER_').sort())
    const found = await r.link('bridge', data)
    expect(found.bridge_config).toEqual(expected)
    expect(unknownIn(found)).toEqual([])
  })
})

describe('one attribute, and what it means', () => {
  test.each([
    ['0x0080020001000001', 'GCM_AES_128'],
    ['0x0080c20001000001', 'GCM_AES_128'],
    ['0x0080c20001000002', 'GCM_AES_256'],
    ['0x0080c20001000003', 'GCM_AES_XPN_128'],
    ['0x0080c20001000004', 'GCM_AES_XPN_256'],
    ['0x0080c200010000ff', '0x0080c200010000ff'],
  ])('the cipher of a MACsec link %s is %s', async (id, cipher_suite) => {
    const { macsec } = await r.link('macsec', { IFLA_MACSEC_CIPHER_SUITE: b.u64(BigInt(id)) })
    expect(macsec).toEqual({ cipher_suite })
  })

  test('a tunnel of sit may be one of ISATAP, which is the lowest bit in the order of the host', async () => {
    const { sit } = await r.link('sit', { IFLA_IPTUN_FLAGS: b.u16(1) })
    expect(sit).toEqual({ flags: 1, flag_names: ['isatap'] })
  })

  test('the flags of GRE by name: a checksum and a key in, a key and numbers out', async () => {
    const data = { IFLA_GRE_IFLAGS: bytes(0xa0, 0), IFLA_GRE_OFLAGS: bytes(0x30, 0) }
    const { gre } = await r.link('gre', data)
    expect(gre).toMatchObject({ iflags: 0xa000, oflags: 0x3000 })
    // In the order of the bits in memory, which differs from host to host.
    expect([...gre!.iflag_names!].sort()).toEqual(['csum', 'key'])
    expect([...gre!.oflag_names!].sort()).toEqual(['key', 'seq'])
  })

  test('an option of a bridge that a newer kernel has goes by its number', async () => {
    const options = b.struct('br_boolopt_multi', { optval: 2 ** 30, optmask: 2 ** 30 + 1 })
    const { bridge_config } = await r.link('bridge', { IFLA_BR_MULTI_BOOLOPT: options })
    expect(bridge_config?.multi_boolopt).toEqual({ no_ll_learn: false, br_boolopt_30: true })
  })

  test('an end of a tunnel that is all zeros is none; a link that is 0 is none', async () => {
    const data = { IFLA_GRE_LOCAL: ipv4(1), IFLA_GRE_REMOTE: bytes(0, 0, 0, 0), IFLA_GRE_LINK: b.u32(0) }
    expect((await r.link('gre', data)).gre).toEqual({ local: '192.0.2.1' })
  })

  test('an attribute that a newer kernel adds is kept, with its bytes', async () => {
    const found = await r.link('vxlan', { IFLA_VXLAN_ID: b.u32(1), 200: bytes(1, 2) })
    expect(found.vxlan).toMatchObject({ id: 1, unknown_info_data_attrs: [200] })
    expect(unknownIn(found)).toMatchObject([{ number: 200, length: 2, bytes: '0102' }])
  })

  test('a kind without data, and one that is not known', async () => {
    expect(await r.link('lowpan', {})).toEqual({ ...(await r.link('vcan', {})), kind: 'lowpan' })
    const found = await r.link('hologram', { 5: bytes(7) })
    expect(found).toMatchObject({ kind: 'hologram', unknown_info_data_attrs: [5] })
    expect(unknownIn(found)).toMatchObject([{ name: 'IFLA_HOLOGRAM_5', bytes: '07' }])
  })
})
