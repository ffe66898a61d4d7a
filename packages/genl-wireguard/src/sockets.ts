import {
  interfaceNameOf,
  type Lease,
  leaseSession,
  NetlinkError,
  type ReadOptions,
  type Session,
  type Sessions,
  type SourceOptions,
} from '@netsnap/core-native'
import type { WireGuardPeer } from './wireguard.ts'

/** Where devices are read: WireGuard itself answers over generic netlink, and which devices there are over rtnetlink. */
export interface WireGuardSourceOptions extends SourceOptions {
  /** A session that is open, of `NETLINK_GENERIC`. Without one, a session is opened for the call and closed after it. */
  readonly session?: Session | Sessions | undefined
  /** A session of `NETLINK_ROUTE` in the same namespace: with `session`, it finds the devices and names the zones. */
  readonly routeSession?: Session | Sessions | undefined
}

/** @throws TypeError for a `routeSession` that goes with nothing. */
export function checkRouteSession({ session, routeSession }: WireGuardSourceOptions): void {
  if (routeSession === undefined || session !== undefined) return
  throw new TypeError('routeSession: it goes with `session`, a session of generic netlink in the same namespace')
}

/** The session over which links are read: the caller's, or one of its own that is opened when it is needed. */
export class Links implements Disposable {
  readonly #source: WireGuardSourceOptions
  #lease: Lease | undefined

  constructor(source: WireGuardSourceOptions) {
    this.#source = source
  }

  /** Undefined where a session of the caller's may be in another namespace than we are. */
  get session(): Session | undefined {
    const { session, routeSession, netns } = this.#source
    if (session !== undefined && routeSession === undefined) return undefined
    this.#lease ??= leaseSession('NETLINK_ROUTE', { session: routeSession, netns })
    return this.#lease.session
  }

  [Symbol.dispose](): void {
    this.#lease?.end()
  }
}

/** Gives zones their interfaces' names, each looked up once: few peers have one. */
export class ZoneNames {
  readonly #links: Links
  readonly #reading: ReadOptions
  readonly #names = new Map<number, string | undefined>()

  constructor(links: Links, reading: ReadOptions) {
    this.#links = links
    this.#reading = reading
  }

  async name(peers: readonly WireGuardPeer[]): Promise<void> {
    for (const { endpoint } of peers) {
      const scope = endpoint?.scope_id
      if (endpoint === undefined || scope === undefined) continue
      if (!this.#names.has(scope)) this.#names.set(scope, await this.#lookUp(scope))
      const name = this.#names.get(scope)
      if (name !== undefined) (endpoint as { zone: string }).zone = name
    }
  }

  async #lookUp(index: number): Promise<string | undefined> {
    const session = this.#routeSession()
    return session && interfaceNameOf(session, index, this.#reading)
  }

  /** A name is not worth the devices: where no socket can be had for it, the number stays. */
  #routeSession(): Session | undefined {
    try {
      return this.#links.session
    } catch (error) {
      if (error instanceof NetlinkError) return undefined
      throw error
    }
  }
}
