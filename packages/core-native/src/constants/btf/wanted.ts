/** A kernel has 40,000 names, of which a few are looked for: most can be told by their bytes, without making a text of them. */
export class Wanted {
  /** Names by a hash of 16 bits, of which a few have the same as another. */
  readonly #marked = new Uint8Array(1 << 16) // not a kernel number: bits of the hash

  constructor(names: Iterable<string>) {
    for (const name of names) this.#marked[hashOf(Buffer.from(name, 'latin1'), 0)] = 1
  }

  /** Whether the name that begins there and ends with a zero may be one of them. */
  mayHold(bytes: Uint8Array, start: number): boolean {
    return this.#marked[hashOf(bytes, start)] === 1
  }
}

function hashOf(bytes: Uint8Array, start: number): number {
  let hash = 0
  for (let at = start; at < bytes.length && bytes[at] !== 0; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0 // not a kernel number: a small prime
  return (hash ^ (hash >>> 16)) & 0xffff // not a kernel number: bits of the hash
}
