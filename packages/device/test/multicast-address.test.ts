import { bindTable, decoderOf, writerOf } from '@netsnap/core-native/compile'
import { constant, constants } from '@netsnap/core-native/constants'
import { Frame } from '@netsnap/core-native/schema'
import { concat, MessageBuilder } from '@netsnap/core-native/testing'
import { describe, expect, test } from 'vitest'
import { anycastAddress, multicastAddress } from '../src/multicast-address.ts'

const FOREVER = 2 ** 32 - 1

describe.each([true, false])('bytes by the layouts of linux/if_addr.h (lowest byte first: %o)', (littleEndian) => {
  const b = new MessageBuilder(littleEndian)
  const times = b.struct('ifa_cacheinfo', { ifa_prefered: FOREVER, ifa_valid: FOREVER, cstamp: 123456, tstamp: 123499 })
  const cacheinfo = {
    created_tstamp: 123456,
    created_tstamp_sec: 1234.56,
    updated_tstamp: 123499,
    updated_tstamp_sec: 1234.99,
  }

  function read(table: typeof multicastAddress | typeof anycastAddress, ...parts: readonly Uint8Array[]) {
    const body = concat(...parts)
    const lookups = { interfaces: new Map([[7, 'eth0']]) }
    const frame = () => new Frame(body, { littleEndian, lookups })
    const record = decoderOf(table)(frame(), 0, body.length)
    expect(bindTable(table, undefined, constants())(frame(), 0, body.length)).toEqual(record)
    expect(JSON.parse(writerOf(table)(frame(), 0, body.length))).toEqual(record)
    return record
  }

  test('a group of IPv4', () => {
    const head = {
      ifa_family: constant('AF_INET'),
      ifa_prefixlen: 32,
      ifa_flags: constant('IFA_F_PERMANENT'),
      ifa_index: 7,
    }
    const group = b.attribute('IFA_MULTICAST', Uint8Array.of(224, 0, 0, 251))
    const record = read(multicastAddress, b.struct('ifaddrmsg', head), group, b.attribute('IFA_CACHEINFO', times))
    expect(record).toEqual({
      ...{ family: 'ipv4', address: '224.0.0.251', prefixlen: 32, scope: 0, scope_name: 'universe' },
      ...{ flags: 128, flag_names: ['PERMANENT'], dev_index: 7, dev: 'eth0', cacheinfo },
    })
  })

  test('an anycast address of another namespace, of the site', () => {
    const [family, scope] = [constant('AF_INET6'), constant('RT_SCOPE_SITE')]
    const record = read(
      anycastAddress,
      b.struct('ifaddrmsg', { ifa_family: family, ifa_prefixlen: 128, ifa_scope: scope, ifa_index: 9 }),
      b.attribute('IFA_TARGET_NETNSID', b.u32(-1)),
      b.attribute('IFA_ANYCAST', Uint8Array.of(0xfe, 0xc0, ...new Uint8Array(14))),
      b.attribute('IFA_CACHEINFO', times),
    )
    expect(record).toEqual({
      ...{
        family: 'ipv6',
        address: 'fec0::',
        prefixlen: 128,
        scope: 200,
        scope_name: 'site',
        flags: 0,
        flag_names: [],
      },
      ...{ dev_index: 9, target_netnsid: -1, cacheinfo },
    })
  })

  test('an attribute that nobody knows is kept', () => {
    const head = b.struct('ifaddrmsg', { ifa_family: constant('AF_INET'), ifa_index: 7 })
    const record = read(multicastAddress, head, b.attribute(99, b.u16(1)))
    expect(record).toMatchObject({ unknown_ifa_attrs_decoded: [{ name: 'IFA_99', length: 2 }] })
    expect(record).not.toHaveProperty('address')
  })
})
