import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bundledConstants } from '../src/constants/index.ts'
import type { Binding, Codec } from '../src/schema/codec.ts'
import {
  address,
  addressFamily,
  be16,
  be32,
  be64,
  bool,
  bytes,
  encodeText,
  enumOf,
  Frame,
  flag,
  flagsOf,
  hardwareAddress,
  hex,
  mapped,
  member,
  packed,
  s8,
  s16,
  s32,
  s64,
  sint,
  struct,
  text,
  u8,
  u16,
  u32,
  u64,
  uint,
  unlessAllOnes,
} from '../src/schema/index.ts'
import { fits } from '../src/schema/nest.ts'

const binding: Binding = {
  constants: bundledConstants(),
  header: undefined,
  decoder: () => () => ({}),
}

/** Payloads begin at an offset that suits no integer, so that nothing rests on alignment. */
function read(codec: Codec<unknown>, payload: string, options: { little?: boolean; bigint?: boolean } = {}): unknown {
  const raw = Buffer.from(payload.replaceAll(' ', ''), 'hex')
  const frame = new Frame(Buffer.concat([Buffer.from([0xee]), raw, Buffer.from([0xee])]), {
    littleEndian: options.little ?? true,
    bigint: options.bigint ?? false,
  })
  const bound = codec.bind(binding)
  return fits(bound, raw.length) ? bound.read(frame, 1, raw.length, {}) : 'does not fit'
}

describe('integers', () => {
  test.each([
    // codec, payload, little-endian host, big-endian host
    ['u8', u8, 'fe', 254, 254],
    ['s8', s8, 'fe', -2, -2],
    ['u16', u16, '0102', 0x0201, 0x0102],
    ['s16', s16, 'feff', -2, -257],
    ['u32', u32, '01020304', 0x04030201, 0x01020304],
    ['u32 with the highest bit', u32, 'fffffffe', 0xfeffffff, 0xfffffffe],
    ['s32', s32, 'feffffff', -2, -16777217],
    ['be16', be16, '0102', 0x0102, 0x0102],
    ['be32', be32, 'f1020304', 0xf1020304, 0xf1020304],
    ['u64', u64, '0100000002000000', 2 ** 33 + 1, 2 ** 56 + 2 ** 25],
    ['s64', s64, 'feffffffffffffff', -2, -(2 ** 56) - 1],
    ['be64', be64, '0000000000001122', 0x1122, 0x1122],
    ['uint of 4 bytes', uint, '01000000', 1, 2 ** 24],
    ['uint of 8 bytes', uint, '0100000000000000', 1, 2 ** 56],
    ['sint of 4 bytes', sint, 'ffffffff', -1, -1],
    ['sint of 8 bytes', sint, 'ffffffffffffffff', -1, -1],
    ['bool', bool, '01', true, true],
    ['bool that is 0', bool, '00', false, false],
    ['flag', flag, '', true, true],
  ])('%s', (_, codec, payload, little, big) => {
    expect(read(codec, payload)).toBe(little)
    expect(read(codec, payload, { little: false })).toBe(big)
  })

  test.each([
    ['u64', u64, 'ffffffffffffffff', 2n ** 64n - 1n],
    ['s64', s64, 'ffffffffffffffff', -1n],
    ['be64', be64, '8000000000000001', 2n ** 63n + 1n],
    ['uint of 4 bytes', uint, 'ffffffff', 2n ** 32n - 1n],
    ['sint of 4 bytes', sint, 'feffffff', -2n],
  ])('%s is exact as a bigint', (_, codec, payload, value) => {
    expect(read(codec, payload, { bigint: true })).toBe(value)
  })

  test('numbers of 64 bits are exact up to 2^53, in both byte orders', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.boolean(), (value, little) => {
        const raw = Buffer.alloc(8)
        if (little) raw.writeBigUInt64LE(BigInt(value))
        else raw.writeBigUInt64BE(BigInt(value))
        expect(read(u64, raw.toString('hex'), { little })).toBe(value)
      }),
    )
  })

  test.each([
    ['u8', u8, '0102'],
    ['u16', u16, '01'],
    ['u32', u32, '010203'],
    ['u64', u64, '01020304'],
    ['uint', uint, '0102'],
    ['bool', bool, ''],
    ['address', address, '0102030405'],
    ['a member beyond the payload', member('fib_rule_port_range', 'end'), '0100'],
  ])('%s does not read a payload of another length', (_, codec, payload) => {
    expect(read(codec, payload)).toBe('does not fit')
  })

  test('a value with all bits set is absent where that means "not set"', () => {
    expect(read(unlessAllOnes(u32), 'ffffffff')).toBeUndefined()
    expect(read(unlessAllOnes(u32), 'feffffff')).toBe(4294967294)
    expect(read(unlessAllOnes(u8), 'ff')).toBeUndefined()
  })

  test('mapped values keep the width that they are read with', () => {
    const halves = mapped(u32, u16, (value) => value % 2 ** 16)
    expect(read(halves, '01000200')).toBe(1)
    expect(read(halves, '0100')).toBe('does not fit')
  })

  test('packed elements stand side by side', () => {
    expect(read(packed(u16), '010002000300')).toEqual([1, 2, 3])
    expect(read(packed(u16), '0100020003')).toBe('does not fit')
  })
})

describe('addresses', () => {
  test.each([
    ['7f000001', '127.0.0.1'],
    ['ffffffff', '255.255.255.255'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['00010000000000000000000000000000', '1::'],
    ['20010db8000000000000000000000001', '2001:db8::1'],
    ['20010db8000000010000000000000001', '2001:db8:0:1::1'],
    ['20010db8000100000001000000000001', '2001:db8:1:0:1::1'],
    ['00000000000000000000ffff01020304', '::ffff:1.2.3.4'],
    ['00000000000000000000000001020304', '::1.2.3.4'],
    ['fe80000000000000020000fffe000001', 'fe80::200:ff:fe00:1'],
    ['00010002000300040005000600070000', '1:2:3:4:5:6:7:0'],
    ['00000002000300040005000600070008', '0:2:3:4:5:6:7:8'],
  ])('%s is %s', (payload, printed) => {
    expect(read(address, payload)).toBe(printed)
    expect(read(address, payload, { little: false })).toBe(printed)
  })

  test('IPv6 addresses are written as the C library writes them', () => {
    const group = fc.oneof(fc.constant('0000'), fc.constant('ffff'), fc.integer({ max: 0xffff, min: 0 }).map(hexGroup))
    const samples = fc.sample(
      fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join('')),
      { numRuns: 5000, seed: 7 },
    )
    const program = 'import socket,sys\nfor l in sys.stdin: print(socket.inet_ntop(socket.AF_INET6, bytes.fromhex(l)))'
    const oracle = execFileSync('python3', ['-c', program], { input: samples.join('\n'), encoding: 'utf8' })
    expect(samples.map((payload) => read(address, payload))).toEqual(oracle.trim().split('\n'))
  })

  test.each([
    ['020000000001', '02:00:00:00:00:01'],
    ['7f000001', '7f:00:00:01'],
    ['00'.repeat(20), Array(20).fill('00').join(':')],
    ['', ''],
  ])('the hardware address %s is %s', (payload, printed) => {
    expect(read(hardwareAddress, payload)).toBe(printed)
  })
})

const hexGroup = (value: number) => value.toString(16).padStart(4, '0')

describe('text', () => {
  test.each([
    ['its NUL ends it', '6c6f00', 'lo'],
    ['it need not have one', '6c6f', 'lo'],
    ['what follows the NUL is not read', '6c6f006c6f00', 'lo'],
    ['empty', '', ''],
    ['UTF-8', 'c3a96d00', 'ém'],
    ['four bytes of UTF-8', 'f09f90a700', '🐧'],
    ['bytes that are no UTF-8', '61ff62c300', 'a\udcffb\udcc3'],
    ['a byte order mark', 'efbbbf6100', '\ufeffa'],
  ])('%s', (_, payload, value) => {
    expect(read(text, payload)).toBe(value)
  })

  test('any bytes survive the way into JSON and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 15, min: 1 }), (name) => {
        const printed = read(text, Buffer.from(name).toString('hex'))
        const again: string = JSON.parse(JSON.stringify(printed))
        expect([...encodeText(again)]).toEqual([...name])
      }),
    )
  })

  test('bytes without a meaning are hexadecimal digits, or copies', () => {
    expect(read(hex, '00ff10')).toBe('00ff10')
    const raw = new Uint8Array([1, 2, 3])
    const copy = bytes.bind(binding).read(new Frame(raw), 0, 3, {})
    raw.fill(0)
    expect([...(copy as Uint8Array)]).toEqual([1, 2, 3])
  })
})

describe('names', () => {
  test('an enumeration gives the name after the prefix, and the number where there is none', () => {
    const action = enumOf('FR_ACT_', { unnamed: 'ACTION_' })
    expect(read(action, '01')).toBe('TO_TBL')
    expect(read(action, '06')).toBe('BLACKHOLE')
    expect(read(action, '4d')).toBe('ACTION_77')
    expect(read(enumOf('FR_ACT_'), '4d')).toBe('FR_ACT_77')
    expect(read(enumOf('FR_ACT_', { lowerCase: true }), '06')).toBe('blackhole')
    expect(read(enumOf('RTN_', { scalar: u32 }), '01000000')).toBe('UNICAST')
  })

  test('bounds of an enumeration are no values of it', () => {
    const names = enumOf('RTN_')
    for (let value = 0; value < 256; value++) {
      expect(read(names, value.toString(16).padStart(2, '0'))).not.toMatch(/MAX|__/)
    }
  })

  test('flags give the names of the bits, and the rest as one hexadecimal number', () => {
    const flags = flagsOf('FIB_RULE_', { scalar: u32 })
    expect(read(flags, '00000000')).toEqual([])
    expect(read(flags, '02000000')).toEqual(['INVERT'])
    expect(read(flags, '0a000000')).toEqual(['INVERT', 'IIF_DETACHED'])
    expect(read(flags, '02000081')).toEqual(['INVERT', '0x81000000'])
  })

  test('the names of one record cannot be changed, since the next one shares them', () => {
    const bound = flagsOf('FIB_RULE_', { scalar: u32 }).bind(binding)
    const frame = new Frame(Uint8Array.from([2, 0, 0, 0]), { littleEndian: true })
    expect(() => (bound.read(frame, 0, 4, {}) as string[]).push('MINE')).toThrow(TypeError)
    expect(bound.read(frame, 0, 4, {})).toEqual(['INVERT'])
  })

  test.each([
    ['02', 'ipv4'],
    ['0a', 'ipv6'],
    ['07', 'bridge'],
    ['1c', 'mpls'],
    ['80', 'ipmr'],
    ['81', 'ip6mr'],
    ['fa', 'AF_250'],
  ])('the address family %s is %s', (payload, name) => {
    expect(read(addressFamily, payload)).toBe(name)
  })
})

describe('members of structs', () => {
  test.each([
    ['start', '01bb0000', 0xbb01, 0x01bb],
    ['end', '000001bb', 0xbb01, 0x01bb],
  ] as const)('%s of a port range', (name, payload, little, big) => {
    expect(read(member('fib_rule_port_range', name), payload)).toBe(little)
    expect(read(member('fib_rule_port_range', name), payload, { little: false })).toBe(big)
  })

  test('a name that the struct does not have is refused when it is bound', () => {
    // @ts-expect-error there is no such member
    expect(() => member('fib_rule_port_range', 'middle').bind(binding)).toThrow(/no member middle/)
    expect(struct('fib_rule_port_range').sets).toHaveLength(1)
  })
})
