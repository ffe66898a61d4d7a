import { afterAll, beforeAll, expect, test } from 'vitest'
import { constant } from '../src/constants/index.ts'
import { controller } from '../src/session/families.ts'
import { getFamily } from '../src/session/generic.ts'
import { openSession } from '../src/session/query.ts'
import type { Session } from '../src/session/session.ts'
import { describeLive } from '../src/testing/vitest.ts'

describeLive('generic netlink of the live kernel', () => {
  let session: Session
  beforeAll(() => {
    session = openSession('NETLINK_GENERIC')
  })
  afterAll(() => session.close())

  test('the controller knows itself by the id that the headers give it', async () => {
    const family = await getFamily(session, 'nlctrl')
    expect(family).toMatchObject({ name: 'nlctrl', id: constant('GENL_ID_CTRL'), version: 2 })
    expect(family.operations?.map(({ id }) => id)).toContain(constant('CTRL_CMD_GETFAMILY'))
    expect(family.multicast_groups?.map(({ name }) => name)).toEqual(['notify'])
    expect(family.unknown_ctrl_attr_attrs_decoded).toBeUndefined()
  })

  test('a family that the kernel does not have is absent', async () => {
    await expect(getFamily(session, 'no-such-family')).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'FAMILY_ABSENT',
      message: expect.stringContaining('no-such-family'),
    })
  })

  test('an attribute of another length is refused with the sentence of the kernel and its name', async () => {
    const request = { attributes: [['CTRL_ATTR_FAMILY_ID', new Uint8Array(1)]] } as const
    await expect(session.get(controller, request)).rejects.toMatchObject({
      code: expect.stringMatching(/^(ERANGE|EINVAL)$/),
      attribute: 'CTRL_ATTR_FAMILY_ID',
      kernelMessage: expect.any(String),
    })
  })
})
