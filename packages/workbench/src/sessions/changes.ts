/** Those who watch; many changes of one turn of the event loop are one call. */
export class Changes {
  readonly #listeners = new Set<() => void>()
  #isDue = false

  /** @returns ends it */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  changed(): void {
    if (this.#isDue) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      for (const listener of this.#listeners) listener()
    }).unref()
  }
}
