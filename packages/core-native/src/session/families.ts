import { NetlinkError } from '../base/errors.ts'
import { constant, constants } from '../constants/index.ts'
import type { Frame } from '../schema/frame.ts'
import { list, nest, text, u16, u32 } from '../schema/index.ts'
import { attributeSet, header, type RecordOf, type Table, table } from '../schema/set.ts'

const operation = attributeSet('CTRL_ATTR_OP_', {
  id: ['CTRL_ATTR_OP_ID', u32],
  flags: ['CTRL_ATTR_OP_FLAGS', u32],
})

const multicastGroup = attributeSet('CTRL_ATTR_MCAST_GRP_', {
  name: ['CTRL_ATTR_MCAST_GRP_NAME', text],
  id: ['CTRL_ATTR_MCAST_GRP_ID', u32],
})

/** The controller's own family, the only one whose id is the same everywhere. */
const CONTROLLER = 'nlctrl'

/** The families of generic netlink, as the controller lists them. */
export const controller = table({
  name: 'generic netlink family',
  request: 'CTRL_CMD_GETFAMILY',
  reply: 'CTRL_CMD_NEWFAMILY',
  generic: { family: CONTROLLER, version: 2 },
  header: header('genlmsghdr', {}),
  group: 'CTRL_ATTR_',
  attributes: {
    id: ['CTRL_ATTR_FAMILY_ID', u16],
    name: ['CTRL_ATTR_FAMILY_NAME', text],
    version: ['CTRL_ATTR_VERSION', u32],
    header_size: ['CTRL_ATTR_HDRSIZE', u32],
    max_attribute: ['CTRL_ATTR_MAXATTR', u32],
    operations: ['CTRL_ATTR_OPS', list(nest(operation))],
    multicast_groups: ['CTRL_ATTR_MCAST_GROUPS', list(nest(multicastGroup))],
  },
  skip: ['CTRL_ATTR_POLICY', 'CTRL_ATTR_OP_POLICY', 'CTRL_ATTR_OP'],
})

/** A family of generic netlink: its id, which differs from boot to boot, its operations and multicast groups. */
export interface GenericFamily extends RecordOf<typeof controller> {}

/** The error where the kernel has no family of that name. */
export function familyAbsent(name: string, table: string, cause?: unknown): NetlinkError {
  return new NetlinkError(`the kernel has no generic netlink family "${name}" (is its module loaded?)`, {
    code: 'FAMILY_ABSENT',
    table,
    operation: 'receive',
    cause,
  })
}

/** The ids of families, as a session has learnt them. */
export class FamilyIds {
  readonly #ids = new Map<string, number>()

  /** The type of a table's messages; of generic netlink it is the family's id, in requests and replies alike. */
  async typesOf(table: Table, families: () => Promise<readonly GenericFamily[]>) {
    if (!table.generic) return { request: constant(table.request), reply: constant(table.reply) }
    const { family } = table.generic
    if (family === CONTROLLER) this.#ids.set(family, constant('GENL_ID_CTRL'))
    if (!this.#ids.has(family)) {
      // Asked for by its name, a family that is not there would have the kernel load a module; we only read.
      for (const { name, id } of await families()) if (name !== undefined && id !== undefined) this.#ids.set(name, id)
    }
    const id = this.#ids.get(family)
    if (id === undefined) throw familyAbsent(family, table.name)
    return { request: id, reply: id }
  }

  /** A module that was loaded anew has another id, and the kernel says of the old one that it is not there. */
  refused(table: Table, error: unknown): void {
    if (table.generic && error instanceof NetlinkError && error.code === 'ENOENT')
      this.#ids.delete(table.generic.family)
  }
}

type Reads<T> = (frame: Frame, at: number, end: number) => T

/** `read`, which fails on messages of another command than the table's reply. */
export function ofCommand<T>(table: Table, read: Reads<T>): Reads<T> {
  if (!table.generic) return read
  const { offset } = constants().layout('genlmsghdr')!.members.cmd!
  const command = constant(table.reply)
  return (frame, at, end) => {
    const found = frame.u8[at + offset]
    if (at + offset < end && found === command) return read(frame, at, end)
    throw new NetlinkError(`${table.name}: the kernel answered with command ${found} (EBADMSG)`, {
      code: 'EBADMSG',
      table: table.name,
      operation: 'receive',
    })
  }
}
