import { describe, expect, test } from 'vitest'
import { dpllSummary, dpllTable } from '../src/render/dpll.ts'

const device = {
  id: 3,
  type: 'eec',
  module_name: 'ice',
  clock_id: '0x0000000000000001',
  mode: 'automatic',
  lock_status: 'holdover',
  lock_status_error: 'media_down',
  temp: -1500,
  temp_celsius: -1.5,
}
const mux = { id: 7, board_label: 'RCLK', type: 'mux', frequency: 1953125n }
const port = {
  id: 8,
  panel_label: 'eth 0',
  type: 'synce_eth_port',
  frequency: 10_000_000_000n,
  esync_frequency: 1n,
  parent_device: [
    { parent_id: 3, direction: 'input', state: 'selectable', prio: 5, phase_offset_ps: 0.5 },
    { parent_id: 4, direction: 'output', state: 'connected' },
  ],
  parent_pin: [{ parent_id: 7, state: 'connected' }],
}

describe('for people', () => {
  test('a device and its pins', () => {
    expect(dpllSummary({ devices: [device], pins: [mux, port, { id: 9 }] })).toBe(`DPLL devices: 1
  3: eec of ice, clock 0x0000000000000001; automatic; holdover (media_down); -1.5 °C

DPLL pins: 3
  7: RCLK, mux; 1953125 Hz
  8: eth 0, synce_eth_port; 10 GHz; embedded sync 1 Hz
    device 3: input, selectable, priority 5, phase offset 0.5 ps
    device 4: output, connected
    pin 7 RCLK: connected
  9: pin 9
`)
  })

  test('a row for each, and for each parent', () => {
    expect(dpllTable({ devices: [device], pins: [mux, port] }).split('\n')).toEqual([
      'device  type  module  clock               mode       lock      temperature',
      '3       eec   ice     0x0000000000000001  automatic  holdover  -1.5 °C',
      '',
      'pin  label  type            frequency   on',
      '7    RCLK   mux             1953125 Hz',
      '8    eth 0  synce_eth_port  10 GHz      device 3: input, selectable, priority 5, phase offset 0.5 ps',
      '8    eth 0  synce_eth_port  10 GHz      device 4: output, connected',
      '8    eth 0  synce_eth_port  10 GHz      pin 7 RCLK: connected',
      '',
    ])
  })

  test('what was not asked for is not there', () => {
    expect(dpllSummary({ pins: [] })).toBe('DPLL pins: 0\n')
    expect(dpllSummary({ devices: [] })).toBe('DPLL devices: 0\n')
  })
})
