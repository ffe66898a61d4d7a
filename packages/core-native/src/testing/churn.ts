import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Namespace } from './namespace.ts'

/**
 * Another process that changes a namespace without end while `action` runs: it gives the lines to `ip -batch` again and
 * again. `object` as for {@link Namespace.batch}: `'-6 route'`.
 */
export async function whileChanging<T>(
  { path }: Namespace,
  object: string,
  lines: readonly string[],
  action: () => Promise<T>,
): Promise<T> {
  const [, options = '', name = ''] = /^((?:-\S+ +)*)(.*)$/.exec(object) ?? []
  const batch = lines.map((line) => `${name} ${line}\n`).join('')
  const script = `while printf %s "$0" | ip ${options}-batch -; do :; done`
  const other = spawn('nsenter', [`--net=${path}`, 'sh', '-c', script, batch], { detached: true, stdio: 'ignore' })
  try {
    return await action()
  } finally {
    const ended = once(other, 'exit')
    process.kill(-other.pid!)
    await ended
  }
}
