import type { Dpll, DpllPinBigInt } from '@netsnap/dpll'
import type { Dplls } from '../dpll.ts'
import { visible } from '../output.ts'
import { tableIfAny } from './table.ts'
import { unknowns, words } from './words.ts'

const HERTZ = [
  [1_000_000_000n, 'GHz'], // not a kernel number: hertz in a unit
  [1_000_000n, 'MHz'], // not a kernel number: the same
  [1000n, 'kHz'], // not a kernel number: the same
] as const

/** A frequency in the largest unit in which it is a whole number. */
function hertz(frequency: bigint): string {
  for (const [factor, unit] of HERTZ) {
    if (frequency >= factor && frequency % factor === 0n) return `${frequency / factor} ${unit}`
  }
  return `${frequency} Hz`
}

/** What people call a pin: what is printed on the board, the panel or the chip. */
const labelOf = ({ id, board_label, panel_label, package_label }: DpllPinBigInt) =>
  board_label ?? panel_label ?? package_label ?? `pin ${id}`

function device({ id, type, module_name, clock_id, mode, lock_status, lock_status_error, ...rest }: Dpll): string {
  const lock = words([lock_status, lock_status_error !== undefined && `(${lock_status_error})`])
  return words(
    [
      `${id}: ${type} of ${module_name}, clock ${clock_id}`,
      mode,
      lock,
      rest.temp_celsius !== undefined && `${rest.temp_celsius} °C`,
      rest.clock_quality_level && `quality ${rest.clock_quality_level.join(', ')}`,
      unknowns(rest),
    ],
    '; ',
  )
}

/** A pin on each of its parents. */
function parents(pin: DpllPinBigInt, labels: ReadonlyMap<number, string>): string[] {
  const devices = (pin.parent_device ?? []).map((parent) => {
    const { parent_id, direction, prio, state, phase_offset_ps } = parent
    const parts = [
      direction,
      state,
      prio !== undefined && `priority ${prio}`,
      phase_offset_ps !== undefined && `phase offset ${phase_offset_ps} ps`,
      unknowns(parent),
    ]
    return words([`device ${parent_id}:`, words(parts, ', ')])
  })
  const pins = (pin.parent_pin ?? []).map((parent) => {
    const { parent_id, state } = parent
    return words([`pin ${parent_id} ${labels.get(parent_id ?? -1) ?? ''}: ${state}`, unknowns(parent)])
  })
  return [...devices, ...pins]
}

function pinLines(pin: DpllPinBigInt, labels: ReadonlyMap<number, string>): string[] {
  const { id, type, frequency, fractional_frequency_offset: ffo, esync_frequency } = pin
  const head = words(
    [
      words([`${id}: ${labelOf(pin)}`, type], ', '),
      frequency !== undefined && hertz(frequency),
      ffo !== undefined && `frequency offset ${ffo} ppm`,
      esync_frequency !== undefined && esync_frequency > 0n && `embedded sync ${hertz(esync_frequency)}`,
      unknowns(pin),
    ],
    '; ',
  )
  return [`  ${head}`, ...parents(pin, labels).map((line) => `    ${line}`)]
}

const labelsOf = (pins: readonly DpllPinBigInt[]) =>
  new Map(pins.flatMap((pin): [number, string][] => (pin.id === undefined ? [] : [[pin.id, labelOf(pin)]])))

/** A line for each device, and for each pin one and what it is on each of its parents. */
export function dpllSummary({ devices, pins }: Partial<Dplls>): string {
  const blocks: string[] = []
  if (devices) blocks.push([`DPLL devices: ${devices.length}`, ...devices.map((one) => `  ${device(one)}`)].join('\n'))
  if (pins) {
    const labels = labelsOf(pins)
    blocks.push([`DPLL pins: ${pins.length}`, ...pins.flatMap((pin) => pinLines(pin, labels))].join('\n'))
  }
  return `${blocks.map((block) => block.split('\n').map(visible).join('\n')).join('\n\n')}\n`
}

/** A row for each device, and one for each pin on each of its parents. */
export function dpllTable({ devices, pins }: Partial<Dplls>): string {
  const tables: string[] = []
  if (devices) {
    const rows = devices.map((one) => [
      String(one.id),
      one.type ?? '',
      one.module_name ?? '',
      one.clock_id ?? '',
      one.mode ?? '',
      one.lock_status ?? '',
      one.temp_celsius === undefined ? '' : `${one.temp_celsius} °C`,
      unknowns(one),
    ])
    tables.push(tableIfAny(['device', 'type', 'module', 'clock', 'mode', 'lock', 'temperature'], ['unknown'], rows))
  }
  if (pins) {
    const labels = labelsOf(pins)
    const rows = pins.flatMap((pin) =>
      (parents(pin, labels).length > 0 ? parents(pin, labels) : ['']).map((parent) => [
        String(pin.id),
        labelOf(pin),
        pin.type ?? '',
        pin.frequency === undefined ? '' : hertz(pin.frequency),
        parent,
        unknowns(pin),
      ]),
    )
    tables.push(tableIfAny(['pin', 'label', 'type', 'frequency', 'on'], ['unknown'], rows))
  }
  return tables.join('\n')
}
