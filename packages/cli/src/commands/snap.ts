import { Command, Option } from 'commander'
import { netnsOf, netnsOption } from '../options.ts'
import { complain, gathered, Keyed, objectJson, print, printAll } from '../output.ts'

interface SnapFlags {
  readonly compact?: true
  /** Commander's form of `--no-metadata`. */
  readonly metadata: boolean
  readonly unknown?: true
  readonly netns?: string
}

async function showSnapshot(flags: SnapFlags): Promise<void> {
  const { takeSnapshot } = await import('../snapshot.ts')
  const snapshot = await takeSnapshot({ netns: netnsOf(flags.netns), captureUnknown: flags.unknown === true })
  const { _metadata, ...tables } = snapshot
  const whole = new Keyed(Object.entries(flags.metadata ? snapshot : tables))
  await printAll(gathered(objectJson(whole, flags.compact)))
  await print('\n')
  for (const { table, message } of _metadata.errors) complain(`${table}: ${message}`)
  if (_metadata.errors.length > 0) process.exitCode = 1
}

/** `netsnap snap`, and `netsnap` without a command. */
export function snapCommand(): Command {
  return new Command('snap')
    .description('everything, in one object (the default)')
    .addOption(new Option('-c, --compact', 'JSON in one line'))
    .addOption(new Option('--no-metadata', 'leave out _metadata'))
    .addOption(new Option('-u, --unknown', 'with the attributes that this version has no name for'))
    .addOption(new Option('-j, --json', 'JSON (the only form)').hideHelp())
    .addOption(netnsOption())
    .allowExcessArguments(false)
    .action(showSnapshot)
}
