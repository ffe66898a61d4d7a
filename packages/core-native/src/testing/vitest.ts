import { release } from 'node:os'
import { describe, type TestContext, test } from 'vitest'
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

const numbersOf = (release: string) => release.split(/\D/, 2).map(Number)

/** Skip a test, with its reason, on a kernel older than `release` (`6.15`); a failure where live tests are required. */
export function needsKernel(context: TestContext, needed: string): void {
  const [[major = 0, minor = 0], [neededMajor = 0, neededMinor = 0]] = [numbersOf(release()), numbersOf(needed)]
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return
  const reason = `needs Linux ${needed}, and this is ${release()}`
  if (required) throw new Error(`NETSNAP_REQUIRE_LIVE=1, but the test ${reason}`)
  context.skip(reason)
}
