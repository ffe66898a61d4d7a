import type { Frame } from '../schema/frame.ts'

/** A message of a frame: its type, and where what follows its `nlmsghdr` stands. */
export interface Message {
  readonly type: number
  readonly at: number
  readonly end: number
}

/**
 * Follows one dump of a table which the kernel does not mark where rows may be missing, and tells where they may: both
 * functions answer whether they may. Without one, any message of a watched group is taken to say so.
 */
export interface Follower {
  /** A datagram of the reply has been read; `first` and `last` are of its records. */
  datagram(frame: Frame, first: Message, last: Message): boolean
  /** A watched group has told something. */
  told(frame: Frame, message: Message): boolean
  /** The reply has ended. */
  end(): boolean
}
