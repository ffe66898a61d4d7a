/** No two records that differ have the same line of text: all recordings, and each of their records with one field changed. */
import { Session } from '@netsnap/core-native'
import { type Recording, recordedTransport, recordingsIn } from '@netsnap/core-native/testing'
import { getDplls, getPins } from '@netsnap/dpll'
import { getNexthops, getRoutes } from '@netsnap/route'
import { getRules } from '@netsnap/rule'
import { describe, expect, test } from 'vitest'
import { toJson } from '../src/output.ts'
import { dpllSummary, dpllTable } from '../src/render/dpll.ts'
import { nexthopSummary, nexthopTable } from '../src/render/nexthop.ts'
import { routeSummary, routeTable } from '../src/render/route.ts'
import { ruleSummary, ruleTable } from '../src/render/rule.ts'

type Show = (records: readonly never[]) => string

interface Kind {
  readonly folder: string
  readonly read: (session: Session) => Promise<readonly object[]>
  readonly forms: Readonly<Record<string, Show>>
  /** Fields of which another one says the same: alone they never differ. */
  readonly derived: readonly string[]
  readonly least: number
}

const flags = ['flags', 'dev_index', 'iif_index', 'oif_index']

const kinds: Readonly<Record<string, Kind>> = {
  routes: {
    folder: 'route',
    read: (session) => getRoutes({ session, bigint: true }),
    forms: { text: routeTable, summary: routeSummary },
    derived: [
      ...[...flags, 'link', 'operation', 'ip_proto_id'],
      ...['cacheinfo.last_use_sec', 'cacheinfo.expires', 'metrics.lock', 'metrics.rtt', 'metrics.rttvar'],
      'metrics.features',
    ],
    least: 500,
  },
  'nexthop objects': {
    folder: 'route',
    read: (session) => getNexthops({ session }),
    forms: { text: nexthopTable, summary: nexthopSummary },
    derived: [...flags, 'resilient.idle_timer', 'resilient.unbalanced_timer'],
    least: 20,
  },
  rules: {
    folder: 'rule',
    read: (session) => getRules({ session, bigint: true }),
    forms: { text: ruleTable, summary: ruleSummary },
    derived: ['flags', 'ip_proto_id', 'dst_len', 'src_len'],
    least: 50,
  },
}

const recordingsOf = (folder: string): Recording[] =>
  recordingsIn(new URL(`../../${folder}/test/dumps/`, import.meta.url)).filter(({ bytes }) => bytes)

const sessionOf = ({ bytes }: Recording) => new Session(recordedTransport(bytes!))

/** What is shown of one record, without what is said of them all. */
const shown = (show: Show, record: object) => show([record as never])

/** Each value in a record, with the path to it. */
function* leaves(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) yield path
  else for (const [key, entry] of Object.entries(value)) yield* leaves(entry, [...path, key])
}

function other(value: unknown): unknown {
  if (typeof value === 'string') return `${value}x`
  // Of a table or a protocol a number that the kernel has no name for, as administrators name them.
  if (typeof value === 'number') return value + 1000
  return typeof value === 'bigint' ? value + 1n : !value
}

/** The record with what is at the path changed. */
function changed(value: unknown, [key, ...path]: readonly string[]): unknown {
  if (key === undefined) return other(value)
  if (Array.isArray(value)) return value.map((entry, i) => (String(i) === key ? changed(entry, path) : entry))
  return { ...(value as object), [key]: changed(Reflect.get(value as object, key), path) }
}

/** The share of a nexthop that is an object's member, cut to eight bits: the object's own share stands for it. */
const ofObject = (record: object, path: readonly string[]) =>
  'nexthops' in record && named(path).join('.') === 'multipath.weight'

const named = (path: readonly string[]) => path.filter((key) => !/^\d+$/.test(key))

describe.each(Object.entries(kinds))('%s', (_, { folder, read, forms, derived, least }) => {
  const all = Promise.all(recordingsOf(folder).map((recording) => read(sessionOf(recording))))
  const isDerived = (path: readonly string[]) =>
    derived.includes(named(path).at(-1)!) || derived.includes(named(path).join('.'))

  test('of a recording that differ have lines that differ', async () => {
    let compared = 0
    for (const records of await all) {
      for (const show of Object.values(forms)) {
        const byLine = new Map<string, string>()
        for (const record of records) {
          const [line, json] = [shown(show, record), toJson(record, true)]
          expect(byLine.get(line) ?? json).toBe(json)
          byLine.set(line, json)
          compared++
        }
      }
    }
    expect(compared).toBeGreaterThan(least)
  })

  test.each(Object.keys(forms))('with one field changed: %s', async (form) => {
    const tried = new Set<string>()
    const hidden = new Set<string>()
    for (const record of (await all).flat()) {
      const line = shown(forms[form]!, record)
      for (const path of leaves(record)) {
        if (isDerived(path) || ofObject(record, path)) continue
        tried.add(named(path).join('.'))
        if (shown(forms[form]!, changed(record, path) as object) === line) hidden.add(named(path).join('.'))
      }
    }
    expect([...hidden]).toEqual([])
    expect(tried.size).toBeGreaterThan(10)
  })

  test('a field that is new shows, and so does an attribute without a name', async () => {
    const record = (await all).flat()[0]!
    const attribute = { number: 77, base_number: 77, nested: false, name: 'RTA_77', length: 2 }
    for (const show of Object.values(forms)) {
      expect(shown(show, { ...record, brand_new: 'x y' })).toContain('brand_new "x y"')
      const withBytes = { unknown_rta_attrs: [77], unknown_rta_attrs_decoded: [{ ...attribute, bytes: '0a0b' }] }
      expect(shown(show, { ...record, ...withBytes })).toContain('RTA_77 0a0b')
    }
  })
})

describe('DPLL devices and pins', () => {
  test('are told apart by their numbers', async () => {
    for (const recording of recordingsOf('dpll')) {
      const session = sessionOf(recording)
      const [devices, pins] = [await getDplls({ session }), await getPins({ session, bigint: true })]
      for (const show of [dpllSummary, dpllTable]) {
        const lines = [...devices.map((one) => show({ devices: [one] })), ...pins.map((one) => show({ pins: [one] }))]
        expect(new Set(lines).size).toBe(lines.length)
        expect(lines.length).toBeGreaterThan(5)
      }
    }
  })
})
