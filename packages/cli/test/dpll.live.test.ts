import { missing } from '@netsnap/core-native/testing'
import { describeLive, needs } from '@netsnap/core-native/testing/vitest'
import { getDplls, getPins } from '@netsnap/dpll'
import { describe, expect, test } from 'vitest'
import { json, run } from './run.ts'

describeLive('netsnap dpll', needs('dpll-driver'), () => {
  test('gives the devices and pins of the library', async () => {
    const [devices, pins] = [[...(await getDplls())], [...(await getPins())]]
    expect(await json(['dpll'])).toEqual({ devices, pins })
    expect(await json(['dpll', '--devices', '--pins', '-c'])).toEqual({ devices, pins })
    expect(await json(['dpll', '--devices'])).toEqual(devices)
    expect(await json(['dpll', '--pins'])).toEqual(pins)
  })

  test('large numbers have all their digits, and identities are text', async () => {
    const { stdout } = await run(['dpll', '-c'])
    expect(stdout).toContain('"clock_id":"0x0a1b2c3d4e5f6071"')
    expect(stdout).toContain('"phase_offset":-1234567890123,')
  })

  test('--summary, and --text', async () => {
    const { stdout, stderr, status } = await run(['dpll', '--summary'])
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    const [eec] = await getDplls()
    expect(stdout).toContain('DPLL devices: 2\n')
    expect(stdout).toContain(
      `  ${eec!.id}: eec of dpll_fake, clock 0x0a1b2c3d4e5f6071; automatic; locked_ho_acq; 42.125 °C; quality itu_opt1_eec1, itu_opt1_prtc\n`,
    )
    expect(stdout).toContain(`    device ${eec!.id}: input, connected, priority 0, phase offset -1234567890.123 ps\n`)
    expect(stdout).toMatch(
      / {2}\d+: PORT0, synce_eth_port; 156250 kHz; frequency offset -37 ppm\n {4}pin \d+ RCLK: connected\n/,
    )
    expect((await run(['dpll', '--pins', '--text'])).stdout).toMatch(/^pin +label +type +frequency +on\n/)
  })

  test('the snapshot has them under `dpll`', async () => {
    const { dpll, _metadata } = await json<{ dpll: unknown; _metadata: unknown }>(['snap'])
    const [devices, pins] = [[...(await getDplls())], [...(await getPins())]]
    expect(dpll).toEqual({ devices, pins })
    expect(_metadata).toMatchObject({ tables: { dpll: { count: devices.length + pins.length } }, errors: [] })
  })
})

describeLive('netsnap dpll on any kernel', () => {
  const absent = missing(needs('dpll')) !== undefined
  const warning = absent ? 'netsnap: dpll: this kernel has no DPLL, or its module is not loaded\n' : ''

  describe(absent ? 'that has no DPLL' : 'that has DPLL', () => {
    test.each([[[]], [['--devices']], [['--pins']], [['--summary']]])('%j ends well', async (flags) => {
      const { status, stdout, stderr } = await run(['dpll', ...flags])
      expect({ status, stderr }).toEqual({ status: 0, stderr: warning })
      if (absent && flags.length === 0) expect(JSON.parse(stdout)).toEqual({ devices: [], pins: [] })
      if (absent && flags[0] === '--pins') expect(stdout).toBe('[]\n')
    })
  })
})
