import type { Dump } from '@netsnap/core-native'
import { expectTypeOf, test } from 'vitest'
import { type Dpll, type DpllPin, type DpllPinBigInt, DpllQuery, getDplls, getPins } from '../src/index.ts'

test('a device and a pin', () => {
  expectTypeOf<Dpll['clock_id']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Dpll['temp_celsius']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<'holdover'>().toExtend<NonNullable<Dpll['lock_status']>>()
  expectTypeOf<NonNullable<DpllPin['parent_device']>[number]['phase_offset']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<DpllPinBigInt['frequency']>().toEqualTypeOf<bigint | undefined>()
  // @ts-expect-error the record says `parent_device`
  type _ = DpllPin['parent_devices']
})

test('the reading functions', () => {
  expectTypeOf(getDplls()).resolves.toEqualTypeOf<Dump<Dpll>>()
  expectTypeOf(getPins()).resolves.toEqualTypeOf<Dump<DpllPin>>()
  expectTypeOf(getPins({ bigint: true })).resolves.toEqualTypeOf<Dump<DpllPinBigInt>>()
  expectTypeOf(new DpllQuery().getPins({ bigint: true })).resolves.toEqualTypeOf<Dump<DpllPinBigInt>>()
  // @ts-expect-error a misspelt option
  getPins({ netn: 'blue' })
})
