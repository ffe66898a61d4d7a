/**
 * A second reader of DPLL, which shares nothing with ours: a raw socket in Python, with the numbers of the kernel's header
 * typed in. It prints every device and pin with what each attribute is called in the kernel's specification of the family.
 */
/** The command that prints `{ devices, pins, datagrams }`, in the project's folder. */
export const rawCommand = 'python3 packages/dpll/test/raw.py'

type Value = number | string | RawObject | (number | string | RawObject)[]
export interface RawObject {
  readonly [attribute: string]: Value
}
export interface Raw {
  readonly devices: RawObject[]
  readonly pins: RawObject[]
  /** How many datagrams the pins came in. */
  readonly datagrams: number
}

const DEVICE = {
  mode: ['', 'manual', 'automatic'],
  'mode-supported': ['', 'manual', 'automatic'],
  'lock-status': ['', 'unlocked', 'locked', 'locked-ho-acq', 'holdover'],
  'lock-status-error': ['', 'none', 'undefined', 'media-down', 'fractional-frequency-offset-too-high'],
  type: ['', 'pps', 'eec'],
  'clock-quality-level': ['', 'prc', 'ssu-a', 'ssu-b', 'eec1', 'prtc', 'eprtc', 'eeec', 'eprc'],
} as const
const PIN = {
  type: ['', 'mux', 'ext', 'synce-eth-port', 'int-oscillator', 'gnss'],
  direction: ['', 'input', 'output'],
  state: ['', 'connected', 'disconnected', 'selectable'],
} as const

/** Our field's name as the specification of the family has it. */
const specName = (field: string) => field.replaceAll('_', '-')

function asRaw(names: Readonly<Record<string, readonly string[]>>, field: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => asRaw(names, field, one))
  if (typeof value === 'object') return rawOf(value as object, names)
  const numbers = names[field]
  if (!numbers || typeof value !== 'string') return typeof value === 'bigint' ? String(value) : value
  return numbers.indexOf(value.replace('itu_opt1_', '').replaceAll('_', '-'))
}

/** What is derived from another field, which the raw reader does not have. */
const DERIVED = ['temp_celsius', 'phase_offset_ps', 'capability_names']

function rawOf(record: object, names: Readonly<Record<string, readonly string[]>>): Record<string, unknown> {
  const entries = Object.entries(record).filter(([field]) => !DERIVED.includes(field))
  return Object.fromEntries(entries.map(([field, value]) => [specName(field), asRaw(names, specName(field), value)]))
}

/** Our record of a device in the form of the raw reader's. */
export const deviceAsRaw = (record: object) => rawOf(record, DEVICE)
/** Our record of a pin in the form of the raw reader's. */
export const pinAsRaw = (record: object) => rawOf(record, PIN)
