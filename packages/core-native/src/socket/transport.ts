/** How much of a buffer one receive fills. */
export interface Received {
  /**
   * Bytes of whole datagrams now in the buffer. Each datagram begins where the one before it ends, rounded up to
   * `NLMSG_ALIGNTO`; the bytes between are zero, and counted.
   */
  readonly bytes: number
  /** True when the last datagram held an `NLMSG_DONE` or `NLMSG_ERROR`: nothing more may be coming. */
  readonly done: boolean
  /**
   * Of each datagram two places: where it begins, and where the last of its messages does but for one that ends the
   * reply.
   */
  readonly datagrams: readonly number[]
}

/**
 * What the session needs of a socket: the addon provides it, and so does a fake in tests. Whatever calls into the kernel
 * is done on a thread of its own, in the order of the calls, since the kernel may keep it for as long as another process
 * holds a lock: no call holds up the event loop.
 */
export interface Transport {
  /** The port that the kernel gave the socket, which its answers carry; messages to another are passed over. */
  readonly port?: number | undefined
  /** The number of the protocol that it speaks. Without one it is not looked at. */
  readonly protocol?: number | undefined
  /** A buffer that a receive fills without a copy. Without it any will do. */
  allocate?(bytes: number): ArrayBuffer
  /**
   * Send one request to the kernel. Rejects with `NetlinkError`: `EBADF` after `close`, or the errno of the refusal; then
   * what was called behind it is not done, and rejects with `ECANCELED`.
   */
  send(request: Uint8Array): Promise<void>
  /**
   * Fill `into` with whole datagrams from the kernel until one of them ends the reply or less than 32 KiB is free. `into`
   * must not be read, reused or transferred until the promise settles; after `ECANCELED` not at all.
   *
   * Rejects with `NetlinkError`: `EMSGSIZE` (with `size`, when a datagram did not fit), `ECANCELED` (closed while it
   * waited), `EBADF` (closed before), or the errno of the receive (`ENOBUFS`, ...).
   */
  receive(into: ArrayBuffer): Promise<Received>
  /**
   * Join or leave multicast groups, whose messages then come among the replies. What is queued when they are left is
   * dropped, so no reply may be under way. Rejects with `NetlinkError`: `EBADF` after `close`, `EINVAL` for a group that
   * the kernel does not know. A transport without it hears of no changes.
   */
  subscribe?(groups: readonly number[], on: boolean): Promise<void>
  /**
   * Drop a reply that has no end: go on with a new socket in the same namespace, whose port is another. Throws
   * `NetlinkError` where it cannot be opened.
   */
  restart?(): void
  /** Close the socket. Whatever waits rejects with `ECANCELED`. May be called more than once. */
  close(): void
}
