import { type ConstantName, constant } from './constants/index.ts'
import { openNetns } from './netns.ts'
import { Session } from './session.ts'
import { openSocket } from './socket.ts'

/** Where a session opens its socket. */
export interface SessionOptions {
  /** Network namespace: a name (`ip netns`), a path, or the id of a process that lives in it. Default: this one. */
  readonly netns?: string | number | undefined
}

/** Open a socket to the kernel: `openSession('NETLINK_ROUTE')`. */
export function openSession(protocol: ConstantName, { netns }: SessionOptions = {}): Session {
  const namespace = netns === undefined ? undefined : openNetns(netns)
  try {
    return new Session(openSocket(constant(protocol), namespace && !namespace.own ? { netns: namespace.fd } : {}))
  } finally {
    namespace?.close()
  }
}

/** What every reading function takes: a session that is open, or where to open one for the call. */
export interface SourceOptions extends SessionOptions {
  /** Read over this session. Without one, a session is opened for the call and closed after it. */
  readonly session?: Session | undefined
}

/** Call `read` with the session of the options, or with one of its own that is closed afterwards. */
export async function withSession<T>(
  protocol: ConstantName,
  { session, netns }: SourceOptions,
  read: (session: Session) => Promise<T>,
): Promise<T> {
  if (session) return read(session)
  await using own = openSession(protocol, { netns })
  return await read(own)
}

/** A stream over the session of the options, or over one of its own that is closed when the stream ends or is left. */
export async function* withSessionStream<T, R>(
  protocol: ConstantName,
  { session, netns }: SourceOptions,
  stream: (session: Session) => AsyncGenerator<T, R, void>,
): AsyncGenerator<T, R, void> {
  if (session) return yield* stream(session)
  await using own = openSession(protocol, { netns })
  return yield* stream(own)
}

/**
 * Base of the query classes, which hold a socket in three ways: opened and closed around every call; for a block
 * (`await using query = new XQuery().open()`); or from `open()` to `close()`.
 */
export class Query<Q extends SessionOptions = SessionOptions> implements AsyncDisposable, Disposable {
  readonly #protocol: ConstantName
  readonly #options: Q
  #session: Session | undefined

  protected constructor(protocol: ConstantName, options: Q) {
    this.#protocol = protocol
    this.#options = options
  }

  /** Open the socket and keep it for the calls to come. Opening twice changes nothing. */
  open(): this {
    this.#session ??= openSession(this.#protocol, this.#options)
    return this
  }

  /** Close the socket. Calls after it open one of their own again. */
  close(): void {
    this.#session?.close()
    this.#session = undefined
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  /** The session to read over, or where to open one, for the functions that take them. */
  protected get source(): SourceOptions {
    return this.#session ? { session: this.#session } : { netns: this.#options.netns }
  }

  /** The options of a call, which go before those of the query, and where to read: that is the query's to say. */
  protected with<C extends object>(options: C | undefined): Omit<Q, 'netns'> & C & SourceOptions {
    return { ...this.#options, ...(options as C), netns: undefined, session: undefined, ...this.source }
  }
}
