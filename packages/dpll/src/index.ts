import {
  type Asked,
  type By64,
  type Dump,
  explainRefusal,
  Query,
  type ReadOptions,
  type SessionOptions,
  type SourceOptions,
  withSession,
} from '@netsnap/core-native'
import { attachEmitted } from '@netsnap/core-native/compile'
import { type Dpll, dpll } from './device.ts'
import * as dpllEmitted from './generated/dpll.decoders.ts'
import * as pinEmitted from './generated/dpll_pin.decoders.ts'
import { type DpllPin, type DpllPinBigInt, dpllPin } from './pin.ts'

export { type Dpll, dpll } from './device.ts'
export { type DpllPin, type DpllPinBigInt, dpllPin } from './pin.ts'

attachEmitted(dpll, dpllEmitted)
attachEmitted(dpllPin, pinEmitted)

/** How devices and pins are read. */
export interface DpllOptions extends Omit<ReadOptions, 'lookups' | 'secrets'> {}

export interface GetDpllOptions extends DpllOptions, SourceOptions {}

type PinOf<O> = By64<O, DpllPin, DpllPinBigInt>

async function read(table: typeof dpll | typeof dpllPin, options: GetDpllOptions): Promise<Dump<unknown>> {
  try {
    const asked: Asked = { protocol: 'NETLINK_GENERIC', table: table.name }
    return await withSession(asked, options, (session, reading) => session.dump(table, {}, reading))
  } catch (error) {
    throw explainRefusal(error, 'DPLL devices and pins are shown to those who have CAP_NET_ADMIN (root)')
  }
}

/**
 * The DPLL devices of the machine: they are the same in every network namespace.
 *
 * Rejects with `NetlinkError`: `FAMILY_ABSENT` where the kernel has no DPLL, `EPERM` without `CAP_NET_ADMIN`,
 * `ABORTED` and `TIMEOUT` as asked for.
 *
 * @throws TypeError for options that make no sense, before anything is sent.
 */
export async function getDplls(options: GetDpllOptions = {}): Promise<Dump<Dpll>> {
  return (await read(dpll, options)) as Dump<Dpll>
}

/** The pins of DPLL devices, with all that they are pins of. Rejects as {@link getDplls} does. */
export async function getPins<const O extends GetDpllOptions = {}>(options?: O): Promise<Dump<PinOf<O>>> {
  return (await read(dpllPin, options ?? {})) as Dump<PinOf<O>>
}

/** How a {@link DpllQuery} reads. */
export interface DpllQueryOptions extends SessionOptions, Omit<DpllOptions, 'bigint'> {}

/**
 * Reads DPLL devices and pins in three ways: with a socket for each call, for a block, or for as long as you say.
 *
 * ```ts
 * await new DpllQuery().getDplls()
 *
 * await using query = new DpllQuery().open()
 * await query.getPins()
 *
 * const held = new DpllQuery().open()
 * held.close()
 * ```
 */
export class DpllQuery extends Query<DpllQueryOptions> {
  constructor(options: DpllQueryOptions = {}) {
    super('NETLINK_GENERIC', options)
  }

  /** The devices, as the function of the same name gives them; the options of the call go before those of the query. */
  async getDplls(options?: DpllOptions): Promise<Dump<Dpll>> {
    return getDplls(this.with(options))
  }

  /** The pins, as the function of the same name gives them. */
  async getPins<const O extends DpllOptions = {}>(options?: O): Promise<Dump<PinOf<O>>> {
    const pins = await getPins(this.with(options))
    return pins as Dump<unknown> as Dump<PinOf<O>>
  }
}
