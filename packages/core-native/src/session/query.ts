import { NetlinkError } from '../base/errors.ts'
import { type ConstantName, constant } from '../constants/index.ts'
import { type Netns, openNetns } from '../socket/netns.ts'
import { openSocket } from '../socket/socket.ts'
import { deadlineOf } from './deadline.ts'
import { endWhenForgotten } from './forgotten.ts'
import { checkOptions, type ReadOptions, readOptionsOf } from './options.ts'
import { Session } from './session.ts'
import { type Lease, Sessions } from './sessions.ts'

/** The protocols that tables are read over. */
export type Protocol = Extract<ConstantName, 'NETLINK_ROUTE' | 'NETLINK_GENERIC'>

const PROTOCOLS: readonly string[] = ['NETLINK_ROUTE', 'NETLINK_GENERIC'] satisfies Protocol[]

/** Where a session opens its socket. */
export interface SessionOptions {
  /** Network namespace: a name (`ip netns`), a path, or the id of a process that lives in it. Default: this one. */
  readonly netns?: string | number | undefined
}

/** Open a socket to the kernel: `openSession('NETLINK_ROUTE')`. */
export function openSession(protocol: Protocol, options: SessionOptions = {}): Session {
  checkOptions(options, ['netns'])
  const { netns } = options
  const namespace = netns === undefined ? undefined : openNetns(netns)
  try {
    return openIn(protocol, namespace)
  } finally {
    namespace?.close()
  }
}

function openIn(protocol: Protocol, namespace: Netns | undefined): Session {
  // The kernel would load the module of another.
  if (!PROTOCOLS.includes(protocol)) throw new TypeError(`the protocol must be one of ${PROTOCOLS.join(', ')}`)
  return new Session(openSocket(constant(protocol), namespace && !namespace.own ? { netns: namespace.fd } : {}))
}

/** What every reading function takes: a session that is open, or where to open one for the call. */
export interface SourceOptions extends SessionOptions {
  /** Read over this session. Without one, a session is opened for the call and closed after it. */
  readonly session?: Session | Sessions | undefined
}

/** What a public function reads. */
export interface Asked {
  readonly protocol: Protocol
  /** What it is called in errors. */
  readonly table: string
  /** The options that it knows beside {@link ReadOptions} and {@link SourceOptions}. */
  readonly options?: readonly string[]
}

/** How what is asked for is read: every dump that it takes, within one deadline. */
type Read<T> = (session: Session, reading: ReadOptions) => T

/** @throws TypeError for options of a public function that make no sense. */
export function checkSource(options: SourceOptions & ReadOptions, known: readonly string[] = []): void {
  checkOptions(options, ['session', 'netns', ...known])
  const { session, netns } = options
  if (session === undefined) return
  if (netns !== undefined) throw new TypeError('netns: a session is in a namespace already; give one of the two')
  requireSession('session', session)
}

function requireSession(option: string, session: unknown): void {
  if (session instanceof Session || session instanceof Sessions) return
  throw new TypeError(`${option}: not a session that openSession opened`)
}

/** The session of the options, or one of its own, for a call or for a stream. Whoever takes it ends it. */
export function leaseSession(
  protocol: Protocol,
  { session, netns }: SourceOptions,
  use: 'call' | 'stream' = 'call',
): Lease {
  if (session instanceof Sessions) return use === 'stream' ? session.forStream() : session.forCall()
  if (session) return { session, end: () => {} }
  const own = openSession(protocol, { netns })
  return { session: own, end: () => own.close() }
}

/** What was asked for stands in front of what went wrong in one of the dumps that it takes. */
const explain = (error: unknown, table: string) => (error instanceof NetlinkError ? error.about(table) : error)

/**
 * Call `read` with the session of the options, or with one of its own that is closed afterwards. The deadline of the
 * options is that of all that `read` does with the options that it is given.
 */
export async function withSession<T>(
  { protocol, table, options: known }: Asked,
  options: SourceOptions & ReadOptions,
  read: Read<Promise<T>>,
): Promise<T> {
  checkSource(options, known)
  using deadline = deadlineOf(options)
  const lease = leaseSession(protocol, options)
  try {
    return await read(lease.session, { ...readOptionsOf(options), timeout: undefined, signal: deadline?.signal })
  } catch (error) {
    throw explain(error, table)
  } finally {
    lease.end()
  }
}

/** A stream over the session of the options, or over one of its own that is closed when the stream ends or is left. */
export function withSessionStream<T, R>(
  asked: Asked,
  options: SourceOptions & ReadOptions,
  stream: Read<AsyncGenerator<T, R, void>>,
): AsyncGenerator<T, R, void> {
  return endWhenForgotten(streamOver(asked, options, stream))
}

async function* streamOver<T, R>(
  { protocol, table, options: known }: Asked,
  options: SourceOptions & ReadOptions,
  stream: Read<AsyncGenerator<T, R, void>>,
): AsyncGenerator<T, R, void> {
  checkSource(options, known)
  using deadline = deadlineOf(options)
  const lease = leaseSession(protocol, options, 'stream')
  const reading = { ...readOptionsOf(options), timeout: undefined, signal: deadline?.signal }
  const batches = stream(lease.session, reading)
  try {
    for (;;) {
      const next = await batches.next()
      if (next.done) return next.value
      deadline?.rest()
      yield next.value
      deadline?.resume()
    }
  } catch (error) {
    throw explain(error, table)
  } finally {
    await batches.return(undefined as R)
    lease.end()
  }
}

/**
 * Base of the query classes, which hold a socket in three ways: opened and closed around every call; for a block
 * (`await using query = new XQuery().open()`); or from `open()` to `close()`. A call within the loop over a stream of the
 * same query works: it goes over another socket in the same namespace, which the query opens then and keeps.
 */
export class Query<Q extends SessionOptions = SessionOptions> implements AsyncDisposable, Disposable {
  readonly #protocol: Protocol
  readonly #options: Q
  #namespace: Netns | undefined
  #sessions: Sessions | undefined

  protected constructor(protocol: Protocol, options: Q) {
    this.#protocol = protocol
    this.#options = options
  }

  /** Open the socket and keep it for the calls to come. Opening twice changes nothing. */
  open(): this {
    if (this.#sessions) return this
    const { netns } = this.#options
    const namespace = netns === undefined ? undefined : openNetns(netns)
    try {
      this.#sessions = new Sessions(() => openIn(this.#protocol, namespace))
      this.#namespace = namespace
    } catch (error) {
      namespace?.close()
      throw error
    }
    return this
  }

  /** Close the sockets. Calls after it open one of their own again. */
  close(): void {
    this.#sessions?.close()
    this.#namespace?.close()
    this.#sessions = undefined
    this.#namespace = undefined
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  /** The sessions to read over, or where to open one, for the functions that take them. */
  protected get source(): SourceOptions {
    return this.#sessions ? { session: this.#sessions } : { netns: this.#options.netns }
  }

  /** The options of a call, which go before those of the query, and where to read: that is the query's to say. */
  protected with<C extends object>(options: C | undefined): Omit<Q, 'netns'> & C & SourceOptions {
    checkOptions(options, Object.keys(options ?? {}))
    const odd = ['session', 'netns'].find((name) => Reflect.get(options ?? {}, name) !== undefined)
    if (odd !== undefined) throw new TypeError(`${odd}: where a query reads is said when it is made`)
    return { ...this.#options, ...(options as C), netns: undefined, session: undefined, ...this.source }
  }
}
