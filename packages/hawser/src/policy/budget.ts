/** A holder of bytes of a {@link Budget}. */
export interface BudgetHolder {
  /** When it last made progress, on the clock its owner uses; the smallest is evicted first. */
  readonly progressAt: number
  /** Called when the budget is used up and this holder has been stalled the longest. */
  evict(used: number, limit: number): void
}

/** What each connection may hold in each direction before it draws on the budget: 64 KiB. */
export const privateAllowance: number = 64 * 1024

/**
 * One limit on bytes shared by many holders. When it is used up, the holder that has been without
 * progress the longest is evicted, so that a few stalled peers cannot freeze the others.
 */
export class Budget {
  /** The most bytes all holders may hold together; `Infinity` is off. */
  readonly limit: number
  readonly #held = new Map<BudgetHolder, number>()
  #used = 0

  constructor(limit: number) {
    this.limit = limit
  }

  /** Bytes held now. */
  get used(): number {
    return this.#used
  }

  /** Record that `holder` now holds `bytes`; may evict it or another. */
  hold(holder: BudgetHolder, bytes: number): void {
    const before = this.#held.get(holder) ?? 0
    if (bytes === before) return
    this.#used += bytes - before
    if (bytes === 0) this.#held.delete(holder)
    else this.#held.set(holder, bytes)
    while (this.#used > this.limit && bytes > before) {
      const used = this.#used
      this.#longestStalled()?.evict(used, this.limit)
      if (this.#used >= used) return
    }
  }

  #longestStalled(): BudgetHolder | undefined {
    let found: BudgetHolder | undefined
    for (const holder of this.#held.keys()) {
      if (found === undefined || holder.progressAt < found.progressAt) found = holder
    }
    return found
  }
}
