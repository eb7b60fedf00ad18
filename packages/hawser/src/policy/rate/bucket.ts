import type { Rate } from './rate-limit.js'

/** A sum of fractions must not cost the last of a burst: milliseconds that make no difference. */
const tolerance = 1 / 1024

/**
 * A token bucket, kept as one number: the time at which it is full again (the generic cell rate
 * algorithm, ITU-T I.371 annex A). More than it holds may be taken: what is missing is owed.
 */
export class Bucket {
  readonly rate: Rate
  readonly #interval: number
  readonly #depth: number
  #fullAt = -Infinity

  constructor(rate: Rate) {
    this.rate = rate
    this.#interval = 1_000 / rate.perSecond
    this.#depth = rate.burst * this.#interval
  }

  /** @param since when it was filled last at the earliest: what it gains before that runs over */
  take(count: number, since: number): void {
    this.#fullAt = Math.max(since, this.#fullAt) + count * this.#interval
  }

  /** Milliseconds until `count` may be taken; 0 when they are there. */
  wait(count: number, now: number): number {
    const wait = this.#fullAt + count * this.#interval - this.#depth - now
    return wait > tolerance ? wait : 0
  }

  /** How many may be taken now. */
  left(now: number): number {
    const filled = this.#depth - Math.max(0, this.#fullAt - now)
    return Math.max(0, Math.floor((filled + tolerance) / this.#interval))
  }

  /** The same share of another rate: used up here is used up there, and nothing is owed. */
  become(rate: Rate, now: number): Bucket {
    const used = Math.min(1, Math.max(0, this.#fullAt - now) / this.#depth)
    const bucket = new Bucket(rate)
    bucket.#fullAt = now + used * bucket.#depth
    return bucket
  }
}
