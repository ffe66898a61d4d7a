/** Standard output and standard error that are closed, full, or left by whoever read them. */
import { spawnSync } from 'node:child_process'
import { describeLive } from '@netsnap/core-native/testing/vitest'
import { describe, expect, test } from 'vitest'
import { nodeArguments, runInShell } from './run.ts'

const commands = ['rule', 'route', 'route --text', 'snap', 'constants', '--help', 'help']

describeLive('standard output', () => {
  describe.concurrent('that is closed is an error', () => {
    test.each(commands)('netsnap %s', async (command) => {
      const { status, stderr } = await runInShell(`netsnap ${command} >&-`)
      expect(stderr).toMatch(/^netsnap: standard output is closed\n$/)
      expect(status).toBe(1)
    })

    test('with standard error too', async () => {
      expect((await runInShell('netsnap rule >&- 2>&-')).status).toBe(1)
    })

    test('a mistake in the arguments comes first', async () => {
      expect((await runInShell('netsnap rule --nope >&-')).status).toBe(2)
    })
  })

  describe.concurrent('on a full disk is an error', () => {
    test.each(commands)('netsnap %s', async (command) => {
      const { status, stderr } = await runInShell(`netsnap ${command} > /dev/full`)
      expect(stderr).toMatch(/^netsnap: [^\n]*ENOSPC[^\n]*\n$/)
      expect(status).toBe(1)
    })
  })

  describe.concurrent('that is a pipe is read', () => {
    test.each(commands)('netsnap %s', async (command) => {
      const { stdout, stderr } = await runInShell(`netsnap ${command} 2>&1 | cat`)
      expect(stderr).toBe('')
      expect(stdout).not.toBe('')
      expect(stdout).not.toMatch(/^netsnap: /m)
    })
  })

  describe.concurrent('that nobody reads any more is none', () => {
    test.each(commands)('netsnap %s', async (command) => {
      const { stdout, stderr } = await runInShell(`netsnap ${command} | true; echo "\${PIPESTATUS[0]}"`)
      expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' })
    })
  })

  describe.concurrent('that is thrown away is none', () => {
    test('by a shell', async () => {
      expect(await runInShell('netsnap rule > /dev/null')).toEqual({ status: 0, stdout: '', stderr: '' })
    })

    test.each([['ignore' as const], [['ignore', 'ignore', 'pipe'] as const], [['pipe', 'ignore', 'inherit'] as const]])(
      'by a program: %j',
      (stdio) => {
        const { status } = spawnSync(process.execPath, nodeArguments('bin', ['rule']), { stdio: stdio as 'ignore' })
        expect(status).toBe(0)
      },
    )

    test('by the shell’s own', () => {
      const shell = `'${[process.execPath, ...nodeArguments('bin', ['rule'])].join("' '")}'; exit $?`
      expect(spawnSync('bash', ['-c', shell], { stdio: 'ignore' }).status).toBe(0)
    })
  })
})

describeLive('standard error changes no status', () => {
  const errors = [
    ['rulez', 2],
    ['rule --nope', 2],
    ['rule extra', 2],
    ['help nope', 2],
    ['route --table nope', 2],
    ['rule -n no-such-namespace', 1],
    ['snap -n no-such-namespace', 1],
    ['wireguard', 0],
  ] as const
  describe.concurrent.each(errors)('netsnap %s', (command, status) => {
    test.each([
      ['closed', '2>&-'],
      ['left by whoever read it', '2> >(true)'],
      ['on a full disk', '2> /dev/full'],
    ])('%s', async (_, where) => {
      // The reader has gone once the shell has waited for it.
      const script = `exec 3>&1; { sleep 0.2; netsnap ${command} > /dev/null; echo $? >&3; } ${where}`
      expect((await runInShell(script)).stdout).toBe(`${status}\n`)
    })
  })
})

describeLive('the environment', () => {
  test('what Node says of its options is not in the output', async () => {
    const options = 'NODE_OPTIONS="--trace-warnings --max-old-space-size=256"'
    const { status, stdout } = await runInShell(`export ${options}; netsnap rule -c`)
    expect(JSON.parse(stdout)).toEqual(JSON.parse((await runInShell('netsnap rule -c')).stdout))
    expect(status).toBe(0)
  })
})
