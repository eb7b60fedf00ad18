/** As many reasons are told apart; others are counted together. */
const mostReasons = 16

/**
 * How often a client tried in vain since it was last connected. One that tries for ever says so the 1st, 2nd, 4th, 8th
 * time, for each reason.
 */
export class FailedTries {
  readonly #counts = new Map<string, number>()

  /** @returns how often it failed so, where that is to be said now */
  count(reason: string): number | undefined {
    const isKnown = this.#counts.has(reason) || this.#counts.size < mostReasons
    const key = isKnown ? reason : ''
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    return Number.isInteger(Math.log2(count)) ? count : undefined
  }

  /** It is connected. */
  clear(): void {
    this.#counts.clear()
  }
}
