import { valueOf } from '../callbacks.js'

/** How long bytes take, all values filled in. */
export interface FlightPlan {
  readonly latency: number
  readonly jitter: number
  readonly bandwidth: number
  readonly loss: number
}

/** With a bandwidth, bytes travel in pieces of so many milliseconds. */
const pieceTime = 50

/** After so many milliseconds TCP sends again what was lost, at least (RFC 6298 section 2.4; Linux). */
const shortestRetry = 200

/** When what is sent arrives: in order, and no faster than the bandwidth. */
export class FlightTimes {
  readonly #random: () => number
  #plan: FlightPlan
  /** When the line is free again. */
  #free = -Infinity
  /** When the last one arrives: none overtakes it. */
  #last = -Infinity

  /** @param random from 0 up to, and not including, 1 */
  constructor(plan: FlightPlan, random: () => number) {
    this.#plan = plan
    this.#random = random
  }

  /** The most bytes that travel as one. */
  get piece(): number {
    return Math.max(1, Math.floor((this.#plan.bandwidth * pieceTime) / 1_000))
  }

  /** Begin anew, with nothing under way. */
  restart(plan: FlightPlan): void {
    this.#plan = plan
    this.#free = -Infinity
    this.#last = -Infinity
  }

  /** When `size` bytes arrive that are sent at `now`; 0 for an end or a reset. */
  arrival(size: number, now: number): number {
    const { latency, jitter, bandwidth } = this.#plan
    this.#free = Math.max(this.#free, now) + (size * 1_000) / bandwidth
    const delay =
      jitter === 0 ? latency : latency + jitter * (2 * valueOf('random', this.#random()) - 1)
    this.#last = Math.max(this.#last, this.#free + Math.max(0, delay) + this.#retries())
    return this.#last
  }

  /** How much longer it takes because it was lost: each retry waits twice as long (RFC 6298 5.5). */
  #retries(): number {
    const { loss } = this.#plan
    if (loss === 0) return 0
    let delay = 0
    for (let wait = shortestRetry; valueOf('random', this.#random()) < loss; wait *= 2)
      delay += wait
    return delay
  }
}
