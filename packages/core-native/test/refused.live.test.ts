/** Each call into the kernel may be refused: the caller is told, and what comes after is right again. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeLive } from '../src/testing/vitest.ts'

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'netsnap-refused-'))
const library = join(folder, 'refuse.so')
const { ENOBUFS, ENOMEM, EINTR, EPERM, EACCES, ENOSYS, EIO, EAGAIN } = constants.errno

beforeAll(() => {
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, fixture('refuse.c'), '-ldl'])
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What becomes of opening and five dumps while these calls fail. */
function outcomes(call: string, from: number, to: number, errno: number): string[] {
  const node = ['--conditions=@netsnap/source', '--import', 'tsx', fixture('refused.ts')]
  const env = { ...process.env, LD_PRELOAD: library, NETSNAP_REFUSE: `${call}:${from}-${to}:${errno}` }
  const { status, stdout, stderr } = spawnSync(process.execPath, node, { encoding: 'utf8', env, timeout: 30_000 })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout) as string[]
}

const WHOLE = 'whole'
const five = [WHOLE, WHOLE, WHOLE, WHOLE, WHOLE]

describeLive('a call that is refused', () => {
  test.each([
    // Opening.
    ['bind', 1, 1, ENOMEM, ['open ENOMEM']],
    ['getsockname', 1, 1, ENOBUFS, ['open ENOBUFS']],
    ['setsockopt', 1, 1, EPERM, ['open EPERM']],
    // The first request and its answer make the socket ready for large objects; the next two are the first dump's.
    ['send', 1, 1, ENOBUFS, ['send ENOBUFS', WHOLE, WHOLE, WHOLE, WHOLE]],
    ['send', 2, 2, ENOMEM, ['send ENOMEM', WHOLE, WHOLE, WHOLE, WHOLE]],
    ['send', 4, 4, EACCES, [WHOLE, WHOLE, 'send EACCES', WHOLE, WHOLE]],
    ['send', 1, 1000, EPERM, ['send EPERM', 'send EPERM', 'send EPERM', 'send EPERM', 'send EPERM']],
    ['send', 1, 3, EINTR, five],
    ['recvfrom', 1, 1, ENOBUFS, ['send ENOBUFS', WHOLE, WHOLE, WHOLE, WHOLE]],
    ['recvfrom', 1, 1, EAGAIN, ['send EAGAIN', WHOLE, WHOLE, WHOLE, WHOLE]],
    ['recvfrom', 1, 1000, ENOSYS, ['send ENOSYS', 'send ENOSYS', 'send ENOSYS', 'send ENOSYS', 'send ENOSYS']],
    ['recvfrom', 2, 2, ENOBUFS, ['receive ENOBUFS', WHOLE, WHOLE, WHOLE, WHOLE]],
    ['recvfrom', 2, 2, ENOMEM, ['receive ENOMEM', WHOLE, WHOLE, WHOLE, WHOLE]],
    ['recvfrom', 2, 9, EIO, ['receive EIO', WHOLE, WHOLE, WHOLE, WHOLE]],
    ['recvfrom', 1, 7, EINTR, five],
    ['recvfrom', 3, 5, EINTR, five],
  ] as [string, number, number, number, string[]][])('%s, %i to %i, errno %i', (call, from, to, errno, expected) => {
    expect(outcomes(call, from, to, errno)).toEqual(expected)
  })
})
