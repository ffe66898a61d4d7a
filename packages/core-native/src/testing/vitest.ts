import { describe, test } from 'vitest'
import { liveTestsPossible } from './namespace.ts'

/** Set in CI: there a live test that cannot run is a failure. */
const required = process.env.NETSNAP_REQUIRE_LIVE === '1'

/** A `describe` whose tests need network namespaces. Where there are none it says so, in one test that is skipped. */
export function describeLive(name: string, tests: () => void): void {
  const reason = liveTestsPossible()
  if (reason === undefined) {
    describe(name, tests)
  } else if (required) {
    describe(name, () => {
      test('can run', () => {
        throw new Error(`NETSNAP_REQUIRE_LIVE=1, but ${reason}`)
      })
    })
  } else {
    console.warn(`${name}: skipped: ${reason}`)
    describe(name, () => {
      test.skip(`cannot run: ${reason}`, () => {})
    })
  }
}
