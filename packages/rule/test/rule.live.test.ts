import { execFileSync } from 'node:child_process'
import { openNetns, Session } from '@netsnap/core-native'
import { constant } from '@netsnap/core-native/constants'
import { concat, createNamespace, MessageBuilder, type Namespace } from '@netsnap/core-native/testing'
import { describeLive, needs, testLive } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSocket } from '../../core-native/src/socket/socket.ts'
import { getRules, RoutingRuleQuery, type Rule, rule } from '../src/index.ts'
import { cases, needed, oracles } from './cases.ts'
import { asIpRule, type IpRule } from './iproute2.ts'

/** An attribute that we have no name for is how we hear of a new kernel. */
function expectAllKnown(rules: readonly Rule[]): void {
  expect(rules.flatMap((rule) => rule.unknown_fra_attrs_decoded ?? [])).toEqual([])
}

describeLive('rules of the live kernel', () => {
  let namespace: Namespace
  beforeAll(async () => {
    namespace = await createNamespace()
  })
  afterAll(() => namespace.close())

  for (const [state, commands] of Object.entries(cases)) inState(state, commands)

  test('the selectors state has at least 25 rules beside the three of the kernel', () => {
    expect(cases.selectors!.filter((command) => command.includes(' rule add ')).length).toBeGreaterThanOrEqual(25)
  })

  test('multicast routing has rules of its own, as `ip -d -j mrule` shows', async () => {
    const rules = await getRules({ netns: namespace.path })
    const multicast = (command: string) =>
      namespace.json<{ priority: number }[]>(command).map(({ priority }) => priority)
    const own = (family: string) => rules.filter((rule) => rule.family === family).map(({ priority }) => priority)
    expect(own('ipmr')).toEqual(multicast('ip -j -d mrule'))
    expect(own('ip6mr')).toEqual(multicast('ip -6 -j -d mrule'))
  })

  test('interface names of 15 characters are whole', async () => {
    await using own = await createNamespace()
    own.run('ip rule add pref 5 iif fifteen-chars-0 oif fifteen-chars-1')
    const [found] = (await getRules({ netns: own.path })).filter(({ priority }) => priority === 5)
    expect(found).toMatchObject({ iif: 'fifteen-chars-0', oif: 'fifteen-chars-1' })
  })

  test('an interface name that is no UTF-8 survives', async () => {
    await using own = await createNamespace()
    own.run("ip rule add pref 5 iif $(printf 'a\\377b')")
    const rules = await getRules({ netns: own.path, family: 'ipv4' })
    expect(JSON.parse(JSON.stringify(rules))).toContainEqual(expect.objectContaining({ iif: 'a\udcffb' }))
  })

  describe('attributes newer than this `ip`, set by bytes of our own', () => {
    const b = new MessageBuilder()
    const message = (sequence: number, priority: number, family: string, attributes: Uint8Array[]) => {
      const flags = ['NLM_F_REQUEST', 'NLM_F_ACK', 'NLM_F_CREATE', 'NLM_F_EXCL'] as const
      return b.message(
        { type: 'RTM_NEWRULE', sequence, flags: flags.reduce((all, flag) => all | constant(flag), 0) },
        b.struct('fib_rule_hdr', { family: constant(family as 'AF_INET'), action: constant('FR_ACT_TO_TBL') }),
        concat(b.attribute('FRA_PRIORITY', b.u32(priority)), b.attribute('FRA_TABLE', b.u32(100)), ...attributes),
      )
    }

    /** Adds a rule in a namespace of the test's own; answers the errno. */
    async function add(path: string, priority: number, family: string, attributes: Uint8Array[]): Promise<number> {
      const netns = openNetns(path)
      const socket = openSocket(constant('NETLINK_ROUTE'), { netns: netns.fd })
      netns.close()
      try {
        socket.send(message(1, priority, family, attributes))
        const into = new ArrayBuffer(64 * 1024)
        await socket.receive(into)
        return new DataView(into).getInt32(16, b.little)
      } finally {
        socket.close()
      }
    }

    const newer = [
      ['a DSCP', '6.12', 'AF_INET', () => [b.attribute('FRA_DSCP', b.u8(46))], { dscp: 46 }],
      ['a DSCP of 0', '6.12', 'AF_INET6', () => [b.attribute('FRA_DSCP', b.u8(0))], { dscp: 0 }],
      [
        'a DSCP under a mask',
        '6.15',
        'AF_INET',
        () => [b.attribute('FRA_DSCP', b.u8(8)), b.attribute('FRA_DSCP_MASK', b.u8(0x38))],
        { dscp: 8, dscp_mask: 0x38 },
      ],
      [
        'a flow label',
        '6.14',
        'AF_INET6',
        () => [
          b.attribute('FRA_FLOWLABEL', b.integer(4, 0x12345, true)),
          b.attribute('FRA_FLOWLABEL_MASK', b.integer(4, 0xfffff, true)),
        ],
        { flowlabel: 0x12345, flowlabel_mask: 0xfffff },
      ],
      [
        'ports under masks',
        '6.15',
        'AF_INET',
        () => [
          b.attribute('FRA_IP_PROTO', b.u8(17)),
          b.attribute('FRA_SPORT_RANGE', b.u16(0x1200), b.u16(0x1200)),
          b.attribute('FRA_SPORT_MASK', b.u16(0xff00)),
          b.attribute('FRA_DPORT_RANGE', b.u16(3), b.u16(3)),
          b.attribute('FRA_DPORT_MASK', b.u16(0xffff)),
        ],
        {
          ip_proto: 'UDP',
          sport_start: 0x1200,
          sport_end: 0x1200,
          sport_mask: 0xff00,
          dport_start: 3,
          dport_mask: 0xffff,
        },
      ],
      [
        'a tunnel key beyond 2^53',
        '4.17',
        'AF_INET',
        () => [b.attribute('FRA_TUN_ID', b.integer(8, 2n ** 63n + 1n, true))],
        { tun_id: 2n ** 63n + 1n },
      ],
    ] as const
    for (const [what, since, family, attributes, expected] of newer) {
      testLive(`${what} (since Linux ${since})`, needs(`linux ${since}`), async () => {
        await using own = await createNamespace()
        expect(await add(own.path, 300, family, attributes())).toBe(0)
        const rules = await getRules({ netns: own.path, bigint: true })
        expect(rules.find(({ priority }) => priority === 300)).toMatchObject(expected)
        expectAllKnown(rules as unknown as Rule[])
      })
    }
  })

  describe('the three ways to hold a socket', () => {
    test('for each call', async () => {
      const query = new RoutingRuleQuery({ netns: namespace.path })
      expect(await query.getRules()).toEqual(await getRules({ netns: namespace.path }))
    })

    test('for a block', async () => {
      await using query = new RoutingRuleQuery({ netns: namespace.path }).open()
      const first = await query.getRules({ family: 'ipv6' })
      expect(await query.getRules({ family: 'ipv6' })).toEqual(first)
    })

    test('from open to close, and after it for each call again', async () => {
      const query = new RoutingRuleQuery({ netns: namespace.path }).open()
      const held = await query.getRules()
      query.close()
      query.close()
      expect(await query.getRules()).toEqual(held)
    })

    test.each([
      ['each call', () => new RoutingRuleQuery({ netns: namespace.path, timeout: 60_000 })],
      ['a block', () => new RoutingRuleQuery({ netns: namespace.path, timeout: 60_000 }).open()],
    ])('the options of a call go before those of the query: for %s', async (_, make) => {
      using query = make()
      await expect(query.getRules({ timeout: -1 })).rejects.toThrow(TypeError)
      expect(await query.getRules({ timeout: undefined })).toEqual(await getRules({ netns: namespace.path }))
    })

    test('a session of the caller', async () => {
      const netns = openNetns(namespace.path)
      await using session = new Session(openSocket(constant('NETLINK_ROUTE'), { netns: netns.fd }))
      netns.close()
      expect(await getRules({ session })).toEqual(await getRules({ netns: namespace.path }))
      expect(await session.dump(rule)).toEqual(await getRules({ session }))
    })
  })

  test('a namespace by the id of a process, and by its name', async () => {
    namespace.run('ip rule add pref 4242 blackhole')
    const byPid = await getRules({ netns: namespace.pid })
    expect(byPid.some(({ priority }) => priority === 4242)).toBe(true)
    const name = `netsnap-test-${process.pid}`
    execFileSync('ip', ['netns', 'attach', name, String(namespace.pid)])
    try {
      expect(await getRules({ netns: name })).toEqual(byPid)
    } finally {
      execFileSync('ip', ['netns', 'delete', name])
    }
  })
})

function inState(state: string, commands: readonly string[]): void {
  describeLive(`in the state "${state}"`, needs(...(needed[state] ?? [])), () => {
    let own: Namespace
    beforeAll(async () => {
      own = await createNamespace()
      for (const command of commands) own.run(command)
    })
    afterAll(() => own.close())

    test.each(Object.entries(oracles))('%s: equal to `%s`, field by field', async (family, command) => {
      const rules = await getRules({ netns: own.path, family: family as keyof typeof oracles })
      const oracle = own.json<IpRule[]>(command)
      expect(rules.map(asIpRule)).toEqual(oracle)
      expect(rules.length).toBeGreaterThan(commands.length === 0 ? 1 : 4)
      expectAllKnown(rules)
    })

    test('all families at once are the families one by one', async () => {
      const all = await getRules({ netns: own.path })
      for (const family of ['ipv4', 'ipv6', 'ipmr', 'ip6mr'] as const) {
        const one = await getRules({ netns: own.path, family })
        expect(one).toEqual(all.filter((rule) => rule.family === family))
      }
      expectAllKnown(all)
    })
  })
}
