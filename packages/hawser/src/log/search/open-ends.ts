/** As many directions may end with a part of the pattern at a time: about 40 MB. */
const mostEnds = 500_000

/**
 * The directions whose bytes so far end with a part of the pattern. Of more than half a million, the oldest
 * are forgotten: a match of theirs across two rows is not found.
 */
export class OpenEnds {
  readonly #counts = new Map<number, number>()
  readonly #positions = new Map<number, number>()

  get size(): number {
    return this.#counts.size
  }

  /** How much of the pattern had come before the byte at `position`; 0 if something is missing there. */
  take(direction: number, position: number): number {
    const count = this.#counts.get(direction)
    if (count === undefined) return 0
    const isNext = this.#positions.get(direction) === position
    this.#counts.delete(direction)
    this.#positions.delete(direction)
    return isNext ? count : 0
  }

  set(direction: number, count: number, position: number): void {
    this.#counts.set(direction, count)
    this.#positions.set(direction, position)
    if (this.#counts.size <= mostEnds) return
    for (const oldest of this.#counts.keys()) {
      this.#counts.delete(oldest)
      this.#positions.delete(oldest)
      return
    }
  }
}
