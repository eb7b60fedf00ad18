/** Who is pushed at. */
export interface Lendee {
  deliver(bytes: Uint8Array, borrowed: boolean, headroom: number): void
}

/** Room in front of the bytes that the reader may overwrite during the call. */
const headroom = 1024

/** What lent bytes turn into as soon as the call is over. */
const poison = 0xdb

/** Most connections of a test carry little: what they are lent in grows when more is. */
const smallest = 2_048

/**
 * Lends bytes in one static buffer, as a socket that reads into one does, and overwrites them the
 * moment the call returns. A receiver that keeps them reads `0xdb` instead of what was sent.
 */
export class BorrowedScratch {
  readonly #size: number
  #bytes: Uint8Array | undefined

  /** @param size the most bytes lent at once */
  constructor(size: number) {
    this.#size = size
  }

  /** Push `parts`, joined, at `target`. */
  lend(parts: readonly Uint8Array[], size: number, target: Lendee): void {
    const bytes = this.#room(size)
    let offset = headroom
    for (const part of parts) {
      bytes.set(part, offset)
      offset += part.length
    }
    try {
      target.deliver(bytes.subarray(headroom, offset), true, headroom)
    } finally {
      bytes.fill(poison, 0, headroom + size)
    }
  }

  #room(size: number): Uint8Array {
    if (this.#bytes !== undefined && this.#bytes.length >= headroom + size) return this.#bytes
    const capacity = size <= smallest ? Math.min(smallest, this.#size) : this.#size
    this.#bytes = new Uint8Array(headroom + capacity)
    return this.#bytes
  }
}
