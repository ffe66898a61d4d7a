import { Command, Option } from 'commander'
import { addTableOptions, netnsOf, type TableFlags } from '../options.ts'
import { print, toJson } from '../output.ts'

interface RuleFlags extends TableFlags {
  readonly ipv4?: true
  readonly ipv6?: true
}

/** The one family that was asked for. Both together, or neither, are all. */
const familyOf = ({ ipv4, ipv6 }: RuleFlags) => (ipv4 === ipv6 ? undefined : ipv4 ? 'ipv4' : 'ipv6')

async function showRules(flags: RuleFlags): Promise<void> {
  const { getRules } = await import('@netsnap/rule')
  const family = familyOf(flags)
  const options = { netns: netnsOf(flags.netns), captureUnknown: flags.unknownAttrs, bigint: true } as const
  const all = await getRules({ ...options, family })
  const rules = flags.ipv4 && flags.ipv6 ? all.filter(({ family }) => family === 'ipv4' || family === 'ipv6') : all
  if (flags.text || flags.summary || flags.verbose) {
    const { ruleSummary, ruleTable } = await import('../render/rule.ts')
    return print(flags.text ? ruleTable(rules) : ruleSummary(rules))
  }
  return print(`${toJson(rules, flags.compact)}\n`)
}

/** `netsnap rule` */
export function ruleCommand(): Command {
  const command = new Command('rule')
    .description('policy routing rules')
    .addOption(new Option('-4, --ipv4', 'IPv4 rules only'))
    .addOption(new Option('-6, --ipv6', 'IPv6 rules only'))
    .allowExcessArguments(false)
  return addTableOptions(command).action(showRules)
}
