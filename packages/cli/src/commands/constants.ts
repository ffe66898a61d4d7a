import type { ConstantReport } from '@netsnap/core-native/constants'
import { Command, Option } from 'commander'
import { print, toJson } from '../output.ts'
import { UsageError } from '../usage.ts'

/** As it is written, or else in upper case, which all but a few names have. */
async function find(pattern: string | undefined): Promise<ConstantReport[]> {
  const { report } = await import('@netsnap/core-native/constants')
  const rows = report(pattern)
  return rows.length === 0 && pattern !== undefined ? report(pattern.toUpperCase()) : rows
}

async function showConstants(pattern: string | undefined, flags: { readonly json?: true }): Promise<void> {
  const rows = await find(pattern)
  if (pattern !== undefined && rows.length === 0) throw new UsageError(`no source of constants knows '${pattern}'`)
  if (flags.json) return print(`${toJson(rows)}\n`)
  const { textTable } = await import('../render/table.ts')
  const lines = rows.map(({ name, value, source, disagreement, also }) => {
    const others = Object.entries(also).map(([other, number]) => `${other} says ${number}`)
    return [name, String(value), source, disagreement ? others.join(', ') : '']
  })
  return print(textTable(['name', 'value', 'source', 'disagreement'], lines))
}

/** `netsnap constants` */
export function constantsCommand(): Command {
  return new Command('constants')
    .description("the kernel's numbers that are used, and where they come from")
    .argument('[name]', 'a name (RTM_GETRULE), or what names begin with (FRA_)')
    .addOption(new Option('-j, --json', 'as JSON'))
    .allowExcessArguments(false)
    .action(showConstants)
}
