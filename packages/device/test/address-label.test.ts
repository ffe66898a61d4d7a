import { Session } from '@netsnap/core-native'
import { bindTable, decoderOf, writerOf } from '@netsnap/core-native/compile'
import { constant, constants } from '@netsnap/core-native/constants'
import { Frame } from '@netsnap/core-native/schema'
import { concat, fakeTransport, MessageBuilder } from '@netsnap/core-native/testing'
import { describe, expect, test } from 'vitest'
import { addressLabel, getAddressLabels } from '../src/address-label.ts'

const b = new MessageBuilder()
const row = (seq: number, label: number) =>
  concat(
    b.struct('ifaddrlblmsg', { ifal_family: constant('AF_INET6'), ifal_prefixlen: 32, ifal_seq: seq }),
    b.attribute('IFAL_ADDRESS', Uint8Array.of(0x20, 1, 0x0d, 0xb8, ...new Uint8Array(12))),
    b.attribute('IFAL_LABEL', b.u32(label)),
  )

/** A kernel whose n-th list is the n-th of these, and from then on the last. */
function kernel(...lists: readonly (readonly [seq: number, label: number][])[]) {
  let asked = 0
  const transport = fakeTransport((request) => {
    const { length } = request
    const view = new DataView(request.buffer, request.byteOffset, length)
    const [type, sequence] = [view.getUint16(4, b.little), view.getUint32(8, b.little)]
    const done = b.message({ type: 'NLMSG_DONE', sequence }, b.u32(0))
    if (type !== constant('RTM_GETADDRLABEL')) return [done]
    const rows = lists[Math.min(asked++, lists.length - 1)]!
    const messages = rows.map(([seq, label]) => b.message({ type: 'RTM_NEWADDRLABEL', sequence }, row(seq, label)))
    return [...messages, done]
  })
  return { session: new Session(transport), asked: () => asked }
}

describe('labels that change while they are listed', () => {
  test('are listed again', async () => {
    const { session, asked } = kernel([[1, 7], [2, 8]], [[2, 7], [2, 8]]) // biome-ignore format: two lists
    const found = await getAddressLabels({ session })
    expect(found.map(({ label, seq }) => [label, seq])).toEqual([[7, 2], [8, 2]]) // biome-ignore format: a table
    expect([found.restarts, found.interrupted, asked()]).toEqual([1, false, 2])
  })

  test('to the last are an error, or what there is', async () => {
    const changing = [[1, 7], [2, 8]] as [number, number][] // biome-ignore format: a table
    const { session, asked } = kernel(changing)
    await expect(getAddressLabels({ session })).rejects.toMatchObject({ code: 'DUMP_INTERRUPTED' })
    expect(asked()).toBe(6)
    const found = await getAddressLabels({ session, restarts: 1, onInterrupted: 'return' })
    expect([found.length, found.interrupted, asked()]).toEqual([2, true, 8])
  })

  test('options that make no sense are refused', async () => {
    await expect(getAddressLabels({ family: 'ipv6' } as never)).rejects.toThrow(TypeError)
    await expect(getAddressLabels({ netns: '' })).rejects.toThrow(TypeError)
  })
})

describe.each([true, false])('bytes by the layouts of linux/if_addrlabel.h (lowest byte first: %o)', (littleEndian) => {
  const b = new MessageBuilder(littleEndian)
  test('a label of one interface', () => {
    const head = { ifal_family: constant('AF_INET6'), ifal_prefixlen: 36, ifal_index: 5, ifal_seq: 9 }
    const body = concat(
      b.struct('ifaddrlblmsg', head),
      b.attribute('IFAL_ADDRESS', Uint8Array.of(0xfd, 1, 2, 3, 0xf0, ...new Uint8Array(11))),
      b.attribute('IFAL_LABEL', b.u32(0xfffffffe)),
    )
    const lookups = { interfaces: new Map([[5, 'eth0']]) }
    const frame = () => new Frame(body, { littleEndian, lookups })
    const expected = {
      prefix: 'fd01:203:f000::/36',
      prefixlen: 36,
      label: 4294967294,
      dev_index: 5,
      dev: 'eth0',
      seq: 9,
    }
    expect(decoderOf(addressLabel)(frame(), 0, body.length)).toEqual(expected)
    expect(bindTable(addressLabel, undefined, constants())(frame(), 0, body.length)).toEqual(expected)
    expect(JSON.parse(writerOf(addressLabel)(frame(), 0, body.length))).toEqual(expected)
  })
})
