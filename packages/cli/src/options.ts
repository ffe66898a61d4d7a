import type { Command } from 'commander'
import { Option } from 'commander'
import { UsageError } from './usage.ts'

/** The flags that every table's command has. */
export interface TableFlags {
  readonly json?: true
  readonly text?: true
  readonly summary?: true
  readonly verbose?: true
  readonly compact?: true
  /** Commander's form of `--no-unknown-attrs`. */
  readonly unknownAttrs: boolean
  readonly netns?: string
}

export const netnsOption = () =>
  new Option('-n, --netns <namespace>', 'read in another network namespace: a name, a path or a process id')

/** Add the flags that every table's command has. */
export function addTableOptions(command: Command): Command {
  return command
    .addOption(new Option('-j, --json', 'JSON (the default)').conflicts(['text', 'summary', 'verbose']))
    .addOption(new Option('-t, --text', 'a table for people').conflicts(['summary', 'verbose', 'compact']))
    .addOption(new Option('-s, --summary', 'a line for each, and how many there are').conflicts('compact'))
    .addOption(new Option('-v, --verbose', 'the same as --summary').conflicts('compact').hideHelp())
    .addOption(new Option('-c, --compact', 'JSON in one line'))
    .addOption(new Option('--no-unknown-attrs', 'leave out attributes that this version has no name for'))
    .addOption(netnsOption())
}

/** The namespace as the library takes it: digits are the id of a process. */
export function netnsOf(netns: string | undefined): string | number | undefined {
  if (netns === '') throw new UsageError('--netns: the name of a network namespace is not empty')
  if (netns === undefined || !/^\d+$/.test(netns)) return netns
  const pid = Number(netns)
  if (pid === 0 || !Number.isSafeInteger(pid)) throw new UsageError(`--netns: ${netns} is not the id of a process`)
  return pid
}
