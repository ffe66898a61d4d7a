import { execFileSync } from 'node:child_process'
import { Session } from '@netsnap/core-native'
import { constant, constants } from '@netsnap/core-native/constants'
import { fakeTransport, MessageBuilder } from '@netsnap/core-native/testing'
import { describe, expect, test } from 'vitest'
import { lookupRoute } from '../src/index.ts'

const b = new MessageBuilder()

/** The bytes that are asked for when a route to `destination` is looked up; null where it is refused. */
async function asked(destination: string, option: 'destination' | 'from' = 'destination'): Promise<string | null> {
  const sequenceAt = constants().layout('nlmsghdr')!.members.nlmsg_seq!.offset
  const transport = fakeTransport((request) => {
    const sequence = new DataView(request.buffer).getUint32(sequenceAt, b.little)
    return [b.message({ type: 'NLMSG_DONE', sequence }, b.u32(0))]
  })
  const session = new Session(transport)
  const any = destination.includes(':') ? '::' : '0.0.0.0'
  const options = option === 'from' ? { from: destination, session } : { session }
  try {
    await lookupRoute(option === 'from' ? any : destination, options)
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
  const request = transport.requests.at(-1)!
  const view = new DataView(request.buffer)
  const wanted = constant(option === 'from' ? 'RTA_SRC' : 'RTA_DST')
  // After the two fixed headers.
  for (let p = 28; p < request.length; p += (view.getUint16(p, b.little) + 3) & -4) {
    if (view.getUint16(p + 2, b.little) !== wanted) continue
    return Buffer.from(request.subarray(p + 4, p + view.getUint16(p, b.little))).toString('hex')
  }
  throw new Error('no such attribute')
}

/** What the C library makes of texts; null where it refuses one. */
function inetPton(texts: readonly string[]): (string | null)[] {
  const program = `
import json, socket, sys
def parse(text):
    for family in (socket.AF_INET, socket.AF_INET6):
        try: return socket.inet_pton(family, text).hex()
        except (OSError, ValueError): pass
print(json.dumps([parse(text) for text in json.load(sys.stdin)]))`
  return JSON.parse(execFileSync('python3', ['-c', program], { encoding: 'utf8', input: JSON.stringify(texts) }))
}

/** A generator of its own, so that a failure comes again. */
function randomly(seed: number) {
  let state = seed
  const below = (n: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  const pick = <T>(of: readonly T[]): T => of[below(of.length)]!
  return { below, pick }
}

/** Spellings of addresses, and what is nearly one. */
function spellings(count: number): string[] {
  const { below, pick } = randomly(7)
  const octet = () => pick(['0', '1', '9', '10', '99', '127', '200', '255', '256', '00', '01', '1e', '', '-1', '٣'])
  const ipv4 = () =>
    Array.from({ length: pick([4, 4, 4, 4, 4, 3, 5]) }, () => (below(4) ? String(below(256)) : octet())).join('.')
  const group = () => pick(['0', '1', 'a', 'F', '00', '0001', 'ffff', 'FFFF', 'dB8', '2001', '00000', 'g', '', '12345'])
  const plain = () => below(65_536).toString(16).padStart(below(5), '0')
  const groups = (n: number) => Array.from({ length: n }, () => (below(12) ? plain() : group())).join(':')
  const tail = () =>
    below(3) ? '' : `${pick([':', ':', ':', '::'])}${below(5) ? `${below(256)}.${below(256)}.0.${below(256)}` : ipv4()}`
  const ipv6 = () =>
    pick([
      `${groups(below(8))}::${groups(below(8))}`,
      groups(pick([6, 7, 8, 8, 9])),
      `::${groups(below(8))}`,
      `${groups(below(8))}::`,
    ])
  const around = (text: string) =>
    pick([
      text,
      text,
      text,
      text,
      text,
      text,
      ` ${text}`,
      `${text} `,
      `${text}\n`,
      `[${text}]`,
      `${text}/64`,
      `${text}%1`,
    ])
  return Array.from({ length: count }, () => around(below(4) ? ipv6() + tail() : ipv4()))
}

describe('addresses are read as inet_pton reads them', () => {
  const spelled = [
    '::1.2.3.4',
    '::ffff:1.2.3.4',
    '::fffe:1.2.3.4',
    '64:ff9b::1.2.3.4',
    '1:2:3:4:5:6:1.2.3.4',
    '1::5:1.2.3.4',
    '::',
    '::1',
    '1::',
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
    '1::3:4:5:6:7:8',
    '1:2:3:4:5:6:7:8',
    'FE80::ABCD',
    '::0.0.0.0',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7',
    '1:::2',
    ':1::',
    '1::2::3',
    '::1.2.3',
    '::1.2.3.256',
    '::01.2.3.4',
    '1.2.3.4::',
    '1:2:3:4:5:6:7:1.2.3.4',
    '::1.2.3.4:5',
    '0x1::',
    '::1%lo',
    '1.2.3.4%1',
    '',
    ':',
    '.',
    '0',
    '1.2.3',
    '0x7f.1',
    '127.1',
    '010.0.0.1',
    '1.2.3.4.',
  ]

  test.each(['destination', 'from'] as const)('%s', async (option) => {
    const texts = [...spelled, ...spellings(3000)]
    const oracle = inetPton(texts)
    const found: (string | null)[] = []
    for (const text of texts) found.push(await asked(text, option))
    expect(texts.map((text, i) => [text, found[i]])).toEqual(texts.map((text, i) => [text, oracle[i]]))
    expect(oracle.filter((bytes) => bytes?.length === 32).length).toBeGreaterThan(500)
    expect(oracle.filter((bytes) => bytes?.length === 8).length).toBeGreaterThan(100)
    expect(oracle.filter((bytes) => bytes === null).length).toBeGreaterThan(500)
  })
})
