import { Command, Option } from 'commander'
import { type FamilyFlags, familiesOf } from '../family-flags.ts'
import { addTableOptions, forPeople, netnsOf, type TableFlags } from '../options.ts'
import { print, toJson, toLines } from '../output.ts'

interface RuleFlags extends TableFlags, FamilyFlags {}

async function showRules(flags: RuleFlags): Promise<void> {
  const { getRules } = await import('@netsnap/rule')
  const families: readonly string[] = familiesOf(flags)
  const [family, other] = familiesOf(flags)
  const options = { netns: netnsOf(flags.netns), captureUnknown: flags.unknownAttrs, bigint: true } as const
  const all = await getRules({ ...options, family: other ? undefined : family })
  const rules = other ? all.filter(({ family }) => families.includes(family)) : all
  if (forPeople(flags)) {
    const { ruleSummary, ruleTable } = await import('../render/rule.ts')
    return print(flags.text ? ruleTable(rules) : ruleSummary(rules))
  }
  return print(flags.ndjson ? toLines(rules) : `${toJson(rules, flags.compact)}\n`)
}

/** `netsnap rule` */
export function ruleCommand(): Command {
  const command = new Command('rule')
    .description('policy routing rules')
    .addOption(new Option('-4, --ipv4', 'IPv4 rules'))
    .addOption(new Option('-6, --ipv6', 'IPv6 rules; with -4, of both families'))
    .allowExcessArguments(false)
  return addTableOptions(command).action(showRules)
}
