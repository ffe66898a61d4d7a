import type { Dump } from '@netsnap/core-native'
import { expectTypeOf, test } from 'vitest'
import { getRules, RoutingRuleQuery, type Rule, type RuleBigInt } from '../src/index.ts'

test('a rule', () => {
  expectTypeOf<Rule['priority']>().toEqualTypeOf<number>()
  expectTypeOf<Rule['src']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Rule['flag_names']>().items.toExtend<string>()
  expectTypeOf<'BLACKHOLE'>().toExtend<Rule['action']>()
  expectTypeOf<Rule['tun_id']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<RuleBigInt['tun_id']>().toEqualTypeOf<bigint | undefined>()
  // @ts-expect-error the record says `src`
  type _ = Rule['source']
})

test('the reading functions', () => {
  expectTypeOf(getRules()).resolves.toEqualTypeOf<Dump<Rule>>()
  expectTypeOf(getRules({ family: 'ipv6', netns: 'blue' })).resolves.toEqualTypeOf<Dump<Rule>>()
  expectTypeOf(getRules({ bigint: true })).resolves.toEqualTypeOf<Dump<RuleBigInt>>()
  expectTypeOf(new RoutingRuleQuery().getRules({ bigint: true })).resolves.toEqualTypeOf<Dump<RuleBigInt>>()
  // @ts-expect-error not a family
  getRules({ family: 'inet' })
  // @ts-expect-error a misspelt option
  getRules({ netn: 'blue' })
})
