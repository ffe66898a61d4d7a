import type { Frame } from '../schema/frame.ts'

/** A message of a frame: its type, and where what follows its `nlmsghdr` stands. */
export interface Message {
  readonly type: number
  readonly at: number
  readonly end: number
}

/** The first and the last record of one datagram. */
export interface Datagram {
  readonly first: Message
  readonly last: Message
}

/**
 * Follows one dump of a table which the kernel does not mark where rows may be missing, and tells where they may: the
 * functions answer whether they may. Without one, any message of a watched group is taken to say so.
 */
export interface Follower {
  /** What one receive brought, before any of it is read: the datagrams that hold records. */
  received(frame: Frame, datagrams: readonly Datagram[]): boolean
  /** A watched group has told something, in the frame that was received last. */
  told(frame: Frame, message: Message): boolean
  /** The reply has ended. */
  end(): boolean
}
