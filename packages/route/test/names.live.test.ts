import { execFileSync } from 'node:child_process'
import { createNamespace, type Namespace } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Route, RouteFilter } from '../src/index.ts'

/** Where iproute2 and the administrator keep names, or could. */
const covered = ['/etc/iproute2', '/usr/share', '/usr/lib/iproute2']

/**
 * Runs a shell script with those folders empty, then reads routes by each filter in the same place, and `ip` by each
 * command. Nobody outside sees any of it.
 */
function readWith(
  namespace: Namespace,
  script: string,
  filters: readonly RouteFilter[] = [{}],
  commands: readonly string[] = [],
): { routes: Route[][]; said: string[] } {
  const program = `
    import { getRoutes } from '@netsnap/route'
    const netns = ${JSON.stringify(namespace.path)}
    const routes = []
    for (const filter of ${JSON.stringify(filters)}) routes.push(await getRoutes({ netns, family: 'ipv4', ...filter }))
    console.log(JSON.stringify(routes))`
  const setup = [
    'set -e',
    ...covered.map((folder) => `[ ! -d ${folder} ] || mount -t tmpfs none ${folder}`),
    ...covered.map((folder) => `mkdir -p ${folder}/iproute2`),
    script,
    ...commands.map((command) => `nsenter --net=${namespace.path} sh -c '${command}' 2>/dev/null || :; printf '\\037'`),
    'exec "$0" --conditions=@netsnap/source --import tsx --input-type=module -e "$1"',
  ].join('\n')
  const options = { encoding: 'utf8', cwd: new URL('..', import.meta.url), timeout: 60_000 } as const
  const output = execFileSync('unshare', ['--mount', 'sh', '-c', setup, process.execPath, program], options)
  const said = output.split('\x1f')
  return { routes: JSON.parse(said.pop()!) as Route[][], said }
}

/** A route for each table: the second octet says which one. */
const tables = [1, 7, 17, 100, 101, 200, 356, 600, 1000, 4242]
const to = (table: number) => `10.${table % 256}.${Math.floor(table / 256)}.0/24`

describeLive('names from iproute2’s files', () => {
  let namespace: Namespace
  beforeAll(async () => {
    namespace = await createNamespace()
    namespace.run('ip link set lo up')
    namespace.batch(
      'route',
      tables.map((table) => `add ${to(table)} dev lo table ${table} protocol ${table % 256}`),
    )
  })
  afterAll(() => namespace.close())

  const tablesOf = (routes: readonly Route[]) =>
    Object.fromEntries(routes.filter(({ type }) => type === 'UNICAST').map(({ table_id, table }) => [table_id, table]))

  /** What `ip` calls the tables; a number is what has no name. */
  const asIpCalls = (said: string) =>
    Object.fromEntries(
      (JSON.parse(said) as { dst: string; table: string; type: string }[])
        .filter(({ type }) => type === 'unicast')
        .map(({ dst, table }) => {
          const number = tables.find((one) => to(one) === dst)!
          return [number, /^\d+$/.test(table) ? `TABLE_${table}` : table]
        }),
    )

  test.each([
    ['the last of two names', '100 one\n100 two\n7 seven\n7 siete\n'],
    ['a name with a #, and comments', '100 a#b # comment\n7 #seven\n #600 x\n17 b#\n'],
    ['names that go on where the number ends', '100one\n7  \t seven  eight\n0x11seventeen\n1 x\r\n'],
    ['hexadecimal, octal, signs, too large', '0x11 hex\n007 seven\n-5 minus\n99999999999999 huge\n100 after\n'],
    ['what is no entry ends the file', '100 before\nbroken line\n7 seven\n'],
    ['a number alone ends the file', '100 before\n7\n17 seventeen\n'],
    ['a hexadecimal number alone', '100 before\n0x7\n17 seventeen\n'],
    ['without a last line feed', '100 a\n7 b'],
    ['empty lines, tabs and NULs', '\n\t\n   \n\t100\ta\n7 b\\0c\n17 d\n'],
  ])('%s: as `ip` reads them', (_, text) => {
    const script = `printf '${text.replaceAll('\n', '\\n')}' > /etc/iproute2/rt_tables`
    const { routes, said } = readWith(namespace, script, [{}], ['ip -j -d route show table all'])
    expect(tablesOf(routes[0]!)).toEqual(asIpCalls(said[0]!))
    expect(Object.keys(tablesOf(routes[0]!))).toHaveLength(tables.length)
  })

  test('rt_tables.d goes after the main file', () => {
    const script = `printf '100 main\\n7 seven\\n' > /etc/iproute2/rt_tables
      mkdir /etc/iproute2/rt_tables.d
      printf '100 more\\n' > /etc/iproute2/rt_tables.d/x.conf
      printf '7 not\\n' > /etc/iproute2/rt_tables.d/x.config
      printf '7 hidden\\n' > /etc/iproute2/rt_tables.d/.hidden.conf`
    const { routes, said } = readWith(namespace, script, [{}], ['ip -j -d route show table all'])
    expect(tablesOf(routes[0]!)).toEqual(asIpCalls(said[0]!))
    expect(tablesOf(routes[0]!)).toMatchObject({ 100: 'more', 7: 'seven' })
  })

  test('the file in /etc stands for the one in /usr; additions are overridden one by one', () => {
    const script = `
      printf '100 etc\\n' > /etc/iproute2/rt_tables
      printf '100 usr\\n7 usr\\n' > /usr/share/iproute2/rt_tables
      printf '17 lib\\n' > /usr/lib/iproute2/rt_tables
      printf '200 protocol\\n' > /usr/share/iproute2/rt_protos
      mkdir /etc/iproute2/rt_tables.d /usr/share/iproute2/rt_tables.d
      printf '600 etc\\n' > /etc/iproute2/rt_tables.d/a.conf
      printf '600 usr\\n356 usr\\n' > /usr/share/iproute2/rt_tables.d/a.conf
      printf '100 weak\\n1000 usr-b\\n' > /usr/share/iproute2/rt_tables.d/b.conf`
    const { routes } = readWith(namespace, script)
    expect(tablesOf(routes[0]!)).toMatchObject({
      7: 'TABLE_7',
      17: 'TABLE_17',
      100: 'weak',
      356: 'TABLE_356',
      600: 'etc',
      1000: 'usr-b',
    })
    expect(routes[0]!.find(({ table_id }) => table_id === 200)?.protocol).toBe('protocol')
  })

  test('both names of a number select, as they do for `ip`; so does what we print, in any case', () => {
    const script = `printf '100 one\\n100 two\\n0x65 a#b\\n7 same\\n17 same\\n1 Case\\n600 case\\n1000 200\\n' > /etc/iproute2/rt_tables`
    const names = ['one', 'two', 'a#b', 'same', 'Case', 'case', '200', '0x65', '101']
    const ours = ['TWO', 'TABLE_4242', 'table_356', 'CASE']
    const filters = [...names, ...ours].map((table): RouteFilter => ({ table }))
    const { routes, said } = readWith(
      namespace,
      script,
      filters,
      names.map((name) => `ip -j route show table ${name}`),
    )
    const selected = routes.map((found) => found.map(({ dst }) => dst))
    const oracle = said.map((text) => (JSON.parse(text || '[]') as { dst: string }[]).map(({ dst }) => dst))
    expect(selected.slice(0, names.length)).toEqual(oracle)
    expect(oracle.every((found) => found.length === 1)).toBe(true)
    expect(selected.slice(names.length)).toEqual([[to(100)], [to(4242)], [to(356)], [to(1)]])
  })

  test('protocols and scopes are named in the same way', () => {
    const script = `printf '200 one\\n200 two # x\\n100 a#b\\n' > /etc/iproute2/rt_protos
      printf '253 near\\n' > /etc/iproute2/rt_scopes`
    const filters = [{}, { protocol: 'one' }, { protocol: 'two' }, { protocol: 'PROTO_101' }, { protocol: '0x65' }]
    const { routes } = readWith(namespace, script, filters)
    const of = (table: number) => routes[0]!.find(({ table_id }) => table_id === table)
    expect(of(200)).toMatchObject({ protocol: 'two', protocol_id: 200, scope: 'LINK' })
    expect(of(100)).toMatchObject({ protocol: 'a#b' })
    expect(routes.slice(1).map((found) => found.map(({ table_id }) => table_id))).toEqual([[200], [200], [101], [101]])
  })

  test('bytes that are no UTF-8 survive, one by one', () => {
    const script = `printf '100 a\\377b\\n7 \\303\\244\\n17 \\200\\n' > /etc/iproute2/rt_tables`
    const { routes } = readWith(namespace, script)
    expect(tablesOf(routes[0]!)).toMatchObject({ 100: 'a\udcffb', 7: 'ä', 17: '\udc80' })
  })

  test.each([
    ['no folder at all', 'umount /etc/iproute2 || :; mount -t tmpfs none /etc/iproute2'],
    ['a file in place of the folder', 'mount -t tmpfs none /etc; touch /etc/iproute2'],
    [
      'links in a circle',
      'ln -s rt_tables /etc/iproute2/rt_tables; mkdir /etc/iproute2/rt_tables.d; ln -s a.conf /etc/iproute2/rt_tables.d/a.conf',
    ],
    ['a folder in place of a file', 'mkdir -p /etc/iproute2/rt_tables /etc/iproute2/rt_tables.d/a.conf'],
    ['a file in place of a folder', 'touch /etc/iproute2/rt_tables.d'],
    [
      'a pipe',
      'mkfifo /etc/iproute2/rt_tables; mkdir /etc/iproute2/rt_tables.d; mkfifo /etc/iproute2/rt_tables.d/a.conf',
    ],
    [
      'a device',
      'ln -s /dev/zero /etc/iproute2/rt_tables; mkdir /etc/iproute2/rt_tables.d; ln -s /dev/tty /etc/iproute2/rt_tables.d/a.conf',
    ],
    ['a file without end', 'truncate -s 8T /etc/iproute2/rt_tables || truncate -s 2G /etc/iproute2/rt_tables'],
    ['a name that is too long', 'ln -s $(printf "%0255d" 0)/$(printf "%0255d" 0) /etc/iproute2/rt_tables'],
    ['what is no text', 'head -c 100000 /dev/urandom > /etc/iproute2/rt_tables'],
    ['a link to nothing', 'ln -s nothing /etc/iproute2/rt_tables'],
  ])('%s: the numbers stay', (_, script) => {
    const { routes } = readWith(namespace, script, [{}, { table: 600 }, { table: 'main' }])
    expect(routes[0]!.flatMap(({ table_id, type }) => (type === 'UNICAST' ? [table_id] : [])).sort()).toEqual(
      [...tables].sort(),
    )
    expect(routes[1]!.map(({ table }) => table)).toEqual(['TABLE_600'])
  })

  test.each([
    ['a folder that may not be searched', 'chmod 600 /etc/iproute2'],
    ['one that may not be listed', 'mkdir /etc/iproute2/rt_tables.d; chmod 000 /etc/iproute2/rt_tables.d'],
    ['a file that may not be read', 'touch /etc/iproute2/rt_tables; chmod 000 /etc/iproute2/rt_tables'],
  ])('%s, without privilege: the numbers stay', (_, script) => {
    const program = `
      import { getRules } from '@netsnap/rule'
      import { getRoutes } from '@netsnap/route'
      console.log(JSON.stringify([await getRoutes({ table: 'local' }), await getRules()]))`
    const setup = [
      'set -e',
      'mount -t tmpfs none /etc/iproute2',
      'chmod 755 /etc/iproute2',
      script,
      'exec setpriv --reuid 65534 --regid 65534 --clear-groups "$0" --conditions=@netsnap/source --import tsx --input-type=module -e "$1"',
    ].join('\n')
    const options = { encoding: 'utf8', cwd: new URL('../../cli', import.meta.url), timeout: 60_000 } as const
    const output = execFileSync(
      'unshare',
      ['--mount', '--net', 'sh', '-c', `ip link set lo up; ${setup}`, process.execPath, program],
      options,
    )
    const [routes, rules] = JSON.parse(output) as [Route[], { table_id: number }[]]
    expect(routes.map(({ table_id }) => table_id)).toContain(255)
    expect(rules.map(({ table_id }) => table_id)).toEqual(expect.arrayContaining([254, 255]))
  })
})
