import { Session } from '@netsnap/core-native'
import { bindTable, decoderOf, tableSchema } from '@netsnap/core-native/compile'
import { constant, constants } from '@netsnap/core-native/constants'
import { Frame } from '@netsnap/core-native/schema'
import { concat, kernelsOf, MessageBuilder, recordedTransport, recordingsIn } from '@netsnap/core-native/testing'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { type Address, address, type Link, link, listInterfaces } from '../src/index.ts'
import { cases } from './cases.ts'
import { asIpAddress, asIpLink, fromIp, type IpObject, legible } from './iproute2.ts'
import { unknownIn } from './unknown.ts'

const recordings = recordingsIn<IpObject[]>(new URL('./dumps/', import.meta.url))

/** The counters go on between a dump and what `ip` says. */
const withoutCounters = ({ stats64: _, ...rest }: IpObject): IpObject => rest

describe.each(recordings.filter(({ bytes }) => bytes))('the state "$state" of Linux $kernel', ({ bytes, oracle }) => {
  const read = async () => listInterfaces({ session: new Session(recordedTransport(bytes!)) })

  test('holds the links that iproute2 told of', async () => {
    const links = (await read()).map(({ link_name, ...rest }) => ({ ...rest, ...(link_name ? { link_name } : {}) }))
    expect(links.map(asIpLink).map(withoutCounters)).toEqual(oracle.links!.output.map(fromIp).map(withoutCounters))
    expect(links.length).toBeGreaterThan(0)
  })

  test('holds the addresses that iproute2 told of', async () => {
    const ours = (await read()).map(({ name, addresses }) => [legible(name), addresses.map(asIpAddress)])
    expect(ours).toEqual(oracle.addresses!.output.map(({ ifname, addr_info }) => [ifname, addr_info]))
  })

  test('has no attribute without a line', async () => {
    expect(unknownIn(await read())).toEqual([])
  })

  test('fits the JSON Schemas', async () => {
    const compiled = [link, address].map((table) =>
      new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(tableSchema(table)),
    )
    for (const { addresses, ...one } of await read()) {
      for (const [i, records] of [[one], addresses].entries()) {
        for (const record of records) {
          compiled[i]!(record)
          expect(compiled[i]!.errors ?? []).toEqual([])
        }
      }
    }
  })
})

test('each state is recorded on each kernel that can make it; the others say what they lack', () => {
  const found = kernelsOf(recordings)
  expect(Object.keys(found).sort()).toEqual(Object.keys(cases).sort())
  for (const kernels of Object.values(found))
    expect(kernels).toEqual(expect.arrayContaining([expect.stringMatching(/^6\.12/), expect.stringMatching(/^6\.18/)]))
})

describe.each([true, false])('bytes written by hand (lowest byte first: %o)', (littleEndian) => {
  const b = new MessageBuilder(littleEndian)
  function decode<T>(table: typeof link | typeof address, body: Uint8Array, options: object = {}): T {
    const frame = () => new Frame(body, { littleEndian, ...options })
    const record = decoderOf(table)(frame(), 0, body.length)
    expect(bindTable(table, undefined, constants())(frame(), 0, body.length)).toEqual(record)
    return record as T
  }
  const linkOf = (...attributes: Uint8Array[]) =>
    decode<Link>(link, concat(b.struct('ifinfomsg', { ifi_index: 7, ifi_type: 1 }), ...attributes))
  const addressOf = (family: 'AF_INET' | 'AF_INET6', bits: number, ...attributes: Uint8Array[]) =>
    decode<Address>(
      address,
      concat(b.struct('ifaddrmsg', { ifa_family: constant(family), ifa_prefixlen: bits, ifa_index: 7 }), ...attributes),
    )

  test('a driver sends IFA_LOCAL alone: that is the address, and there is no peer (ppp)', () => {
    const record = addressOf('AF_INET', 32, b.attribute('IFA_LOCAL', Uint8Array.of(192, 0, 2, 1)))
    expect(record).toMatchObject({ address: '192.0.2.1', local: '192.0.2.1', ipinterface: '192.0.2.1/32' })
    expect(record).not.toHaveProperty('peer')
  })

  test('the address is this end whatever comes first, the network that of the other (B17)', () => {
    const [local, far] = [Uint8Array.of(10, 0, 0, 1), Uint8Array.of(10, 9, 8, 7)]
    const attributes = [b.attribute('IFA_ADDRESS', far), b.attribute('IFA_LOCAL', local)]
    for (const order of [attributes, [...attributes].reverse()]) {
      expect(addressOf('AF_INET', 24, ...order)).toMatchObject({
        address: '10.0.0.1',
        peer: '10.9.8.7',
        ipinterface: '10.0.0.1/24',
        network: '10.9.8.0/24',
        netmask: '255.255.255.0',
        hostmask: '0.0.0.255',
      })
    }
  })

  test.each([
    [0, '0.0.0.0/0', '0.0.0.0', '255.255.255.255'],
    [1, '128.0.0.0/1', '128.0.0.0', '127.255.255.255'],
    [9, '203.0.0.0/9', '255.128.0.0', '0.127.255.255'],
    [31, '203.0.113.254/31', '255.255.255.254', '0.0.0.1'],
    [32, '203.0.113.255/32', '255.255.255.255', '0.0.0.0'],
  ])('an IPv4 prefix of %i bits', (bits, network, netmask, hostmask) => {
    const record = addressOf('AF_INET', bits, b.attribute('IFA_ADDRESS', Uint8Array.of(203, 0, 113, 255)))
    expect(record).toMatchObject({ network, netmask, hostmask })
  })

  test.each([
    [0, '::/0', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    [33, '2001:db8:8000::/33', 'ffff:ffff:8000::', '::7fff:ffff:ffff:ffff:ffff:ffff'],
    [64, '2001:db8:8001:2::/64', 'ffff:ffff:ffff:ffff::', '::ffff:ffff:ffff:ffff'],
    [128, '2001:db8:8001:2::1/128', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '::'],
  ])('an IPv6 prefix of %i bits', (bits, network, netmask, hostmask) => {
    const bytes = Uint8Array.of(0x20, 1, 0x0d, 0xb8, 0x80, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1)
    expect(addressOf('AF_INET6', bits, b.attribute('IFA_ADDRESS', bytes))).toMatchObject({ network, netmask, hostmask })
  })

  test('bit 0 is SECONDARY in IPv4 and TEMPORARY in IPv6', () => {
    const flags = b.attribute('IFA_FLAGS', b.u32(constant('IFA_F_SECONDARY') | constant('IFA_F_STABLE_PRIVACY')))
    expect(addressOf('AF_INET', 8, flags).flag_names).toEqual(['SECONDARY', 'STABLE_PRIVACY'])
    expect(addressOf('AF_INET6', 8, flags).flag_names).toEqual(['TEMPORARY', 'STABLE_PRIVACY'])
  })

  test.each([
    ['down', { up: false, operstate: 'up' }, 0],
    ['down', { up: true, operstate: 'lowerlayerdown' }, constant('IFA_F_DADFAILED')],
    ['failed', { up: true, operstate: 'up' }, constant('IFA_F_DADFAILED') | constant('IFA_F_TENTATIVE')],
    ['pending', { up: true, operstate: 'up' }, constant('IFA_F_TENTATIVE')],
    ['pending', { up: true, operstate: 'dormant' }, 0],
    ['ready', { up: true, operstate: 'unknown' }, constant('IFA_F_PERMANENT')],
  ])('readiness %s of a link that is %j', (readiness, state, flags) => {
    const head = b.struct('ifaddrmsg', { ifa_family: constant('AF_INET6'), ifa_prefixlen: 64, ifa_index: 7 })
    const body = concat(head, b.attribute('IFA_FLAGS', b.u32(flags)))
    const lookups = { links: new Map([[7, state]]) }
    expect(decode<Address>(address, body, { lookups })).toMatchObject({ readiness })
    expect(decode<Address>(address, body)).not.toHaveProperty('readiness')
  })

  test('counters of a shorter and of a longer struct are read (B26)', () => {
    const { size, members } = constants().layout('rtnl_link_stats64')!
    const bytes = new Uint8Array(size + 16)
    const view = new DataView(bytes.buffer)
    view.setBigUint64(members.rx_packets!.offset, 77n, littleEndian)
    view.setBigUint64(members.rx_nohandler!.offset, 88n, littleEndian)
    expect(linkOf(b.attribute('IFLA_STATS64', bytes)).stats).toMatchObject({ rx_packets: 77, rx_nohandler: 88 })
    const short = linkOf(b.attribute('IFLA_STATS64', bytes.slice(0, members.rx_nohandler!.offset))).stats
    expect(short).toMatchObject({ rx_packets: 77, is_64bit: true })
    expect(short).not.toHaveProperty('rx_nohandler')
  })

  test('a link without a hardware address has null, one of 4, 16 or 20 bytes has all of them', () => {
    expect(linkOf().mac).toBeNull()
    for (const length of [4, 16, 20]) {
      const mac = linkOf(b.attribute('IFLA_ADDRESS', new Uint8Array(length).fill(0xab))).mac
      expect(mac).toBe(Array.from({ length }, () => 'ab').join(':'))
    }
  })

  test('link 0 is no link, a group is unsigned, a namespace signed', () => {
    const record = linkOf(
      b.attribute('IFLA_LINK', b.u32(0)),
      b.attribute('IFLA_GROUP', b.u32(2 ** 32 - 2)),
      b.attribute('IFLA_NEW_NETNSID', b.u32(2 ** 32 - 1)),
    )
    expect(record).not.toHaveProperty('link')
    expect(record).toMatchObject({ group: 4294967294, new_netnsid: -1 })
  })

  test('the reasons of proto_down keep bit 31', () => {
    const value = b.attribute('IFLA_PROTO_DOWN_REASON_VALUE', b.u32(2 ** 31 + 4))
    const record = linkOf(b.attribute('IFLA_PROTO_DOWN_REASON', value))
    expect(record).toMatchObject({ proto_down_reason: 2147483652, proto_down_reason_names: ['0x80000004'] })
  })

  test('a kind that nobody knows keeps its attributes, by number and bytes, and what are none whole', () => {
    const data = concat(b.attribute(1, b.u32(5)), b.attribute(9, Uint8Array.of(1, 2, 3)))
    const kind = b.attribute('IFLA_INFO_KIND', b.text('mystery'))
    const record = linkOf(b.attribute('IFLA_LINKINFO', kind, b.attribute('IFLA_INFO_DATA', data)))
    expect(record).toMatchObject({
      kind: 'mystery',
      unknown_info_data_attrs: [1, 9],
      unknown_info_data_attrs_decoded: [
        { base_number: 1, name: 'IFLA_MYSTERY_1', length: 4 },
        { base_number: 9, name: 'IFLA_MYSTERY_9', length: 3, bytes: '010203' },
      ],
    })
    const odd = linkOf(
      b.attribute('IFLA_LINKINFO', kind, b.attribute('IFLA_INFO_DATA', Uint8Array.of(0xff, 0xff, 1, 0))),
    )
    expect(odd).toMatchObject({ kind: 'mystery', unknown_linkinfo_attrs: [constant('IFLA_INFO_DATA')] })
  })
})
