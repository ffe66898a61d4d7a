import { constant } from './constants/index.ts'
import { NetlinkError } from './errors.ts'
import { list, nest, text, u16, u32 } from './schema/index.ts'
import { attributeSet, header, type RecordOf, table } from './schema/set.ts'
import type { ReadOptions, Session } from './session.ts'

const operation = attributeSet('CTRL_ATTR_OP_', {
  id: ['CTRL_ATTR_OP_ID', u32],
  flags: ['CTRL_ATTR_OP_FLAGS', u32],
})

const multicastGroup = attributeSet('CTRL_ATTR_MCAST_GRP_', {
  name: ['CTRL_ATTR_MCAST_GRP_NAME', text],
  id: ['CTRL_ATTR_MCAST_GRP_ID', u32],
})

/** The families of generic netlink, as the controller lists them. */
export const controller = table({
  name: 'generic netlink family',
  request: 'CTRL_CMD_GETFAMILY',
  reply: 'CTRL_CMD_NEWFAMILY',
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

/** Find a family by its name. Rejects with `FAMILY_ABSENT` where the kernel has none of that name. */
export async function getFamily(session: Session, name: string, options?: ReadOptions): Promise<GenericFamily> {
  if (name === '' || name.includes('\0')) throw new TypeError('name: not the name of a generic netlink family')
  const request = {
    type: constant('GENL_ID_CTRL'),
    header: { cmd: constant(controller.request), version: 2 },
    attributes: [['CTRL_ATTR_FAMILY_NAME', Buffer.from(`${name}\0`)]] as const,
  }
  try {
    return (await session.get(controller, request, { ...options, bigint: false }))!
  } catch (error) {
    if (!(error instanceof NetlinkError && error.code === 'ENOENT')) throw error
    throw new NetlinkError(`the kernel has no generic netlink family "${name}" (is its module loaded?)`, {
      code: 'FAMILY_ABSENT',
      table: name,
      operation: 'receive',
      cause: error,
    })
  }
}
