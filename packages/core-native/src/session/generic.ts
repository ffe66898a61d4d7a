import { controller, familyAbsent, type GenericFamily } from './families.ts'
import type { Dump, ReadOptions } from './options.ts'
import type { Session } from './session.ts'

export type { GenericFamily } from './families.ts'

/**
 * Find a family by its name, among those that the kernel has now: asked for one by name it would load the module of that
 * name, and we only read. Rejects with `FAMILY_ABSENT` where there is none.
 */
export async function getFamily(session: Session, name: string, options?: ReadOptions): Promise<GenericFamily> {
  if (typeof name !== 'string' || name === '' || name.includes('\0')) {
    throw new TypeError('name: not the name of a generic netlink family')
  }
  const families = await getFamilies(session, options)
  const found = families.find((family) => family.name === name)
  if (!found) throw familyAbsent(name, name)
  return found
}

/** Every family that the kernel has now. */
export async function getFamilies(session: Session, options?: ReadOptions): Promise<Dump<GenericFamily>> {
  return (await session.dump(controller, {}, { ...options, bigint: false })) as Dump<unknown> as Dump<GenericFamily>
}
