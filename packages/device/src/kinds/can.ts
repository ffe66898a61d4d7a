/** Controllers of CAN. */
import { attributeSet, enumOf, flagsOf, nest, packed, struct, u16, u32 } from '@netsnap/core-native/schema'

// biome-ignore format: a table
const controlMode = struct('can_ctrlmode', {
  mask:  ['mask', u32],
  flags: ['flags', u32],
  /** `loopback`, `listenonly`, `fd`, ... */
  names: ['flags', flagsOf('CAN_CTRLMODE_', { scalar: u32, lowerCase: true })],
})

// biome-ignore format: a table
const supported = attributeSet('IFLA_CAN_CTRLMODE_', {
  supported:       ['IFLA_CAN_CTRLMODE_SUPPORTED', u32],
  supported_names: ['IFLA_CAN_CTRLMODE_SUPPORTED', flagsOf('CAN_CTRLMODE_', { scalar: u32, lowerCase: true })],
}, { unknown: 'can_ctrlmode' })

// biome-ignore format: a table
const delayCompensation = attributeSet('IFLA_CAN_TDC_', {
  tdcv_min: ['IFLA_CAN_TDC_TDCV_MIN', u32],
  tdcv_max: ['IFLA_CAN_TDC_TDCV_MAX', u32],
  tdco_min: ['IFLA_CAN_TDC_TDCO_MIN', u32],
  tdco_max: ['IFLA_CAN_TDC_TDCO_MAX', u32],
  tdcf_min: ['IFLA_CAN_TDC_TDCF_MIN', u32],
  tdcf_max: ['IFLA_CAN_TDC_TDCF_MAX', u32],
  tdcv:     ['IFLA_CAN_TDC_TDCV', u32],
  tdco:     ['IFLA_CAN_TDC_TDCO', u32],
  tdcf:     ['IFLA_CAN_TDC_TDCF', u32],
}, { unknown: 'can_tdc' })

// biome-ignore format: a table
export const can = attributeSet('IFLA_CAN_', {
  /** `error_active`, `error_warning`, `error_passive`, `bus_off`, `stopped`, `sleeping`. */
  state:                ['IFLA_CAN_STATE', enumOf('CAN_STATE_', { scalar: u32, lowerCase: true })],
  bittiming:            ['IFLA_CAN_BITTIMING', struct('can_bittiming')],
  bittiming_const:      ['IFLA_CAN_BITTIMING_CONST', struct('can_bittiming_const')],
  /** Frequency in hertz. */
  clock:                ['IFLA_CAN_CLOCK', struct('can_clock')],
  ctrlmode:             ['IFLA_CAN_CTRLMODE', controlMode],
  ctrlmode_ext:         ['IFLA_CAN_CTRLMODE_EXT', nest(supported)],
  /** How long after it went off the bus it comes back, in milliseconds; 0 for never. */
  restart_ms:           ['IFLA_CAN_RESTART_MS', u32],
  berr_counter:         ['IFLA_CAN_BERR_COUNTER', struct('can_berr_counter')],
  data_bittiming:       ['IFLA_CAN_DATA_BITTIMING', struct('can_bittiming')],
  data_bittiming_const: ['IFLA_CAN_DATA_BITTIMING_CONST', struct('can_bittiming_const')],
  /** In ohms. */
  termination:          ['IFLA_CAN_TERMINATION', u16],
  termination_const:    ['IFLA_CAN_TERMINATION_CONST', packed(u16)],
  /** Bits a second that it can have. */
  bitrate_const:        ['IFLA_CAN_BITRATE_CONST', packed(u32)],
  data_bitrate_const:   ['IFLA_CAN_DATA_BITRATE_CONST', packed(u32)],
  bitrate_max:          ['IFLA_CAN_BITRATE_MAX', u32],
  tdc:                  ['IFLA_CAN_TDC', nest(delayCompensation)],
}, { unknown: 'info_data', skip: ['IFLA_CAN_RESTART'] })
