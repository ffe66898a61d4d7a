import { NetlinkError } from '../base/errors.ts'
import { clearTimeout, setTimeout } from '../base/timers.ts'
import type { ReadOptions } from './options.ts'

const LONGEST = 2 ** 31 - 1 // not a kernel number: milliseconds that a timer of Node's can count

/** Who is to hear of a signal's abort. Each signal has one listener of ours, however many calls it is given to. */
const followers = new WeakMap<AbortSignal, Set<() => void>>()

function tellFollowers({ target }: Event): void {
  const told = followers.get(target as AbortSignal)
  followers.delete(target as AbortSignal)
  for (const tell of told ?? []) tell()
}

/** Call `then` when `signal` is aborted, until the function is called that this returns. */
export function follow(signal: AbortSignal, then: () => void): () => void {
  let all = followers.get(signal)
  if (!all) {
    all = new Set()
    followers.set(signal, all)
    signal.addEventListener('abort', tellFollowers)
  }
  const mine = () => then()
  all.add(mine)
  return () => {
    all.delete(mine)
    if (all.size > 0 || followers.get(signal) !== all) return
    followers.delete(signal)
    signal.removeEventListener('abort', tellFollowers)
  }
}

/** When a call must have ended: its timeout, and its caller's signal, as one signal. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController()
  readonly #unfollow: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined

  constructor({ signal, timeout }: Pick<ReadOptions, 'signal' | 'timeout'>) {
    const abort = () => this.#controller.abort(signal?.reason)
    if (signal?.aborted) abort()
    else this.#unfollow = signal && follow(signal, abort)
    if (timeout !== undefined && !this.signal.aborted) this.#arm(timeout)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  #arm(left: number): void {
    const step = Math.min(left, LONGEST)
    this.#timer = setTimeout(() => {
      if (left > step) this.#arm(left - step)
      else this.#controller.abort(new DOMException('the timeout of the call passed', 'TimeoutError'))
    }, step)
  }

  /** Nobody waits: a stream whose last batch is being looked at. The process may end. */
  rest(): void {
    this.#timer?.unref()
  }

  /** Somebody waits again. */
  resume(): void {
    this.#timer?.ref()
  }

  [Symbol.dispose](): void {
    this.#unfollow?.()
    clearTimeout(this.#timer)
  }
}

/** The deadline of a call; undefined where it has none. */
export function deadlineOf(options: ReadOptions | undefined): Deadline | undefined {
  const { signal, timeout } = options ?? {}
  return signal === undefined && timeout === undefined ? undefined : new Deadline({ signal, timeout })
}

/** The error of a call whose signal was aborted. */
function abortError(signal: AbortSignal, table: string): NetlinkError {
  const timedOut = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
  const what = timedOut ? 'timed out while the kernel was answering' : 'aborted by the caller'
  return new NetlinkError(`${table}: ${what}`, {
    code: timedOut ? 'TIMEOUT' : 'ABORTED',
    table,
    operation: 'receive',
    cause: signal.reason,
  })
}

export const isAbort = (error: unknown): boolean =>
  error instanceof NetlinkError && ['ABORTED', 'TIMEOUT'].includes(error.code)

/** Fails where the signal has been aborted. */
export function checkAbort(signal: AbortSignal | undefined, table: string): void {
  if (signal?.aborted) throw abortError(signal, table)
}

/** `promise`, unless `signal` is aborted before it settles. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined, table: string): Promise<T> {
  if (!signal) return promise
  checkAbort(signal, table)
  let unfollow = () => {}
  const aborted = new Promise<never>((_, reject) => {
    unfollow = follow(signal, () => reject(abortError(signal, table)))
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    unfollow()
  }
}
