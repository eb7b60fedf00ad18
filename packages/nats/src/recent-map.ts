/**
 * A map of at most `limit` entries that forgets those used longest ago, half of them at a time. The
 * last `limit / 2` keys are always there. No entry is moved or searched for: to delete the oldest key
 * of a `Map` one by one takes longer the more of them were deleted.
 */
export class RecentMap<Value> {
  readonly #half: number
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()

  constructor(limit: number) {
    this.#half = Math.floor(limit / 2)
  }

  /** Entries held; one that was used again may count twice. */
  get size(): number {
    return this.#young.size + this.#old.size
  }

  /** The value of a key, which is one of those used last from now on. */
  use(key: string): Value | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const value = this.#old.get(key)
    if (value !== undefined) this.add(key, value)
    return value
  }

  add(key: string, value: Value): void {
    this.#young.set(key, value)
    if (this.#young.size < this.#half) return
    this.#old = this.#young
    this.#young = new Map()
  }
}
