/** We only read: nothing else is ever sent, whatever a table says. */
import { describe, expect, test } from 'vitest'
import { constant, constants } from '../src/constants/index.ts'
import { header, table } from '../src/schema/index.ts'
import { openSession } from '../src/session/query.ts'
import { Session } from '../src/session/session.ts'
import { fakeTransport } from '../src/testing/fake-transport.ts'
import { createNamespace } from '../src/testing/namespace.ts'
import { describeLive } from '../src/testing/vitest.ts'
import { b, done, read } from './fixtures/fake-kernel.ts'
import { small } from './fixtures/sample-tables.ts'

/** The types of rtnetlink, as the kernel's header has them. */
// Where two names have one number, the first stands: RTM_BASE.
const types = [...constants().prefixed('RTM_').values(), 'RTM_NEWLINK'].filter((name) =>
  /^RTM_(NEW|DEL|GET|SET)[A-Z]+$/.test(name),
)
const silent = () => {
  const transport = fakeTransport(() => [])
  return { transport, session: new Session(transport) }
}
const withRequest = (request: string) => ({ ...small, request }) as unknown as typeof small
const TELLS = /only reads/

describe('types of rtnetlink', () => {
  test('are all there to be tried', () => {
    expect(types.length).toBeGreaterThan(70)
    expect(types).toEqual(expect.arrayContaining(['RTM_NEWROUTE', 'RTM_DELLINK', 'RTM_SETLINK', 'RTM_GETSTATS']))
  })

  test.each(types.filter((name) => !name.startsWith('RTM_GET')))('%s is refused', async (name) => {
    const { session, transport } = silent()
    await expect(session.dump(withRequest(name))).rejects.toThrow(TELLS)
    await expect(session.get(withRequest(name), {})).rejects.toThrow(TypeError)
    await expect(session.stream(withRequest(name)).next()).rejects.toThrow(TELLS)
    await expect(session.streamJson(withRequest(name)).next()).rejects.toThrow(TELLS)
    expect(transport.requests).toHaveLength(0)
  })

  test.each(types.filter((name) => name.startsWith('RTM_GET')))('%s is sent', async (name) => {
    const { session, transport } = silent()
    await expect(session.dump(withRequest(name), {}, { timeout: 1 })).rejects.toMatchObject({ code: 'TIMEOUT' })
    expect(transport.requests.map((request) => read(request).type)).toEqual([constant(name as 'RTM_GETRULE')])
  })

  test.each(['NLMSG_DONE', 'NLMSG_NOOP', 'RTM_F_CLONED', 'WG_CMD_SET_DEVICE', 'AF_INET', 'NO_SUCH_NAME'])(
    '%s is refused',
    async (name) => {
      const { session, transport } = silent()
      await expect(session.get(withRequest(name), {})).rejects.toThrow(TypeError)
      expect(transport.requests).toHaveLength(0)
    },
  )
})

describe('commands of generic netlink', () => {
  const [ADMIN, DUMP, DO] = [constant('GENL_ADMIN_PERM'), constant('GENL_CMD_CAP_DUMP'), constant('GENL_CMD_CAP_DO')]

  /** A family whose one command has these flags. */
  const family = (sequence: number, command: number, flags: number) =>
    b.message(
      { type: 'GENL_ID_CTRL', sequence },
      b.struct('genlmsghdr', { cmd: constant('CTRL_CMD_NEWFAMILY'), version: 2 }),
      b.attribute('CTRL_ATTR_FAMILY_NAME', b.text('sample')),
      b.attribute('CTRL_ATTR_FAMILY_ID', b.u16(31)),
      b.nested(
        'CTRL_ATTR_OPS',
        b.nested(1, b.attribute('CTRL_ATTR_OP_ID', b.u32(command)), b.attribute('CTRL_ATTR_OP_FLAGS', b.u32(flags))),
      ),
    )
  const generic = (request: string) =>
    ({ ...small, request, generic: { family: 'sample', version: 1 }, header: header('genlmsghdr', {}) }) as never

  function kernel(request: string, flags: number) {
    const transport = fakeTransport((asked) => {
      const { type, sequence } = read(asked)
      if (type !== constant('GENL_ID_CTRL')) return []
      return [family(sequence, constant(request as 'WG_CMD_GET_DEVICE'), flags), done(sequence)]
    })
    const sent = () => transport.requests.filter((one) => read(one).type !== constant('GENL_ID_CTRL'))
    return { session: new Session(transport), sent }
  }

  test.each(['WG_CMD_SET_DEVICE', 'DPLL_CMD_PIN_SET', 'CTRL_CMD_NEWFAMILY', 'RTM_DELLINK', 'RTM_GETLINK'])(
    '%s is refused by its name',
    async (request) => {
      const { session, sent } = kernel(request, DUMP | DO)
      await expect(session.dump(generic(request))).rejects.toThrow(TELLS)
      await expect(session.get(generic(request), {})).rejects.toThrow(TELLS)
      expect(sent()).toHaveLength(0)
    },
  )

  test('one that the kernel cannot dump, and takes from administrators alone, is refused for one object', async () => {
    const { session, sent } = kernel('WG_CMD_GET_DEVICE', ADMIN | DO)
    await expect(session.get(generic('WG_CMD_GET_DEVICE'), {})).rejects.toThrow(TELLS)
    await expect(session.dump(generic('WG_CMD_GET_DEVICE'))).rejects.toThrow(/has no dump of WG_CMD_GET_DEVICE/)
    expect(sent()).toHaveLength(0)
  })

  test.each([
    ['of administrators, that can be dumped', ADMIN | DUMP | DO],
    ['that can be dumped', DUMP],
  ])('one %s is sent', async (_, flags) => {
    const { session, sent } = kernel('WG_CMD_GET_DEVICE', flags)
    await expect(session.get(generic('WG_CMD_GET_DEVICE'), {}, { timeout: 20 })).rejects.toMatchObject({
      code: 'TIMEOUT',
    })
    expect(sent()).toHaveLength(1)
  })

  test('the command is the table’s to say, not the request’s', async () => {
    const { session, sent } = kernel('WG_CMD_GET_DEVICE', DUMP)
    const request = { header: { cmd: constant('WG_CMD_SET_DEVICE') } }
    await expect(session.get(generic('WG_CMD_GET_DEVICE'), request)).rejects.toThrow(/cmd/)
    expect(sent()).toHaveLength(0)
  })

  test('no family is asked for by its name, for which the kernel would load a module', async () => {
    const transport = fakeTransport(() => [])
    const session = new Session(transport)
    const controller = {
      ...small,
      request: 'CTRL_CMD_GETFAMILY',
      generic: { family: 'nlctrl', version: 2 },
      header: header('genlmsghdr', {}),
    }
    const request = { attributes: [['CTRL_ATTR_FAMILY_NAME', new Uint8Array(8)]] } as const
    await expect(session.get(controller as never, request)).rejects.toThrow(TypeError)
    expect(transport.requests).toHaveLength(0)
  })
})

test('no socket of a protocol is opened whose module the kernel would load', () => {
  for (const protocol of ['NETLINK_XFRM', 'NETLINK_NETFILTER', 'NETLINK_SOCK_DIAG', 'AF_INET', undefined, 0]) {
    expect(() => openSession(protocol as 'NETLINK_ROUTE')).toThrow(TypeError)
  }
})

describeLive('the live kernel', () => {
  test('keeps the link that a table would delete', async () => {
    await using namespace = await createNamespace()
    namespace.run('ip link add br0 type bridge')
    const links = namespace.json<{ ifindex: number; ifname: string }[]>('ip -j link')
    const { ifindex } = links.find(({ ifname }) => ifname === 'br0')!
    const deleting = table({
      name: 'deleting',
      // @ts-expect-error no request to read
      request: 'RTM_DELLINK',
      reply: 'RTM_NEWLINK',
      header: header('ifinfomsg', {}),
      group: 'IFLA_',
      attributes: {},
      skip: 'others',
    })
    await using session = openSession('NETLINK_ROUTE', { netns: namespace.pid })
    await expect(session.get(deleting, { header: { ifi_index: ifindex } })).rejects.toThrow(TELLS)
    await using generic = openSession('NETLINK_GENERIC', { netns: namespace.pid })
    await expect(generic.get(deleting, { header: { ifi_index: ifindex } })).rejects.toThrow(TypeError)
    expect(namespace.json('ip -j link')).toHaveLength(links.length)
  })
})
