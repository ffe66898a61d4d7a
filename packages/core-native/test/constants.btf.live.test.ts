import { release } from 'node:os'
import { expect, test } from 'vitest'
import { beyondBundled, headersSource, kernelSource } from '../src/constants/generate.ts'
import { findInputs } from '../src/constants/host-file.ts'
import { bundledConstants } from '../src/constants/index.ts'
import { layoutOf } from '../src/constants/layout.ts'
import type { StructDefinition } from '../src/constants/model.ts'
import { describeLive, needs } from '../src/testing/vitest.ts'

/**
 * Counters by position, not ABI: the kernel has put them in another order between 6.12 and 6.18. The running kernel's
 * numbers hold, so they are right wherever it has BTF.
 */
const renumbered = /^IPSTATS_MIB_/

function offsetsOf(definition: StructDefinition, lookup: (name: string) => StructDefinition | undefined) {
  const members = Object.entries(layoutOf(definition, lookup)?.members ?? {})
  return Object.fromEntries(members.map(([name, { offset, size }]) => [name, `${offset}+${size}`]))
}

describeLive('the BTF of the running kernel', needs('btf'), () => {
  test('contradicts neither the bundled definitions nor the headers', () => {
    const kernel = kernelSource(findInputs())
    const headers = headersSource(findInputs())
    const headerNumbers = Object.assign({}, ...Object.values(headers?.groups ?? {}))
    let compared = 0
    const contradictions: string[] = []
    for (const [name, value] of Object.values(kernel?.groups ?? {}).flatMap((group) => Object.entries(group))) {
      for (const other of [bundledConstants().value(name), headerNumbers[name]]) {
        if (other === undefined || renumbered.test(name)) continue
        compared++
        if (other !== value) contradictions.push(`${name}: ${value} in the kernel, elsewhere ${other}`)
      }
    }
    console.log(`kernel ${release()}: ${compared} comparisons with bundled definitions and headers`)
    expect(contradictions).toEqual([])
    expect(compared).toBeGreaterThan(1500)
  })

  test('lays structs out as the headers do', () => {
    const kernel = kernelSource(findInputs())?.structs ?? {}
    let compared = 0
    for (const [name, definition] of Object.entries(kernel)) {
      const theirs = offsetsOf(definition, (other) => kernel[other])
      for (const [member, { offset, size }] of Object.entries(bundledConstants().layout(name)?.members ?? {})) {
        compared++
        expect(`${name}.${member} ${theirs[member]}`).toBe(`${name}.${member} ${offset}+${size}`)
      }
    }
    console.log(
      `kernel ${release()}: ${compared} members of ${Object.keys(kernel).length} structs lie where headers say`,
    )
    expect(compared).toBeGreaterThan(400)
  })

  test('what is kept of it is little', () => {
    const kernel = kernelSource(findInputs())
    expect(kernel).toBeDefined()
    expect(JSON.stringify(beyondBundled(kernel!)).length).toBeLessThan(20_000)
  })
})
