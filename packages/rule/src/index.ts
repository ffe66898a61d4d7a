import {
  type Asked,
  type By64,
  type Dump,
  Query,
  type ReadOptions,
  type SessionOptions,
  type SourceOptions,
  withSession,
} from '@netsnap/core-native'
import { attachEmitted } from '@netsnap/core-native/compile'
import { constant } from '@netsnap/core-native/constants'
import { familyNumber } from '@netsnap/core-native/schema'
import * as ruleEmitted from './generated/rule.decoders.ts'
import { type Rule, type RuleBigInt, rule } from './rule.ts'

export { type Rule, type RuleBigInt, rule } from './rule.ts'

attachEmitted(rule, ruleEmitted)

const FAMILIES = ['ipv4', 'ipv6', 'ipmr', 'ip6mr'] as const

/** A family that has policy rules. */
export type RuleFamily = (typeof FAMILIES)[number]

/** Which rules to read, and how. */
export interface RuleOptions extends ReadOptions {
  /** The rules of one address family only. Default: all that the kernel has. */
  readonly family?: RuleFamily | undefined
}

export interface GetRulesOptions extends RuleOptions, SourceOptions {}

/** What a call with options of this type brings: one of the two, or either where the type does not say. */
type RuleOf<O> = By64<O, Rule, RuleBigInt>

const ASKED: Asked = { protocol: 'NETLINK_ROUTE', table: 'rule', options: ['family'] }

/**
 * The policy routing rules of a network namespace, family by family in the order in which the kernel tries them.
 *
 * Rejects with `NetlinkError`: `DUMP_INTERRUPTED` where the rules changed each time they were listed, `ENOENT` where
 * there is no such namespace, `EPERM` where it may not be entered, `ABORTED` and `TIMEOUT` as asked for.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export async function getRules<const O extends GetRulesOptions = {}>(options?: O): Promise<Dump<RuleOf<O>>> {
  const request = { header: { family: familyNumber(FAMILIES, options?.family) ?? constant('AF_UNSPEC') } }
  const records = await withSession(ASKED, options ?? {}, (session, reading) => session.dump(rule, request, reading))
  return records as Dump<unknown> as Dump<RuleOf<O>>
}

/** How a {@link RoutingRuleQuery} reads. */
export interface RoutingRuleQueryOptions extends SessionOptions, Omit<ReadOptions, 'bigint'> {}

/**
 * Reads rules in three ways: with a socket for each call, for a block, or for as long as you say.
 *
 * ```ts
 * await new RoutingRuleQuery().getRules()
 *
 * await using query = new RoutingRuleQuery().open()
 * await query.getRules({ family: 'ipv6' })
 *
 * const held = new RoutingRuleQuery().open()
 * held.close()
 * ```
 */
export class RoutingRuleQuery extends Query<RoutingRuleQueryOptions> {
  constructor(options: RoutingRuleQueryOptions = {}) {
    super('NETLINK_ROUTE', options)
  }

  /** The rules, as {@link getRules} gives them; the options of the call go before those of the query. */
  async getRules<const O extends RuleOptions = {}>(options?: O): Promise<Dump<RuleOf<O>>> {
    return (await getRules(this.with(options))) as Dump<RuleOf<O>>
  }
}
