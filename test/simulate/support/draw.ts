/** What is drawn for a simulation before there is one: the same for the same seed and purpose (mulberry32). */
export class Draw {
  #state: number

  /** @param purpose draws for different purposes do not disturb each other */
  constructor(seed: number, purpose: string) {
    this.#state = seed ^ 0x811c9dc5
    for (let index = 0; index < purpose.length; index += 1) {
      this.#state = Math.imul(this.#state ^ purpose.charCodeAt(index), 0x01000193)
    }
  }

  /** From 0 up to, and not including, 1. */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number, both bounds included. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from + 1))
  }

  /** Whether something happens that happens with this probability. */
  happens(probability: number): boolean {
    return this.random() < probability
  }
}
