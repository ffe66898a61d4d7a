import type { WireGuardDevice, WireGuardMessage, WireGuardPeer } from './wireguard.ts'

type Loose = Record<string, unknown>

/** Fields that a later message goes on with. */
const isList = (field: string) => field === 'allowed_ips' || field.startsWith('unknown_')

/** Add to a record what a later message says of the same object: more of its lists, and what it did not have. */
function goOn(record: object, more: object): void {
  const into = record as Loose
  for (const [field, value] of Object.entries(more as Readonly<Record<string, unknown[]>>)) {
    const known = into[field]
    if (known === undefined) into[field] = value
    else if (isList(field)) for (const entry of value) (known as unknown[]).push(entry)
  }
}

/**
 * Puts peers together. A message ends where it is full: a peer with many allowed IPs goes on in the next message, which
 * begins with its public key and the rest of them.
 */
export class PeerMerger {
  #last: WireGuardPeer | undefined

  /** Take the peers of a message; those that are known to be whole go to `into`. */
  add({ peers = [] }: WireGuardMessage, into: WireGuardPeer[]): void {
    for (const more of peers) {
      if (this.#last !== undefined && this.#last.public_key === more.public_key) {
        goOn(this.#last, more)
        continue
      }
      this.end(into)
      const peer = more as WireGuardPeer
      peer.allowed_ips ??= []
      this.#last = peer
    }
  }

  /** No message follows: the last peer is whole too. */
  end(into: WireGuardPeer[]): void {
    if (this.#last !== undefined) into.push(this.#last)
    this.#last = undefined
  }
}

/** The one device that the messages of a dump are about. The time it takes is in proportion to what there is. */
export function mergeDevice(messages: readonly WireGuardMessage[]): WireGuardDevice | undefined {
  const peers: WireGuardPeer[] = []
  const merger = new PeerMerger()
  const [first, ...rest] = messages.map((message) => {
    merger.add(message, peers)
    const { peers: _, ...device } = message
    return device
  })
  merger.end(peers)
  if (!first) return undefined
  for (const more of rest) goOn(first, more)
  const { ifindex, ifname } = first
  return { ifindex, ifname, ...first, peers } as WireGuardDevice
}
