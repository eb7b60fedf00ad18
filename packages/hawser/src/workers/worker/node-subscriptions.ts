/**
 * The topics that a node wants, and what of that the primary was told. Only the difference waits, so
 * what is joined and left again before it is told takes no memory and no message.
 */
export class NodeSubscriptions {
  readonly #wanted = new Set<string>()
  readonly #told = new Set<string>()
  readonly #changed = new Set<string>()

  has(topic: string): boolean {
    return this.#wanted.has(topic)
  }

  add(topic: string): void {
    this.#wanted.add(topic)
    this.#compare(topic)
  }

  delete(topic: string): void {
    this.#wanted.delete(topic)
    this.#compare(topic)
  }

  clear(): void {
    for (const topic of this.#wanted) this.delete(topic)
  }

  /** What the primary must hear; each counts as told once it is handed out. */
  *changes(): Generator<readonly [topic: string, isWanted: boolean]> {
    for (const topic of this.#changed) {
      const isWanted = this.#wanted.has(topic)
      this.#changed.delete(topic)
      if (isWanted) this.#told.add(topic)
      else this.#told.delete(topic)
      yield [topic, isWanted]
    }
  }

  #compare(topic: string): void {
    if (this.#wanted.has(topic) === this.#told.has(topic)) this.#changed.delete(topic)
    else this.#changed.add(topic)
  }
}
