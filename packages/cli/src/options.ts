import { type Command, InvalidArgumentError, Option } from 'commander'
import { UsageError } from './usage.ts'

/** The flags that say in which form records are shown. */
export interface FormFlags {
  readonly json?: true
  readonly text?: true
  readonly summary?: true
  readonly verbose?: true
  readonly compact?: true
  readonly ndjson?: true
}

/** The flags that every table's command has. */
export interface TableFlags extends FormFlags {
  /** Commander's form of `--no-unknown-attrs`. */
  readonly unknownAttrs: boolean
  readonly netns?: string
}

/** The last of two different values would have the first one ignored. */
const once =
  <T>(parse: (text: string) => T) =>
  (text: string, before: T | undefined): T => {
    const value = parse(text)
    if (before !== undefined && before !== value) throw new InvalidArgumentError(`It has been given as ${before}.`)
    return value
  }

/** An option with a value. */
export const valueOption = (flags: string, description: string, parse: (text: string) => unknown = String) =>
  new Option(flags, description).argParser(once(parse))

export const netnsOption = () =>
  valueOption('-n, --netns <namespace>', 'read in another network namespace: a name, a path or a process id')

const FORMS = {
  json: () => new Option('-j, --json', 'JSON (the default)'),
  ndjson: () => new Option('--ndjson', 'JSON, a record a line, without an array'),
  text: () => new Option('-t, --text', 'a table for people'),
  summary: () => new Option('-s, --summary', 'a line for each, and how many there are'),
  verbose: () => new Option('-v, --verbose', 'the same as --summary').hideHelp(),
  compact: () => new Option('-c, --compact', 'JSON in one line'),
} satisfies Record<keyof FormFlags, () => Option>

/** Forms that go together. Of any others only one can be had. */
const ALIKE: Partial<Record<keyof FormFlags, keyof FormFlags>> = { json: 'compact', summary: 'verbose' }

/** Add the flags for these forms. */
export function addForms(command: Command, forms = Object.keys(FORMS) as (keyof FormFlags)[]): Command {
  forms.forEach((form, i) => {
    const others = forms.slice(i + 1).filter((other) => other !== ALIKE[form])
    command.addOption(FORMS[form]().conflicts(others))
  })
  return command
}

/** Add the flags that every table's command has. */
export function addTableOptions(command: Command, forms?: (keyof FormFlags)[]): Command {
  return addForms(command, forms)
    .addOption(new Option('--no-unknown-attrs', 'leave out attributes that this version has no name for'))
    .addOption(netnsOption())
}

/** Whether text for people was asked for. */
export const forPeople = ({ text, summary, verbose }: FormFlags): boolean => (text ?? summary ?? verbose) === true

/** The namespace as the library takes it: digits are the id of a process. */
export function netnsOf(netns: string | undefined): string | number | undefined {
  if (netns === '') throw new UsageError('--netns: the name of a network namespace is not empty')
  if (netns === undefined || !/^\d+$/.test(netns)) return netns
  const pid = Number(netns)
  if (pid === 0 || !Number.isSafeInteger(pid)) throw new UsageError(`--netns: ${netns} is not the id of a process`)
  return pid
}

/**
 * Flags of a command that stand before its subcommand are the subcommand's, where it has them. The others would do
 * nothing there.
 */
export function passOn(command: Command, subcommand: Command): void {
  for (const option of command.options) {
    const name = option.attributeName()
    if (command.getOptionValueSource(name) !== 'cli') continue
    const own = subcommand.options.find((one) => one.attributeName() === name)
    if (!own) throw new UsageError(`option '${option.flags}' cannot be used with '${subcommand.name()}'`)
    subcommand.setOptionValueWithSource(name, command.getOptionValue(name), 'cli')
  }
}
