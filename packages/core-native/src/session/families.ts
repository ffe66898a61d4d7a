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

/** What a session has learnt of a family. */
interface Known {
  readonly id: number
  /** The kernel's flags of each of its commands. */
  readonly commands: ReadonlyMap<number, number>
}

/** The families of a kernel, as a session has learnt them. */
export class Families {
  readonly #known = new Map<string, Known>()

  /** The type of a table's messages; of generic netlink it is the family's id, in requests and replies alike. */
  async typesOf(table: Table, single: boolean, list: () => Promise<readonly GenericFamily[]>) {
    if (!table.generic) return { request: constant(table.request), reply: constant(table.reply) }
    const { id, commands } = await this.#find(table.generic.family, list, table.name)
    checkCommand(table, single, commands.get(constant(table.request)))
    return { request: id, reply: id }
  }

  async #find(name: string, list: () => Promise<readonly GenericFamily[]>, table: string): Promise<Known> {
    if (name === CONTROLLER) return { id: constant('GENL_ID_CTRL'), commands: new Map() }
    if (!this.#known.has(name)) {
      // Asked for by its name, a family that is not there would have the kernel load a module; we only read.
      for (const family of await list()) if (family.name !== undefined) this.#learn(family.name, family)
    }
    const known = this.#known.get(name)
    if (!known) throw familyAbsent(name, table)
    return known
  }

  #learn(name: string, { id, operations = [] }: GenericFamily): void {
    const commands = operations.flatMap(({ id, flags }): [number, number][] =>
      id === undefined || flags === undefined ? [] : [[id, flags]],
    )
    if (id !== undefined) this.#known.set(name, { id, commands: new Map(commands) })
  }

  /** A module that was loaded anew has another id, and the kernel says of the old one that it is not there. */
  refused(table: Table, error: unknown): void {
    if (table.generic && error instanceof NetlinkError && error.code === 'ENOENT')
      this.#known.delete(table.generic.family)
  }
}

/**
 * We only read. A dump reads, whatever command it is of; what is no dump may change something, unless the kernel lists
 * the command as one that can also be dumped, or lets anybody give it.
 */
function checkCommand({ name, request }: Table, single: boolean, flags: number | undefined): void {
  if (flags === undefined || (flags & constant('GENL_CMD_CAP_DUMP')) !== 0) return
  const privileged = (flags & (constant('GENL_ADMIN_PERM') | constant('GENL_UNS_ADMIN_PERM'))) !== 0
  if (!single) throw new TypeError(`${name}: the kernel has no dump of ${request}`)
  if (privileged) throw new TypeError(`${name}: ${request} is a command that may change something; netsnap only reads`)
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
