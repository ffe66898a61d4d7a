import { createNamespace, whileChanging } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { expect, test } from 'vitest'
import { getRules } from '../src/index.ts'

// Linux marks no dump of rules, and goes on by their place in the list.

const DUMPS = 200
const STAYING = Array.from({ length: 2000 }, (_, i) => 1000 + i)

describeLive('rules that another process adds and removes', () => {
  test(`${DUMPS} dumps: every one is complete, or says that it may not be`, async () => {
    await using namespace = await createNamespace()
    namespace.batch(
      'rule',
      STAYING.map((pref) => `add pref ${pref} fwmark ${pref} lookup main`),
    )
    const changes = (verb: string) => Array.from({ length: 50 }, (_, i) => `${verb} pref ${i + 1} lookup main`)
    const options = { netns: namespace.path, family: 'ipv4', restarts: 0, onInterrupted: 'return' } as const
    const count = { whole: 0, marked: 0, 'marked and not whole': 0 }
    await whileChanging(namespace, 'rule', [...changes('add'), ...changes('del')], async () => {
      for (let i = 0; i < DUMPS; i++) {
        const rules = await getRules(options)
        const listed = rules.map(({ priority }) => priority).filter((priority) => priority >= 1000 && priority < 3000)
        const whole = listed.join() === STAYING.join()
        expect(whole || rules.interrupted).toBe(true)
        count.whole += whole ? 1 : 0
        count.marked += rules.interrupted ? 1 : 0
        count['marked and not whole'] += whole ? 0 : 1
      }
    })
    console.log(`rule churn: ${DUMPS} dumps, ${JSON.stringify(count)}`)
    expect(count.marked).toBeGreaterThan(0)
    expect((await getRules(options)).interrupted).toBe(false)
  })
})
