interface Entry<Key, Value> {
  readonly key: Key
  value: Value
  older: Entry<Key, Value> | undefined
  newer: Entry<Key, Value> | undefined
}

/**
 * A map in the order in which its entries were set last, whose first entry is found at once. In a
 * `Map` from which the first entry is deleted over and over, finding the next one walks over all that
 * were deleted before it: 100 µs where there are 65,536.
 */
export class LinkedMap<Key, Value> {
  readonly #entries = new Map<Key, Entry<Key, Value>>()
  #oldest: Entry<Key, Value> | undefined
  #newest: Entry<Key, Value> | undefined

  get size(): number {
    return this.#entries.size
  }

  /** The entry that was set the longest ago. */
  get oldest(): { readonly key: Key; readonly value: Value } | undefined {
    return this.#oldest
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)?.value
  }

  /** Set an entry, which becomes the newest. */
  set(key: Key, value: Value): void {
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = { key, value, older: undefined, newer: undefined }
      this.#entries.set(key, entry)
    } else {
      entry.value = value
      this.#unlink(entry)
    }
    entry.older = this.#newest
    if (this.#newest === undefined) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
  }

  delete(key: Key): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#unlink(entry)
  }

  clear(): void {
    this.#entries.clear()
    this.#oldest = undefined
    this.#newest = undefined
  }

  #unlink(entry: Entry<Key, Value>): void {
    const { older, newer } = entry
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
    entry.older = undefined
    entry.newer = undefined
  }
}
