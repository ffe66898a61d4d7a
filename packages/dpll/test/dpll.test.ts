import { readdirSync, readFileSync } from 'node:fs'
import { Session } from '@netsnap/core-native'
import { bindTable, decoderOf, tableSchema } from '@netsnap/core-native/compile'
import { constant, constants } from '@netsnap/core-native/constants'
import { Frame } from '@netsnap/core-native/schema'
import { fakeTransport, MessageBuilder, recordedTransport } from '@netsnap/core-native/testing'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { DpllQuery, dpll, dpllPin, getDplls, getPins } from '../src/index.ts'
import { cases } from './cases.ts'
import { deviceAsRaw, pinAsRaw, type Raw } from './raw.ts'

const dumps = new URL('./dumps/', import.meta.url)
const recordings = readdirSync(dumps).filter((file) => file.endsWith('.nl'))
const compile = (table: typeof dpll | typeof dpllPin) =>
  new Ajv2020({ strict: true, allErrors: true }).compile(tableSchema(table))
const validators = { dpll: compile(dpll), pin: compile(dpllPin) }

describe.each(recordings)('%s', (file) => {
  const { oracle } = JSON.parse(readFileSync(new URL(file.replace(/nl$/, 'json'), dumps), 'utf8'))
  const said = oracle.raw.output as Raw
  const read = async (bigint: boolean) => {
    const session = new Session(recordedTransport(new URL(file, dumps)))
    return { devices: await getDplls({ session }), pins: await getPins({ session, bigint }) }
  }

  test('is what the raw reader said of it, field by field', async () => {
    const { devices, pins } = await read(true)
    expect(devices.map(deviceAsRaw)).toEqual(said.devices)
    expect(pins.map(pinAsRaw)).toEqual(said.pins)
    expect(pins.length).toBeGreaterThan(5)
  })

  test('has no attribute without a line, and fits the JSON Schema', async () => {
    const { devices, pins } = await read(false)
    expect(JSON.stringify([devices, pins])).not.toContain('unknown_')
    for (const [validate, records] of [
      [validators.dpll, devices],
      [validators.pin, pins],
    ] as const) {
      for (const record of records) {
        validate(record)
        expect(validate.errors ?? []).toEqual([])
      }
    }
  })
})

test('there is a recording of each state', () => {
  const states = new Set(recordings.map((file) => file.replace(/-[\d.]+\.nl$/, '')))
  expect([...states].sort()).toEqual(Object.keys(cases).sort())
})

describe.each([
  ['little', true],
  ['big', false],
])('in %s-endian bytes', (_, little) => {
  const b = new MessageBuilder(little)
  const readers = (table: typeof dpll | typeof dpllPin) =>
    [bindTable(table, undefined, constants()), decoderOf(table)] as const
  const message = (...attributes: Uint8Array[]) =>
    b.message({ type: 29 }, b.struct('genlmsghdr', { cmd: 2, version: 1 }), ...attributes)

  /** What both readers make of a message. */
  function decoded(table: typeof dpll | typeof dpllPin, bytes: Uint8Array, options: object = {}) {
    const [first, second] = readers(table).map((decode) =>
      decode(
        new Frame(bytes, { littleEndian: little, ...options }),
        constants().layout('nlmsghdr')!.size,
        bytes.length,
      ),
    )
    expect(second).toEqual(first)
    return first
  }

  test('a device with every attribute', () => {
    const bytes = message(
      b.attribute('DPLL_A_ID', b.u32(7)),
      b.attribute('DPLL_A_MODULE_NAME', b.text('ice')),
      b.attribute('DPLL_A_PAD'),
      b.attribute('DPLL_A_CLOCK_ID', b.u64(2n ** 60n + 1n)),
      b.attribute('DPLL_A_TEMP', b.u32(-1500)),
      b.attribute('DPLL_A_LOCK_STATUS', b.u32(4)),
      b.attribute('DPLL_A_LOCK_STATUS_ERROR', b.u32(4)),
      b.attribute('DPLL_A_CLOCK_QUALITY_LEVEL', b.u32(1)),
      b.attribute('DPLL_A_CLOCK_QUALITY_LEVEL', b.u32(77)),
      b.attribute('DPLL_A_MODE', b.u32(1)),
      b.attribute('DPLL_A_MODE_SUPPORTED', b.u32(1)),
      b.attribute('DPLL_A_MODE_SUPPORTED', b.u32(2)),
      b.attribute('DPLL_A_TYPE', b.u32(1)),
      b.attribute('DPLL_A_PHASE_OFFSET_MONITOR', b.u32(1)),
      b.attribute('DPLL_A_PHASE_OFFSET_AVG_FACTOR', b.u32(3)),
    )
    expect(decoded(dpll, bytes)).toEqual({
      id: 7,
      module_name: 'ice',
      clock_id: '0x1000000000000001',
      temp: -1500,
      temp_celsius: -1.5,
      lock_status: 'holdover',
      lock_status_error: 'fractional_frequency_offset_too_high',
      clock_quality_level: ['itu_opt1_prc', 'DPLL_CLOCK_QUALITY_LEVEL_77'],
      mode: 'manual',
      mode_supported: ['manual', 'automatic'],
      type: 'pps',
      phase_offset_monitor: 'enable',
      phase_offset_avg_factor: 3,
    })
  })

  const range = (min: number | bigint, max: number | bigint) => [
    b.attribute('DPLL_A_PIN_FREQUENCY_MIN', b.u64(min)),
    b.attribute('DPLL_A_PIN_PAD'),
    b.attribute('DPLL_A_PIN_FREQUENCY_MAX', b.u64(max)),
  ]
  const parent = (id: number, ...more: Uint8Array[]) => [b.attribute('DPLL_A_PIN_PARENT_ID', b.u32(id)), ...more]
  const state = (value: number) => b.attribute('DPLL_A_PIN_STATE', b.u32(value))

  test('a pin with every attribute, and several of what may be several', () => {
    const bytes = message(
      b.attribute('DPLL_A_PIN_ID', b.u32(9)),
      b.attribute('DPLL_A_PIN_MODULE_NAME', b.text('ice')),
      b.attribute('DPLL_A_PIN_CLOCK_ID', b.u64(255)),
      b.attribute('DPLL_A_PIN_BOARD_LABEL', b.text('SMA1')),
      b.attribute('DPLL_A_PIN_PANEL_LABEL', b.text('SMA 1')),
      b.attribute('DPLL_A_PIN_PACKAGE_LABEL', b.text('REF1P')),
      b.attribute('DPLL_A_PIN_TYPE', b.u32(4)),
      b.attribute('DPLL_A_PIN_CAPABILITIES', b.u32(0x15)),
      b.attribute('DPLL_A_PIN_FREQUENCY', b.u64(2n ** 53n + 1n)),
      b.nested('DPLL_A_PIN_FREQUENCY_SUPPORTED', ...range(1, 1)),
      b.nested('DPLL_A_PIN_FREQUENCY_SUPPORTED', ...range(5, 2n ** 63n)),
      b.attribute('DPLL_A_PIN_PHASE_ADJUST_MIN', b.u32(-5)),
      b.attribute('DPLL_A_PIN_PHASE_ADJUST_MAX', b.u32(5)),
      b.attribute('DPLL_A_PIN_PHASE_ADJUST_GRAN', b.u32(10)),
      b.attribute('DPLL_A_PIN_PHASE_ADJUST', b.u32(-1)),
      b.attribute('DPLL_A_PIN_FRACTIONAL_FREQUENCY_OFFSET', b.u64(-(2n ** 40n))),
      b.attribute('DPLL_A_PIN_ESYNC_FREQUENCY', b.u64(0)),
      b.nested('DPLL_A_PIN_ESYNC_FREQUENCY_SUPPORTED', ...range(0, 0)),
      b.attribute('DPLL_A_PIN_ESYNC_PULSE', b.u32(25)),
      b.nested('DPLL_A_PIN_REFERENCE_SYNC', b.attribute('DPLL_A_PIN_ID', b.u32(4)), state(1)),
      b.nested('DPLL_A_PIN_REFERENCE_SYNC', b.attribute('DPLL_A_PIN_ID', b.u32(5)), state(2)),
      b.nested(
        'DPLL_A_PIN_PARENT_DEVICE',
        ...parent(
          1,
          b.attribute('DPLL_A_PIN_DIRECTION', b.u32(2)),
          b.attribute('DPLL_A_PIN_PRIO', b.u32(0)),
          state(3),
          b.attribute('DPLL_A_PIN_PHASE_OFFSET', b.u64(-(2n ** 62n))),
        ),
      ),
      b.nested('DPLL_A_PIN_PARENT_DEVICE', ...parent(2, b.attribute('DPLL_A_PIN_PHASE_OFFSET', b.u64(1500)))),
      b.nested('DPLL_A_PIN_PARENT_PIN', ...parent(3, state(1))),
      b.nested('DPLL_A_PIN_PARENT_PIN', ...parent(4, state(2))),
    )
    expect(decoded(dpllPin, bytes, { bigint: true })).toEqual({
      id: 9,
      module_name: 'ice',
      clock_id: '0x00000000000000ff',
      board_label: 'SMA1',
      panel_label: 'SMA 1',
      package_label: 'REF1P',
      type: 'int_oscillator',
      capabilities: 0x15,
      capability_names: ['direction_can_change', 'state_can_change', '0x10'],
      frequency: 2n ** 53n + 1n,
      frequency_supported: [
        { frequency_min: 1n, frequency_max: 1n },
        { frequency_min: 5n, frequency_max: 2n ** 63n },
      ],
      phase_adjust_min: -5,
      phase_adjust_max: 5,
      phase_adjust_gran: 10,
      phase_adjust: -1,
      fractional_frequency_offset: -(2n ** 40n),
      esync_frequency: 0n,
      esync_frequency_supported: [{ frequency_min: 0n, frequency_max: 0n }],
      esync_pulse: 25,
      reference_sync: [
        { id: 4, state: 'connected' },
        { id: 5, state: 'disconnected' },
      ],
      parent_device: [
        {
          parent_id: 1,
          direction: 'output',
          prio: 0,
          state: 'selectable',
          phase_offset: -(2n ** 62n),
          phase_offset_ps: -(2 ** 62) / 1000,
        },
        { parent_id: 2, phase_offset: 1500n, phase_offset_ps: 1.5 },
      ],
      parent_pin: [
        { parent_id: 3, state: 'connected' },
        { parent_id: 4, state: 'disconnected' },
      ],
    })
  })

  test('an offset that the kernel sent in 4 bytes, as it may', () => {
    const offset = (payload: Uint8Array) =>
      decoded(dpllPin, message(b.attribute('DPLL_A_PIN_FRACTIONAL_FREQUENCY_OFFSET', payload)))
    expect(offset(b.u32(-37))).toEqual({ fractional_frequency_offset: -37 })
    expect(offset(b.u64(-37))).toEqual({ fractional_frequency_offset: -37 })
    expect(offset(b.u16(1))).toMatchObject({ unknown_dpll_pin_attrs: [24] })
  })

  test('what is new in a parent is kept there', () => {
    const bytes = message(b.nested('DPLL_A_PIN_PARENT_DEVICE', ...parent(1, b.attribute(99, b.u32(1)))))
    expect(decoded(dpllPin, bytes)).toMatchObject({
      parent_device: [{ parent_id: 1, unknown_dpll_pin_attrs: [99] }],
    })
  })
})

describe('mistakes and refusals', () => {
  test.each([
    ['an empty namespace', { netns: '' }],
    ['a process that cannot be', { netns: -1 }],
    ['a timeout that is no number', { timeout: Number.NaN }],
  ])('%s is a TypeError', async (_, options) => {
    await expect(getDplls(options as never)).rejects.toThrow(TypeError)
    await expect(getPins(options as never)).rejects.toThrow(TypeError)
    await expect(new DpllQuery(options as never).getPins()).rejects.toThrow(TypeError)
  })

  test('a kernel without DPLL says so', async () => {
    const b = new MessageBuilder()
    const transport = fakeTransport((request) => {
      const sequence = new DataView(request.buffer).getUint32(8, b.little)
      return [b.message({ type: 'NLMSG_DONE', sequence }, b.u32(0))]
    })
    const session = new Session(transport)
    await expect(getDplls({ session })).rejects.toMatchObject({ code: 'FAMILY_ABSENT', table: 'dpll' })
    await expect(getPins({ session })).rejects.toMatchObject({ code: 'FAMILY_ABSENT', table: 'dpll_pin' })
    expect(constant('DPLL_CMD_PIN_GET')).toBe(8)
  })
})
