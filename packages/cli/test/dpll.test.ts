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

  test('attributes without a name are there', () => {
    const unknown = { number: 77, base_number: 77, nested: false, name: 'DPLL_A_77', length: 2, bytes: '0a0b' }
    const attributes = { unknown_dpll_attrs: [77], unknown_dpll_attrs_decoded: [unknown] }
    const parent = {
      parent_id: 3,
      state: 'connected',
      unknown_dpll_pin_attrs: [77],
      unknown_dpll_pin_attrs_decoded: [unknown],
    }
    for (const show of [dpllSummary, dpllTable]) {
      expect(show({ devices: [{ ...device, ...attributes }] })).toContain('DPLL_A_77 0a0b')
      expect(show({ pins: [{ ...mux, parent_device: [parent] }] })).toContain('DPLL_A_77 0a0b')
      expect(show({ pins: [{ ...mux, parent_pin: [parent] }] })).toContain('DPLL_A_77 0a0b')
    }
  })
})
