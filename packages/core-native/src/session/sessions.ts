import type { Session } from './session.ts'

/** A session while something is read over it. */
export interface Lease {
  readonly session: Session
  /** May be called more than once. */
  end(): void
}

interface Held {
  readonly session: Session
  /** Calls that read over it. */
  calls: number
  /** A stream has it for itself. */
  streamed: boolean
}

/**
 * The sockets of a query that is open, all in one network namespace. Calls share one and take turns. A stream has one for
 * itself, for as long as its reader takes: what is asked meanwhile goes over another, which is opened then and kept.
 */
export class Sessions {
  readonly #open: () => Session
  readonly #held: Held[] = []
  #closed = false

  /** Opens the first one. */
  constructor(open: () => Session) {
    this.#open = open
    this.#add()
  }

  #add(): Held {
    const held = { session: this.#open(), calls: 0, streamed: false }
    this.#held.push(held)
    return held
  }

  /** A session for a call. */
  forCall(): Lease {
    const held = this.#held.find(({ streamed }) => !streamed) ?? this.#another()
    held.calls++
    return lease(held.session, () => held.calls--)
  }

  /** A session for a stream. */
  forStream(): Lease {
    const held = this.#held.find(({ streamed, calls }) => !streamed && calls === 0) ?? this.#another()
    held.streamed = true
    return lease(held.session, () => {
      held.streamed = false
    })
  }

  /** Once closed, there are none but those that say so. */
  #another(): Held {
    return this.#closed ? this.#held[0]! : this.#add()
  }

  /** Close all sockets. May be called more than once. */
  close(): void {
    this.#closed = true
    for (const { session } of this.#held) session.close()
  }
}

function lease(session: Session, release: () => void): Lease {
  let open = true
  return {
    session,
    end() {
      if (open) release()
      open = false
    },
  }
}
