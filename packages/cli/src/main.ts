import { Command, CommanderError } from 'commander'
import { isStdoutClosed } from './closed.ts'
import { constantsCommand } from './commands/constants.ts'
import { deviceCommand } from './commands/device.ts'
import { dpllCommand } from './commands/dpll.ts'
import { helpCommand } from './commands/help.ts'
import { routeCommand } from './commands/route.ts'
import { ruleCommand } from './commands/rule.ts'
import { snapCommand } from './commands/snap.ts'
import { wireguardCommand } from './commands/wireguard.ts'
import { complain, print } from './output.ts'
import { isUsageError, UsageError } from './usage.ts'
import { version } from './version.ts'

const FAILED = 1
const MISUSED = 2

/** The whole command line. Exit status: 0, 1 when the kernel or the system refused, 2 for a mistake in the arguments. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(args)
  } catch (error) {
    if (isOutputFailure(error)) outputFailed(error)
    complain(error instanceof Error ? error.message : String(error))
    return isUsageError(error) ? MISUSED : FAILED
  }
}

async function run(args: readonly string[]): Promise<number> {
  /** Help and the version: Commander does not wait for what it writes. */
  const out: string[] = []
  try {
    await parse(program(out), args)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) return MISUSED
    assertStdout()
    await print(out.join(''))
    return 0
  }
}

function assertStdout(): void {
  if (isStdoutClosed()) throw new Error('standard output is closed')
}

const isOutputFailure = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && error.syscall === 'write'

/**
 * Whoever reads our output may have read enough (`| head -1`): no error of ours. What was being read is left as it is.
 */
function outputFailed(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit()
  complain(error.message)
  process.exit(FAILED)
}

/** Without this a misspelt command would be an argument too many of the default one. */
async function parse(root: Command, args: readonly string[]): Promise<void> {
  const names = root.commands.map((command) => command.name())
  const [first] = args
  if (first !== undefined && !first.startsWith('-') && !names.includes(first)) {
    throw new UsageError(`unknown command '${first}' (there are ${names.filter((name) => name !== 'help').join(', ')})`)
  }
  await root.parseAsync([...args], { from: 'user' })
}

function program(out: string[]): Command {
  const root = new Command('netsnap')
    .description('The state of Linux networking, read from the kernel over netlink, as JSON or text.')
    .version(version(), '-V, --version')
    .helpCommand(false)
    .showSuggestionAfterError()
    // `route` and `route get` have flags of the same name: those after `get` are its own.
    .enablePositionalOptions()
    .hook('preAction', assertStdout)
  root.addCommand(snapCommand(), { isDefault: true })
  root.addCommand(deviceCommand())
  root.addCommand(routeCommand())
  root.addCommand(ruleCommand())
  root.addCommand(wireguardCommand())
  root.addCommand(dpllCommand())
  root.addCommand(constantsCommand())
  root.addCommand(helpCommand(root))
  for (const command of [root, ...root.commands, ...root.commands.flatMap(({ commands }) => commands)]) {
    if (command !== root) command.version(version(), '-V, --version')
    command.exitOverride().configureOutput({
      writeOut: (text) => out.push(text),
      outputError: (text) => complain(text.replace(/^error: /, '')),
    })
  }
  return root
}
