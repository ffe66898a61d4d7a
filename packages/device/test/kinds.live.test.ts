/** Links of each kind with all that `ip` can set, as `ip` shows them. */
import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getLinks, type Link } from '../src/index.ts'
import { kindCases } from './kind-cases.ts'
import { ipKinds, ipPorts } from './kinds-iproute2.ts'
import type { IpKind } from './kinds-words.ts'
import { unknownIn } from './unknown.ts'

type Values = Readonly<Record<string, unknown>>

interface IpLink {
  readonly ifindex: number
  readonly ifname: string
  readonly linkinfo?: {
    readonly info_kind?: string
    readonly info_data?: Values
    readonly info_slave_kind?: string
    readonly info_slave_data?: Values
  }
}

/** `ip` leaves out much that is off or 0. */
const isNothing = (value: unknown) =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 0 ||
  value === '0' ||
  value === '0x00000' ||
  value === 'none' ||
  value === 'unset'

/** All in which the two differ: a key that only one of them has, and that no table knows; a value. */
function differences(theirs: Values, ours: Values, { keys, ours: alone, running = [] }: IpKind): string[] {
  const found: string[] = []
  const said = (what: string, ...values: unknown[]) =>
    found.push(`${what}: ${values.map((v) => JSON.stringify(v)).join(' / ')}`)
  const sources = Object.entries(keys).map(([key, source]) => {
    const [name, change] = typeof source === 'string' ? [source, undefined] : source
    const value = ours[name]
    return { key, name, value: value === undefined || change === undefined ? value : change(value as never, ours) }
  })
  for (const key of Object.keys(theirs)) if (!(key in keys)) said(`${key} is of ip alone`, theirs[key])
  const known = new Set([...sources.map(({ name }) => name), ...alone])
  for (const key of Object.keys(ours)) if (!known.has(key)) said(`${key} is ours alone`, ours[key])
  for (const { key, value } of sources) {
    if (running.includes(key)) {
      if (Math.abs(Number(theirs[key]) - Number(value)) > 5) said(`${key} runs apart`, theirs[key], value)
    } else if (key in theirs ? JSON.stringify(theirs[key]) !== JSON.stringify(value) : !isNothing(value)) {
      said(key, theirs[key], value)
    }
  }
  return found
}

/** What `ip` writes where there is nothing, and we have no field. */
const ABSENT: Readonly<Record<string, unknown>> = { local: 'any', remote: 'any', multiproto: false }
const withoutAbsent = (theirs: Values): Values =>
  Object.fromEntries(Object.entries(theirs).filter(([key, value]) => !(key in ABSENT && ABSENT[key] === value)))

/** How one link differs. */
function differencesOf(oracle: IpLink, link: Link): string[] {
  const { info_kind = '', info_data = {}, info_slave_kind = '', info_slave_data = {} } = oracle.linkinfo ?? {}
  const part = (kind: IpKind | undefined, field: string, theirs: Values) => {
    const ours = (link as unknown as Values)[kind?.field ?? field] as Values | undefined
    if (kind === undefined) return ours === undefined && Object.keys(theirs).length === 0 ? [] : [`${field}: no table`]
    return differences(withoutAbsent(theirs), ours ?? {}, kind)
  }
  return [
    ...part(ipKinds[info_kind], info_kind, info_data),
    ...part(ipPorts[info_slave_kind], `${info_slave_kind}_port`, info_slave_data),
  ].map((one) => `${oracle.ifname}: ${one}`)
}

/** How all links of a namespace differ. */
async function compare(own: Namespace): Promise<string[]> {
  const oracle = own.json<IpLink[]>('ip -j -d link')
  const links = await getLinks({ netns: own.path })
  expect(links.map(({ index }) => index)).toEqual(oracle.map(({ ifindex }) => ifindex))
  expect(unknownIn(links)).toEqual([])
  expect(oracle.some(({ linkinfo }) => linkinfo?.info_kind !== undefined)).toBe(true)
  return oracle.flatMap((one, i) => differencesOf(one, links[i]!))
}

describeLive('links of each kind', () => {
  for (const [name, { commands, needs: asked }] of Object.entries(kindCases)) {
    describeLive(name, needs(...asked), () => {
      let own: Namespace
      beforeAll(async () => {
        own = await createNamespace()
        for (const command of commands) own.run(command)
      })
      afterAll(() => own?.close())

      test('are what `ip -j -d link` says, key by key', async () => {
        // Ports of a bond change their state for a while: what is different must be so at last.
        await expect.poll(async () => compare(own), { timeout: 5000 }).toEqual([])
      })
    })
  }
})
