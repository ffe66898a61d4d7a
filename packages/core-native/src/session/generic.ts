import { NetlinkError } from '../base/errors.ts'
import { controller, familyAbsent, type GenericFamily } from './families.ts'
import type { Dump, ReadOptions, Session } from './session.ts'

export type { GenericFamily } from './families.ts'

/** Find a family by its name. Rejects with `FAMILY_ABSENT` where the kernel has none of that name. */
export async function getFamily(session: Session, name: string, options?: ReadOptions): Promise<GenericFamily> {
  if (name === '' || name.includes('\0')) throw new TypeError('name: not the name of a generic netlink family')
  const request = { attributes: [['CTRL_ATTR_FAMILY_NAME', Buffer.from(`${name}\0`)]] as const }
  try {
    return (await session.get(controller, request, { ...options, bigint: false }))!
  } catch (error) {
    if (!(error instanceof NetlinkError && error.code === 'ENOENT')) throw error
    throw familyAbsent(name, name, error)
  }
}

/** Every family that the kernel has now. Unlike {@link getFamily} this has it load no module. */
export async function getFamilies(session: Session, options?: ReadOptions): Promise<Dump<GenericFamily>> {
  return (await session.dump(controller, {}, { ...options, bigint: false })) as Dump<unknown> as Dump<GenericFamily>
}
