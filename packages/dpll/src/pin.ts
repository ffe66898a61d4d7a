/** Pins of DPLL devices: their inputs and outputs. A line below is a field of the record. */
import {
  attributeSet,
  divided,
  enumOf,
  flagsOf,
  header,
  id64,
  many,
  nest,
  type RecordOf,
  s32,
  s64,
  sint,
  table,
  text,
  u32,
  u64,
} from '@netsnap/core-native/schema'

const named = { scalar: u32, lowerCase: true } as const
const direction = enumOf('DPLL_PIN_DIRECTION_', named)
const state = enumOf('DPLL_PIN_STATE_', named)
const picoseconds = divided(s64, 'DPLL_PHASE_OFFSET_DIVIDER')

// Sets inside of a pin are numbered by the pin's own enumeration: what has no line in them is unknown there.
const inPin = { unknown: 'dpll_pin', skip: 'others' } as const

// biome-ignore format: a table
const frequencyRange = attributeSet('DPLL_A_PIN_', {
  /** Lowest frequency, in hertz. */
  frequency_min: ['DPLL_A_PIN_FREQUENCY_MIN', u64],
  /** Highest frequency, in hertz; the same as the lowest where the range is one frequency. */
  frequency_max: ['DPLL_A_PIN_FREQUENCY_MAX', u64],
}, inPin)

// biome-ignore format: a table
const parentDevice = attributeSet('DPLL_A_PIN_', {
  /** The `id` of the device or pin that it is a pin of. */
  parent_id:       ['DPLL_A_PIN_PARENT_ID', u32],
  /** Whether it is an `input` or an `output` of the device. */
  direction:       ['DPLL_A_PIN_DIRECTION', direction],
  /** Priority among the inputs of the device in automatic mode; the lowest wins. */
  prio:            ['DPLL_A_PIN_PRIO', u32],
  /** `connected`, `disconnected`, or `selectable` in automatic mode; of a pair of pins, whether it is one. */
  state:           ['DPLL_A_PIN_STATE', state],
  /** Measured phase offset between the pin and the device, in thousandths of a picosecond. */
  phase_offset:    ['DPLL_A_PIN_PHASE_OFFSET', s64],
  /** The same in picoseconds. */
  phase_offset_ps: ['DPLL_A_PIN_PHASE_OFFSET', picoseconds],
}, inPin)

// biome-ignore format: a table
const parentPin = attributeSet('DPLL_A_PIN_', {
  parent_id: ['DPLL_A_PIN_PARENT_ID', u32],
  state:     ['DPLL_A_PIN_STATE', state],
}, inPin)

// biome-ignore format: a table
const referenceSync = attributeSet('DPLL_A_PIN_', {
  id:    ['DPLL_A_PIN_ID', u32],
  state: ['DPLL_A_PIN_STATE', state],
}, inPin)

// biome-ignore format: a table
export const dpllPin = table({
  name: 'dpll_pin',
  // DPLL_FAMILY_NAME
  generic: { family: 'dpll', version: 'DPLL_FAMILY_VERSION' },
  request: 'DPLL_CMD_PIN_GET',
  reply: 'DPLL_CMD_PIN_GET',
  header: header('genlmsghdr', {}),
  group: 'DPLL_A_PIN_',
  unknown: 'dpll_pin',
  attributes: {
    /** Number of the pin, which the kernel gives; of a pair, that of the other pin. */
    id:                          ['DPLL_A_PIN_ID', u32],
    /** Kernel module that drives it. */
    module_name:                 ['DPLL_A_PIN_MODULE_NAME', text],
    /** Identity of the clock that it belongs to: 64 bits in hexadecimal. */
    clock_id:                    ['DPLL_A_PIN_CLOCK_ID', id64],
    /** What is printed on the board. */
    board_label:                 ['DPLL_A_PIN_BOARD_LABEL', text],
    /** What is printed on the panel. */
    panel_label:                 ['DPLL_A_PIN_PANEL_LABEL', text],
    /** What the package of the chip calls it. */
    package_label:               ['DPLL_A_PIN_PACKAGE_LABEL', text],
    /** What it is: `mux` of other pins, `ext`, `synce_eth_port`, `int_oscillator` or `gnss`. */
    type:                        ['DPLL_A_PIN_TYPE', enumOf('DPLL_PIN_TYPE_', named)],
    /** What can be changed of it, as bits. */
    capabilities:                ['DPLL_A_PIN_CAPABILITIES', u32],
    /** What can be changed of it: `direction_can_change`, `priority_can_change`, `state_can_change`. */
    capability_names:            ['DPLL_A_PIN_CAPABILITIES', flagsOf('DPLL_PIN_CAPABILITIES_', named)],
    /** Frequency of its signal, in hertz. */
    frequency:                   ['DPLL_A_PIN_FREQUENCY', u64],
    /** Frequencies that it can be set to. */
    frequency_supported:         ['DPLL_A_PIN_FREQUENCY_SUPPORTED', many(nest(frequencyRange))],
    /** Devices that it is a pin of, and how. */
    parent_device:               ['DPLL_A_PIN_PARENT_DEVICE', many(nest(parentDevice))],
    /** Pins that it stands behind, each a multiplexer. */
    parent_pin:                  ['DPLL_A_PIN_PARENT_PIN', many(nest(parentPin))],
    /** Least phase adjustment, in picoseconds. */
    phase_adjust_min:            ['DPLL_A_PIN_PHASE_ADJUST_MIN', s32],
    /** Greatest phase adjustment, in picoseconds. */
    phase_adjust_max:            ['DPLL_A_PIN_PHASE_ADJUST_MAX', s32],
    /** Steps of the phase adjustment, in picoseconds. Since Linux 6.19. */
    phase_adjust_gran:           ['DPLL_A_PIN_PHASE_ADJUST_GRAN', u32],
    /** Phase adjustment of its signal, in picoseconds. */
    phase_adjust:                ['DPLL_A_PIN_PHASE_ADJUST', s32],
    /** How much the frequencies of what is received and sent differ, in parts per million. */
    fractional_frequency_offset: ['DPLL_A_PIN_FRACTIONAL_FREQUENCY_OFFSET', sint],
    /** Frequency of the sync signal that is embedded in its own, in hertz; 0 where none is. */
    esync_frequency:             ['DPLL_A_PIN_ESYNC_FREQUENCY', u64],
    /** Frequencies that such a signal can have. */
    esync_frequency_supported:   ['DPLL_A_PIN_ESYNC_FREQUENCY_SUPPORTED', many(nest(frequencyRange))],
    /** How much of a period of such a signal is high, in per cent. */
    esync_pulse:                 ['DPLL_A_PIN_ESYNC_PULSE', u32],
    /** Pins that it can be paired with, one the reference and the other its sync signal. */
    reference_sync:              ['DPLL_A_PIN_REFERENCE_SYNC', many(nest(referenceSync))],
    // Kernels so far tell the rest of each parent, or of each supported range, and not of the pin itself.
    parent_id:                   ['DPLL_A_PIN_PARENT_ID', u32],
    direction:                   ['DPLL_A_PIN_DIRECTION', direction],
    prio:                        ['DPLL_A_PIN_PRIO', u32],
    state:                       ['DPLL_A_PIN_STATE', state],
    phase_offset:                ['DPLL_A_PIN_PHASE_OFFSET', s64],
    phase_offset_ps:             ['DPLL_A_PIN_PHASE_OFFSET', picoseconds],
    frequency_min:               ['DPLL_A_PIN_FREQUENCY_MIN', u64],
    frequency_max:               ['DPLL_A_PIN_FREQUENCY_MAX', u64],
  },
})

/** One pin. A field is absent where the kernel sent no such attribute. */
export interface DpllPin extends RecordOf<typeof dpllPin> {}
/** A {@link DpllPin} whose 64-bit values are bigints. */
export interface DpllPinBigInt extends RecordOf<typeof dpllPin, bigint> {}
