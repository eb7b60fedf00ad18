/** How many connections each peer has open. An entry for each that has one, and for no other. */
export class AddressCounts {
  readonly #counts = new Map<string, number>()

  /** How many peers there are. */
  get size(): number {
    return this.#counts.size
  }

  /** How many this peer has open. */
  of(key: string): number {
    return this.#counts.get(key) ?? 0
  }

  /** So many more; fewer, when it is below 0. */
  change(key: string, by: number): void {
    const count = this.of(key) + by
    if (count > 0) this.#counts.set(key, count)
    else this.#counts.delete(key)
  }

  [Symbol.iterator](): MapIterator<[key: string, count: number]> {
    return this.#counts.entries()
  }
}
