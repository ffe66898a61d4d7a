import { Command } from 'commander'
import { print } from '../output.ts'
import { UsageError } from '../usage.ts'

/** `netsnap help [command]`: what `--help` says. */
export function helpCommand(root: Command): Command {
  return new Command('help')
    .description('what a command does and takes')
    .argument('[command...]', 'a command, and its subcommand')
    .action(async (names: readonly string[]) => {
      let command = root
      for (const name of names) {
        const found = command.commands.find((one) => one.name() === name)
        if (!found) throw new UsageError(`help: unknown command '${names.join(' ')}'`)
        command = found
      }
      return print(command.helpInformation())
    })
}
