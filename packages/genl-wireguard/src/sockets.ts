import {
  interfaceNameOf,
  NetlinkError,
  openSession,
  type ReadOptions,
  type Session,
  type SourceOptions,
} from '@netsnap/core-native'
import type { WireGuardPeer } from './wireguard.ts'

/** Where devices are read: WireGuard itself answers over generic netlink, and which devices there are over rtnetlink. */
export interface WireGuardSourceOptions extends SourceOptions {
  /** A session that is open, of `NETLINK_GENERIC`. Without one, a session is opened for the call and closed after it. */
  readonly session?: Session | undefined
  /** A session of `NETLINK_ROUTE` in the same namespace: with `session`, it finds the devices and names the zones. */
  readonly routeSession?: Session | undefined
}

/** The two sockets of a call: the caller's, or its own, which are opened when they are needed. */
export class Sockets implements AsyncDisposable {
  readonly #given: WireGuardSourceOptions
  readonly #own: Session[] = []
  #generic: Session | undefined
  #route: Session | undefined

  constructor(given: WireGuardSourceOptions) {
    this.#given = given
    this.#generic = given.session
    this.#route = given.routeSession
  }

  get generic(): Session {
    this.#generic ??= this.#open('NETLINK_GENERIC')
    return this.#generic
  }

  /** Undefined where a session of the caller's may be in another namespace than we are. */
  get route(): Session | undefined {
    if (this.#given.session === undefined || this.#given.netns !== undefined)
      this.#route ??= this.#open('NETLINK_ROUTE')
    return this.#route
  }

  #open(protocol: 'NETLINK_GENERIC' | 'NETLINK_ROUTE'): Session {
    const session = openSession(protocol, { netns: this.#given.netns })
    this.#own.push(session)
    return session
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#own) session.close()
  }
}

/** Gives zones their interfaces' names, each looked up once: few peers have one. */
export class ZoneNames {
  readonly #sockets: Sockets
  readonly #options: ReadOptions
  readonly #names = new Map<number, string | undefined>()

  constructor(sockets: Sockets, options: ReadOptions) {
    this.#sockets = sockets
    this.#options = options
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
    const route = this.#routeSession()
    return route && interfaceNameOf(route, index, this.#options)
  }

  /** A name is not worth the devices: where no socket can be had for it, the number stays. */
  #routeSession(): Session | undefined {
    try {
      return this.#sockets.route
    } catch (error) {
      if (error instanceof NetlinkError) return undefined
      throw error
    }
  }
}
