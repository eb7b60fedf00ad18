/** Bytes of a reply whose length becomes known on the way. It holds no more than it is asked for. */
export class HeldBytes {
  readonly #bytes: Uint8Array
  #length = 0

  /** @param most the longest possible reply */
  constructor(most: number) {
    this.#bytes = new Uint8Array(most)
  }

  /** What has been taken. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /**
   * Take from `source`, beginning `at`, until `wanted` are held.
   *
   * @returns how many were taken
   */
  take(source: Uint8Array, at: number, wanted: number): number {
    const part = source.subarray(at, at + Math.max(0, wanted - this.#length))
    this.#bytes.set(part, this.#length)
    this.#length += part.length
    return part.length
  }

  /** Begin the next reply. */
  clear(): void {
    this.#length = 0
  }
}
