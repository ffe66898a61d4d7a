import { release } from 'node:os'
import { describe, expect, test } from 'vitest'
import { type Capability, capabilities, missing, needs } from '../src/testing/needs.ts'
import { describeLive } from '../src/testing/vitest.ts'

describe('what a test needs', () => {
  test('must have a probe', () => {
    expect(() => needs('wiregaurd' as Capability)).toThrow(
      new TypeError('needs: wiregaurd: there is no probe of that name'),
    )
    expect(() => needs('linux six' as Capability)).toThrow(TypeError)
    expect(() => needs('toString' as Capability)).toThrow(TypeError)
  })
})

describeLive('what this kernel has', () => {
  const [major, minor] = release().split('.').map(Number) as [number, number]

  test.each<Capability>([`linux ${major}.${minor}`, `linux ${major - 1}.99`, 'linux 2.6'])('%s', (capability) => {
    expect(missing(needs(capability))).toBeUndefined()
  })

  test.each<Capability>([`linux ${major}.${minor + 1}`, `linux ${major + 1}.0`])('not %s', (capability) => {
    expect(missing(needs(capability))).toBe(`needs ${capability}: this is ${release()}`)
  })

  test.each(capabilities)('%s: it is there, or one line says why not', (capability) => {
    expect(missing(needs(capability)) ?? `needs ${capability}: `).toMatch(new RegExp(`^needs ${capability}: .*$`))
  })

  test('the first thing that is missing is named', () => {
    expect(missing(needs('linux 2.6', 'linux 99.0', 'linux 98.0'))).toMatch(/^needs linux 99\.0: /)
  })
})
