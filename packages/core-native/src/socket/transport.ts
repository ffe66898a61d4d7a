/** How much of a buffer one receive fills. */
export interface Received {
  /**
   * Bytes of whole datagrams now in the buffer. Each datagram begins where the one before it ends, rounded up to
   * `NLMSG_ALIGNTO`; the bytes between are zero, and counted.
   */
  readonly bytes: number
  /** True when the last datagram held an `NLMSG_DONE` or `NLMSG_ERROR`: nothing more may be coming. */
  readonly done: boolean
}

/** What the session needs of a socket: the addon provides it, and so does a fake in tests. */
export interface Transport {
  /** The port that the kernel gave the socket, which its answers carry; messages to another are passed over. */
  readonly port?: number | undefined
  /** Send one request to the kernel. Throws `NetlinkError`: `EBADF` after `close`. */
  send(request: Uint8Array): void
  /**
   * Fill `into` with whole datagrams from the kernel, off the main thread, until one of them ends the reply or less
   * than 32 KiB is free. `into` must not be read, reused or transferred until the promise settles.
   *
   * Rejects with `NetlinkError`: `EMSGSIZE` (with `size`, when a datagram did not fit), `ECANCELED` (closed while it
   * waited), `EBADF` (closed before), or the errno of the receive (`ENOBUFS`, ...).
   */
  receive(into: ArrayBuffer): Promise<Received>
  /**
   * Join or leave a multicast group, whose messages then come among the replies. What is queued is dropped, so no reply
   * may be under way. Throws `NetlinkError`: `EBADF` after `close`, `EINVAL` for a group that the kernel does not know.
   * A transport without it hears of no changes.
   */
  subscribe?(group: number, on: boolean): void
  /** Close the socket and wake a receive that waits. May be called more than once. */
  close(): void
}
