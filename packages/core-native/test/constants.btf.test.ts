import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { endianness, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type KernelDefinitions, readKernel } from '../src/constants/btf/index.ts'
import { BtfBuilder } from './constants/btf-builder.ts'

const known = {
  groupOf: (name: string) => (name.startsWith('FRA_') ? 'FRA_' : undefined),
  structs: new Set(['fib_rule_hdr', 'rtmsg']),
}

function base(): BtfBuilder {
  const file = new BtfBuilder()
  const u8 = file.typedef('__u8', file.int('unsigned char', 1))
  const u32 = file.typedef('__u32', file.int('unsigned int', 4))
  const be16 = file.typedef('__be16', file.typedef('__u16', file.int('short unsigned int', 2)))
  file.enumeration({
    FRA_UNSPEC: 0,
    FRA_DST: 1,
    FRA_NEW_MAX: 76,
    FRA_NEW: 77,
    FRA_BELOW: -2,
    __FRA_MAX: 78,
    FRA_MAX: 77,
  })
  file.enumeration({ UNRELATED: 1 })
  file.struct('fib_rule_hdr', 12, [
    ['family', u8, 0],
    ['port', be16, 16],
    ['action', u32, 32],
    ['tail', file.array(u8, 3), 64],
  ])
  file.struct('unrelated', 1, [['x', u8, 0]])
  return file
}

describe.runIf(endianness() === 'LE')('a small file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netsnap-btf-'))
  const vmlinux = join(folder, 'vmlinux')
  afterAll(() => rmSync(folder, { recursive: true }))
  const read = (bytes: Uint8Array) => {
    writeFileSync(vmlinux, bytes)
    return readKernel(vmlinux, known)
  }
  const expected: KernelDefinitions = {
    groups: { FRA_: { FRA_UNSPEC: 0, FRA_DST: 1, FRA_NEW_MAX: 76, FRA_NEW: 77, FRA_BELOW: -2 } },
    structs: { fib_rule_hdr: { family: 'u8', port: 'be16', action: 'u32', tail: ['u8', 3] } },
  }

  test('enums and structs of ours are found, bounds and the rest are not', () => {
    expect(read(base().bytes())).toEqual(expected)
  })

  test("a module's file goes on where vmlinux ends", () => {
    const file = base()
    const module = file.after()
    module.enumeration({ FRA_MODULE: 99 })
    module.enumeration({ IFLA_FOO_UNSPEC: 0, IFLA_FOO_BAR: 1 })
    module.struct('rtmsg', 4, [['rtm_family', 3, 0]])
    writeFileSync(join(folder, 'vxlan'), module.bytes())
    const found = read(file.bytes())
    expect(found?.groups).toEqual({
      FRA_: { ...expected.groups.FRA_, FRA_MODULE: 99 },
      IFLA_FOO_: { IFLA_FOO_UNSPEC: 0, IFLA_FOO_BAR: 1 },
    })
    expect(found?.structs.rtmsg).toEqual({ rtm_family: 'u32' })
    rmSync(join(folder, 'vxlan'))
  })

  test('offsets that its members cannot have: no layout rather than a wrong one', () => {
    const file = new BtfBuilder()
    const u32 = file.int('unsigned int', 4)
    file.struct('rtmsg', 64, [['rtm_family', u32, 24]])
    expect(read(file.bytes())?.structs).toEqual({})
  })

  test('types that go in circles end', () => {
    const file = new BtfBuilder()
    file.typedef('a_t', 2)
    file.typedef('b_t', 1)
    file.struct('rtmsg', 4, [['x', 1, 0]])
    file.struct('fib_rule_hdr', 4, [['x', 4, 0]])
    expect(read(file.bytes())).toEqual({ groups: {}, structs: {} })
  })

  test('cut off anywhere, or with any byte changed, it gives less and never throws', () => {
    const whole = base().bytes()
    for (let length = 0; length < whole.length; length++) read(whole.subarray(0, length))
    for (let at = 0; at < whole.length; at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const changed = Buffer.from(whole)
        changed[at] = value
        read(changed)
      }
    }
    expect(read(whole)).toEqual(expected)
  })
})
