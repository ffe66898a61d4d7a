import { execFileSync } from 'node:child_process'
import { getFamilies, openSession } from '@netsnap/core-native'
import { createNamespace, missing } from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Dpll, type DpllPin, DpllQuery, dpllPin, getDplls, getPins } from '../src/index.ts'
import { deviceAsRaw, pinAsRaw, type Raw, rawCommand } from './raw.ts'

const raw = (): Raw =>
  JSON.parse(execFileSync('sh', ['-c', rawCommand], { encoding: 'utf8', maxBuffer: 1 << 28 })) as Raw

/** An attribute that we have no name for is how we hear of a new kernel. */
function expectAllKnown(records: readonly (Dpll | DpllPin)[]): void {
  expect(JSON.stringify(records)).not.toContain('unknown_')
}

/** Load the fake driver anew with parameters of its own: `extra_pins=1000`. */
function load(...parameters: string[]): void {
  const module = process.env.NETSNAP_DPLL_FAKE
  if (module === undefined) throw new Error('NETSNAP_DPLL_FAKE does not say where the module is')
  execFileSync('rmmod', ['dpll_fake'])
  execFileSync('insmod', [module, ...parameters])
}

describeLive('DPLL of the live kernel', needs('dpll-driver'), () => {
  /** All that the raw reader said of a device or pin, and nothing else. */
  async function expectAsRaw(): Promise<{ devices: Dpll[]; pins: DpllPin[]; said: Raw }> {
    const devices = await getDplls()
    const pins = await getPins({ bigint: true })
    const said = raw()
    expect(devices.map(deviceAsRaw)).toEqual(said.devices)
    expect(pins.map(pinAsRaw)).toEqual(said.pins)
    expectAllKnown(devices)
    const plain = await getPins()
    expectAllKnown(plain)
    return { devices, pins: plain, said }
  }

  test('devices and pins are what a raw reader says of them, field by field', async () => {
    const { devices, pins } = await expectAsRaw()
    expect(devices.length).toBe(2)
    expect(pins.length).toBeGreaterThanOrEqual(7)
  })

  test('a device is in the words of the kernel, with its temperature in degrees', async () => {
    const [eec, pps] = await getDplls()
    expect(eec).toMatchObject({
      module_name: 'dpll_fake',
      clock_id: '0x0a1b2c3d4e5f6071',
      type: 'eec',
      mode: 'automatic',
      mode_supported: ['automatic'],
      lock_status: 'locked_ho_acq',
      temp: 42_125,
      temp_celsius: 42.125,
      clock_quality_level: ['itu_opt1_eec1', 'itu_opt1_prtc'],
    })
    expect(pps).toMatchObject({ type: 'pps', temp: -1500, temp_celsius: -1.5 })
    expect(pps).not.toHaveProperty('clock_quality_level')
  })

  test('a pin keeps each of its parents, with the phase offset in both units', async () => {
    const [[eec, pps], pins] = [await getDplls(), await getPins()]
    const pin = (label: string) => pins.find(({ board_label }) => board_label === label)!
    const offset = { phase_offset: -1_234_567_890_123, phase_offset_ps: -1_234_567_890.123, direction: 'input' }
    expect(pin('GNSS-1PPS')).toMatchObject({
      type: 'gnss',
      capability_names: ['priority_can_change', 'state_can_change'],
      parent_device: [
        { ...offset, parent_id: eec!.id, prio: 0, state: 'connected' },
        { ...offset, parent_id: pps!.id, prio: 1, state: 'connected' },
      ],
      reference_sync: [{ id: pin('SMA1').id, state: 'disconnected' }],
      phase_adjust_min: -16_723,
      phase_adjust_max: 16_723,
      phase_adjust: -100,
    })
    expect(pin('SMA1')).toMatchObject({
      frequency_supported: [
        { frequency_min: 1, frequency_max: 1 },
        { frequency_min: 10_000_000, frequency_max: 10_000_000 },
        { frequency_min: 25_000_000, frequency_max: 10_000_000_000 },
      ],
      esync_frequency: 1,
      esync_frequency_supported: [
        { frequency_min: 0, frequency_max: 0 },
        { frequency_min: 1, frequency_max: 1 },
      ],
      esync_pulse: 25,
      phase_adjust_min: -(2 ** 31),
      phase_adjust_max: 2 ** 31 - 1,
    })
    for (const [label, state] of [
      ['PORT0', 'connected'],
      ['PORT1', 'disconnected'],
    ] as const) {
      expect(pin(label)).toMatchObject({ parent_pin: [{ parent_id: pin('RCLK').id, state }] })
      expect(pin(label)).not.toHaveProperty('parent_device')
    }
    expect(pin('PORT0').fractional_frequency_offset).toBe(-37)
    expect(pin('OCXO')).not.toHaveProperty('panel_label')
  })

  describe('the three ways to hold a socket', () => {
    test('for each call, for a block, and from open to close', async () => {
      const [devices, pins] = [await getDplls(), await getPins()]
      const query = new DpllQuery()
      expect(await query.getDplls()).toEqual(devices)
      {
        await using held = new DpllQuery().open()
        expect(await held.getPins()).toEqual(pins)
        expect(await held.getDplls()).toEqual(devices)
      }
      query.open()
      expect(await query.getPins()).toEqual(pins)
      query.close()
      expect(await query.getPins({ bigint: true })).toHaveLength(pins.length)
    })

    test('a session of the caller, and a stream of the table', async () => {
      await using session = openSession('NETLINK_GENERIC')
      const pins = await getPins({ session })
      const streamed: DpllPin[] = []
      for await (const batch of session.stream(dpllPin)) streamed.push(...batch)
      expect(streamed).toEqual([...pins])
    })
  })

  test('without CAP_NET_ADMIN the kernel refuses, and the error says so', async () => {
    process.seteuid!('nobody')
    try {
      await expect(getDplls()).rejects.toMatchObject({
        name: 'NetlinkError',
        code: 'EPERM',
        table: 'dpll',
        message: expect.stringContaining('CAP_NET_ADMIN'),
      })
    } finally {
      process.seteuid!(0)
    }
  })

  describe('1,000 pins more', () => {
    beforeAll(() => load('extra_pins=1000'))
    afterAll(() => load())

    test('are what the raw reader says of them, over many datagrams', async () => {
      const { pins, said } = await expectAsRaw()
      expect(pins.length).toBe(1007)
      expect(said.datagrams).toBeGreaterThan(2)
      expect(new Set(pins.map(({ id }) => id)).size).toBe(1007)
    })
  })

  test('a change of the lock status is seen', async () => {
    load('lock_status=4')
    try {
      const { devices } = await expectAsRaw()
      expect(devices[0]).toMatchObject({ lock_status: 'holdover', lock_status_error: 'media_down' })
    } finally {
      load()
    }
  })
})

describeLive('DPLL in a network namespace', () => {
  const absent = missing(needs('dpll')) !== undefined

  test(absent ? 'is absent where the kernel has none' : 'is that of the machine', async () => {
    await using namespace = await createNamespace()
    await using session = openSession('NETLINK_GENERIC', { netns: namespace.path })
    const names = (await getFamilies(session)).map(({ name }) => name)
    expect(names.includes('dpll')).toBe(!absent)
    for (const read of [getDplls, getPins]) {
      const there = read({ netns: namespace.path })
      if (!absent) expect(await there).toEqual(await read())
      else {
        await expect(there).rejects.toMatchObject({
          name: 'NetlinkError',
          code: 'FAMILY_ABSENT',
          message: expect.stringContaining('"dpll"'),
        })
      }
    }
  })
})
