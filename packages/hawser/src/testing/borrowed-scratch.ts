/** Who is pushed at. */
export interface Lendee {
  deliver(bytes: Uint8Array, borrowed: boolean, headroom: number): void
}

/** Room in front of the bytes that the reader may overwrite during the call. */
const headroom = 1024

/** What lent bytes turn into as soon as the call is over. */
const poison = 0xdb

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
    const bytes = (this.#bytes ??= new Uint8Array(headroom + this.#size))
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
}
