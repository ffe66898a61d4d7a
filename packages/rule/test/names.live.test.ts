import { execFileSync } from 'node:child_process'
import { createNamespace } from '@netsnap/core-native/testing'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { expect, test } from 'vitest'
import type { Rule } from '../src/index.ts'

/** Reads the rules of a namespace in a process that sees files of our own in place of iproute2's. */
function readWith(files: Readonly<Record<string, string>>, netns: string): Rule[] {
  const writes = Object.entries(files).map(
    ([name, text]) => `mkdir -p "$(dirname ${name})"; printf '${text}' > ${name}`,
  )
  const program = `import { getRules } from '@netsnap/rule'; console.log(JSON.stringify(await getRules({ netns: '${netns}' })))`
  const script = [
    'set -e',
    ...['/etc/iproute2', '/usr/share/iproute2', '/usr/lib/iproute2'].map(
      (f) => `[ ! -d ${f} ] || mount -t tmpfs none ${f}`,
    ),
    ...writes,
    `exec "$0" --conditions=@netsnap/source --import tsx --input-type=module -e "$1"`,
  ].join('\n')
  const options = { encoding: 'utf8', cwd: new URL('..', import.meta.url) } as const
  return JSON.parse(execFileSync('unshare', ['--mount', 'sh', '-c', script, process.execPath, program], options))
}

describeLive('names that the administrator gives', () => {
  test('come from iproute2’s files, after the kernel’s own', async () => {
    await using namespace = await createNamespace()
    namespace.run('ip rule add pref 5 lookup 4242 protocol 200')
    namespace.run('ip rule add pref 6 lookup 17 protocol 201')
    namespace.run('ip rule add pref 7 lookup main protocol static')
    namespace.run('ip rule add pref 8 lookup 99 protocol 203')
    const rules = readWith(
      {
        '/etc/iproute2/rt_tables': '# comment\\n4242\\tblue\\n254 mine\\nbroken line\\n',
        '/etc/iproute2/rt_tables.d/more.conf': '0x11 hexadecimal\\n4242 late\\n',
        '/etc/iproute2/rt_tables.d/ignored': '99 ignored\\n',
        '/etc/iproute2/rt_protos': '200 painter # with a comment\\n4 fixed\\n',
      },
      namespace.path,
    )
    const found = (priority: number) => rules.find((rule) => rule.priority === priority && rule.family === 'ipv4')
    expect(found(5)).toMatchObject({ table: 'late', table_id: 4242, protocol: 'painter', protocol_id: 200 })
    expect(found(6)).toMatchObject({ table: 'hexadecimal', table_id: 17, protocol: 'PROTO_201' })
    expect(found(7)).toMatchObject({ table: 'MAIN', protocol: 'STATIC' })
    expect(found(8)).toMatchObject({ table: 'TABLE_99', table_id: 99, protocol: 'PROTO_203' })
  })
})
