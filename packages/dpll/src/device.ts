/** DPLL devices: digital phase-locked loops that a clock is taken from. A line below is a field of the record. */
import { divided, enumOf, header, id64, many, type RecordOf, s32, table, text, u32 } from '@netsnap/core-native/schema'

const named = { scalar: u32, lowerCase: true } as const

// biome-ignore format: a table
export const dpll = table({
  name: 'dpll',
  // DPLL_FAMILY_NAME
  generic: { family: 'dpll', version: 'DPLL_FAMILY_VERSION' },
  request: 'DPLL_CMD_DEVICE_GET',
  reply: 'DPLL_CMD_DEVICE_GET',
  header: header('genlmsghdr', {}),
  group: 'DPLL_A_',
  unknown: 'dpll',
  attributes: {
    /** Number of the device, which the kernel gives. */
    id:                      ['DPLL_A_ID', u32],
    /** Kernel module that drives it. */
    module_name:             ['DPLL_A_MODULE_NAME', text],
    /** Identity of the clock that it belongs to: 64 bits in hexadecimal. */
    clock_id:                ['DPLL_A_CLOCK_ID', id64],
    /** What it is for: `eec` drives the Ethernet equipment's clock, `pps` makes a pulse each second. */
    type:                    ['DPLL_A_TYPE', enumOf('DPLL_TYPE_', named)],
    /** How its input is chosen: `automatic` by priority, or `manual`. */
    mode:                    ['DPLL_A_MODE', enumOf('DPLL_MODE_', named)],
    /** The modes that it can be in. */
    mode_supported:          ['DPLL_A_MODE_SUPPORTED', many(enumOf('DPLL_MODE_', named))],
    /** Whether it is locked to an input: `unlocked`, `locked`, `locked_ho_acq` with holdover acquired, or `holdover`. */
    lock_status:             ['DPLL_A_LOCK_STATUS', enumOf('DPLL_LOCK_STATUS_', { ...named, except: 'DPLL_LOCK_STATUS_ERROR_' })],
    /** Why it is not locked; `none` where nothing went wrong. Kernels send it only where it is `unlocked` or in `holdover`. */
    lock_status_error:       ['DPLL_A_LOCK_STATUS_ERROR', enumOf('DPLL_LOCK_STATUS_ERROR_', named)],
    /** Temperature in thousandths of a degree Celsius. */
    temp:                    ['DPLL_A_TEMP', s32],
    /** Temperature in degrees Celsius. */
    temp_celsius:            ['DPLL_A_TEMP', divided(s32, 'DPLL_TEMP_DIVIDER')],
    /** Qualities of the clock while it is in holdover, by their standard: `itu_opt1_eec1`. */
    clock_quality_level:     ['DPLL_A_CLOCK_QUALITY_LEVEL', many(enumOf('DPLL_CLOCK_QUALITY_LEVEL_', named))],
    /** Whether phase offsets of all inputs are measured, not of the one in use alone: `enable` or `disable`. Since Linux 6.17. */
    phase_offset_monitor:    ['DPLL_A_PHASE_OFFSET_MONITOR', enumOf('DPLL_FEATURE_STATE_', named)],
    /** Factor by which measured phase offsets are averaged. Since Linux 6.18. */
    phase_offset_avg_factor: ['DPLL_A_PHASE_OFFSET_AVG_FACTOR', u32],
  },
})

/** One DPLL device. A field is absent where the kernel sent no such attribute. */
export interface Dpll extends RecordOf<typeof dpll> {}
