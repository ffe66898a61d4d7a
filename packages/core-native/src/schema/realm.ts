import type { Codec } from './codec.ts'
import { u16, u32 } from './integer.ts'
import { mapped, unless } from './modify.ts'

const REALM = 2 ** 16 // not a kernel number: two realms of 16 bits share one attribute

/** The realm of the source, in the upper half of `RTA_FLOW` and `FRA_FLOW`; absent for none. */
export const realmFrom: Codec<number | undefined> = unless(
  mapped(u32, u16, (realms) => Math.floor(realms / REALM)),
  0,
)

/** The realm of the destination, in the lower half; absent for none. */
export const realmTo: Codec<number | undefined> = unless(
  mapped(u32, u16, (realms) => realms % REALM),
  0,
)
