import { describe, type TestOptions, test } from 'vitest'
import { missing, type Needs, needs } from './needs.ts'

export { type Capability, type Needs, needs } from './needs.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test is skipped: what this kernel lacks. `test:kernels` reads it from the report. */
    missing?: string
  }
}

/** Skip what cannot be here. It is still collected, by the same names: so the runner knows what ran in which kernel. */
function optionsFor(needed: Needs): TestOptions {
  const reason = missing(needed)
  return reason === undefined ? {} : { skip: true, meta: { missing: reason } }
}

const warned = new Set<string>()

/** Each reason is said once in a file of tests: that a test is skipped must not be silent. */
function warn(name: string, { meta }: TestOptions): void {
  const reason = meta?.missing
  if (reason === undefined || warned.has(reason)) return
  warned.add(reason)
  console.warn(`${name}: skipped: ${reason}`)
}

/** The last two arguments of both forms: with `needs(...)` and without. */
type Arguments<Body> = [needed: Needs, body: Body] | [body: Body]

const split = <Body>(given: Arguments<Body>): [Needs, Body] => (given.length === 2 ? given : [needs(), given[0]])

/**
 * A `describe` whose tests need network namespaces, and what else is asked for:
 * `describeLive('peers', needs('wireguard'), () => ...)`. Where that is missing the tests are skipped, with the reason.
 */
export function describeLive(name: string, ...given: Arguments<() => void>): void {
  const [needed, tests] = split(given)
  const options = optionsFor(needed)
  warn(name, options)
  describe(name, options, tests)
}

/** A `test` with needs of its own: `testLive('l3mdev rules', needs('vrf'), async () => ...)`. */
export function testLive(name: string, ...given: Arguments<() => unknown>): void {
  const [needed, body] = split(given)
  const options = optionsFor(needed)
  warn(name, options)
  test(name, options, async () => {
    await body()
  })
}
