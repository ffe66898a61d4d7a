import { constants } from 'node:os'
import { NetlinkError } from '../base/errors.ts'
import { type Addon, loadAddon, type NativeSocket } from './addon.ts'
import type { Received, Transport } from './transport.ts'

interface NativeFailure {
  readonly message: string
  readonly errno: number
  readonly syscall?: string
  readonly size?: number
}

export interface SocketOptions {
  /** Open file descriptor of the network namespace to open the socket in. It may be closed right after. */
  readonly netns?: number | undefined
}

type Operation = 'open' | 'subscribe' | 'send' | 'receive'

const attempts: Readonly<Record<Operation, string>> = {
  open: 'the kernel refused to open the socket',
  subscribe: 'the kernel refused the membership in a multicast group',
  send: 'the kernel refused the request',
  receive: 'receiving from the kernel failed',
}

/** Some errnos have two names: of these the kernel's headers and its messages use the one given here. */
const preferred: readonly string[] = ['EAGAIN', 'EOPNOTSUPP', 'EDEADLK']

/** The name of an errno: `EPERM` for 1, or `ERRNO_4095` for one that nobody has named. */
export function errnoName(errno: number): string {
  const names = Object.entries(constants.errno).flatMap(([name, value]) => (value === errno ? [name] : []))
  return names.find((name) => preferred.includes(name)) ?? names[0] ?? `ERRNO_${errno}`
}

/** The `NetlinkError` for an errno that the addon, or a fake of it, came upon. */
export function socketError(operation: Operation, failure: NativeFailure): NetlinkError {
  const code = errnoName(failure.errno)
  return new NetlinkError(explain(operation, code, failure), { code, operation, size: failure.size })
}

function explain(operation: Operation, code: string, failure: NativeFailure): string {
  const { syscall, size, message } = failure
  if (code === 'EBADF' && syscall !== 'setns') return 'the socket is closed (EBADF)'
  if (code === 'ECANCELED') return 'the socket was closed meanwhile (ECANCELED)'
  if (code === 'ENODATA') return 'the kernel sent an empty datagram: it cannot go on (ENODATA)'
  if (code === 'EFAULT') return 'the buffer was detached during the receive (EFAULT)'
  if (size !== undefined) return `a datagram of ${size} bytes did not fit into the buffer (EMSGSIZE)`
  if (syscall === 'setns' && (code === 'EINVAL' || code === 'EBADF')) {
    return `the descriptor given is not that of a network namespace (${code}): ${message}`
  }
  const attempt = syscall === 'setns' ? 'the kernel refused to enter the network namespace' : attempts[operation]
  return `${attempt} (${code}): ${message}`
}

/** `action`, whose failures become a `NetlinkError`. */
async function guard<T>(operation: Operation, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw toNetlinkError(operation, error)
  }
}

function toNetlinkError(operation: Operation, error: unknown): unknown {
  return error instanceof Error && 'errno' in error ? socketError(operation, error as NativeFailure) : error
}

class Socket implements Transport {
  readonly protocol: number
  readonly allocate: (bytes: number) => ArrayBuffer
  readonly #native: NativeSocket

  constructor({ Socket: Native, allocate }: Addon, protocol: number, netns: number | undefined) {
    this.#native = new Native(protocol, netns)
    this.protocol = protocol
    this.allocate = allocate
  }

  send(request: Uint8Array): Promise<void> {
    return guard('send', () => this.#native.send(request))
  }

  subscribe(groups: readonly number[], on: boolean): Promise<void> {
    return guard('subscribe', () => {
      for (const group of groups) requireCount(group, 'the multicast group')
      return this.#native.subscribe(groups, on)
    })
  }

  receive(into: ArrayBuffer): Promise<Received> {
    return guard('receive', () => this.#native.receive(into))
  }

  get port(): number {
    return this.#native.port
  }

  restart(): void {
    try {
      this.#native.restart()
    } catch (error) {
      throw toNetlinkError('open', error)
    }
  }

  close(): void {
    this.#native.close()
  }
}

function requireCount(value: number, what: string): void {
  if (!Number.isInteger(value) || value < 0) {
    throw new TypeError(`${what} must be a non-negative integer, not ${String(value)}`)
  }
}

/**
 * Open a netlink socket for a protocol (`NETLINK_ROUTE`, `NETLINK_GENERIC`), in this network namespace or in another.
 * Throws `NetlinkError`: the errno of the refusal, or `ADDON_MISSING` with what to do about it.
 */
export function openSocket(protocol: number, { netns }: SocketOptions = {}): Transport {
  requireCount(protocol, 'the netlink protocol')
  if (netns !== undefined) requireCount(netns, 'the descriptor of the network namespace')
  const addon = loadAddon()
  try {
    return new Socket(addon, protocol, netns)
  } catch (error) {
    throw toNetlinkError('open', error)
  }
}
