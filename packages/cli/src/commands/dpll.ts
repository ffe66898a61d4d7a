import { Command, Option } from 'commander'
import type { Dplls } from '../dpll.ts'
import { absentFamily, warn } from '../family.ts'
import { addTableOptions, forPeople, netnsOf, type TableFlags } from '../options.ts'
import { print, toJson, toLines } from '../output.ts'

interface DpllFlags extends TableFlags {
  readonly devices?: true
  readonly pins?: true
}

async function readAll(flags: DpllFlags): Promise<Dplls> {
  const { readDplls } = await import('../dpll.ts')
  const options = { netns: netnsOf(flags.netns), captureUnknown: flags.unknownAttrs } as const
  try {
    return await readDplls(options)
  } catch (error) {
    const absent = await absentFamily('dpll', options, error)
    if (absent === undefined) throw error
    warn(absent)
    return { devices: [], pins: [] }
  }
}

/** One of the two lists, or both: with neither flag, and with both. */
function chosen({ devices, pins }: Dplls, flags: DpllFlags): Partial<Dplls> {
  if (flags.devices === flags.pins) return { devices, pins }
  return flags.devices ? { devices } : { pins }
}

async function showDplls(flags: DpllFlags): Promise<void> {
  const lists = chosen(await readAll(flags), flags)
  if (forPeople(flags)) {
    const { dpllSummary, dpllTable } = await import('../render/dpll.ts')
    return print(flags.text ? dpllTable(lists) : dpllSummary(lists))
  }
  const { devices, pins } = lists
  if (flags.ndjson) return print(toLines([...(devices ?? []), ...(pins ?? [])]))
  return print(`${toJson(devices && pins ? lists : (devices ?? pins), flags.compact)}\n`)
}

/** `netsnap dpll` */
export function dpllCommand(): Command {
  const command = new Command('dpll')
    .description('DPLL devices and their pins')
    .addOption(new Option('--devices', 'devices only, as an array'))
    .addOption(new Option('--pins', 'pins only, as an array'))
    .allowExcessArguments(false)
  return addTableOptions(command).action(showDplls)
}
