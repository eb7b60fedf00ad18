import { LinkedMap } from '../linked-map.js'
import type { NamesOf } from '../../options/option-names.js'

/** How fast one peer may open connections. */
export interface ConnectRate {
  /** Connections a second, above 0; 0.1 is six a minute. `Infinity` is off. */
  readonly perSecond: number
  /** Connections at once, after a while without any. Default: those of a second, at least 1. */
  readonly burst?: number | undefined
}

/** The names of the options in {@link ConnectRate}. */
export const connectRateNames: NamesOf<ConnectRate> = {
  perSecond: true,
  burst: true,
}

/** The most peers that are remembered: about 10 MiB. */
export const mostPeers = 65_536
/** How many that may be forgotten are looked at for each that comes. */
const sweep = 2

/**
 * A token bucket for each peer. A bucket is one number, the time at which it is full again, and a
 * full one need not be remembered (the generic cell rate algorithm, ITU-T I.371 annex A).
 *
 * Memory is bounded by {@link mostPeers}. When so many have buckets that are not full, the one that
 * connected the longest ago is forgotten and has its burst again: refusing new peers instead would
 * let an attacker with a large network shut out all others.
 */
export class ConnectRates {
  readonly #interval: number
  readonly #depth: number
  readonly #most: number
  /** When each is full again, in the order of their last connections. */
  readonly #fullAt = new LinkedMap<string, number>()

  /** @param most peers remembered at the most */
  constructor({ perSecond, burst }: Required<ConnectRate>, most: number = mostPeers) {
    this.#interval = 1_000 / perSecond
    this.#depth = (burst ?? 1) * this.#interval
    this.#most = most
  }

  /** How many peers are remembered. */
  get size(): number {
    return this.#fullAt.size
  }

  /**
   * Take a token.
   *
   * @param key of its address
   * @param now milliseconds
   * @returns whether there was one
   */
  take(key: string, now: number): boolean {
    this.#forgetFull(now)
    const fullAt = this.#fullAfter(key, 1, now)
    // A sum of fractions must not cost a peer the last of its burst.
    if (fullAt - now > this.#depth * (1 + Number.EPSILON * 64)) return false
    this.#set(key, fullAt)
    return true
  }

  /** So many were taken elsewhere, whether or not they were there: what is missing is owed. */
  taken(key: string, count: number, now: number): void {
    this.#forgetFull(now)
    this.#set(key, this.#fullAfter(key, count, now))
  }

  #fullAfter(key: string, count: number, now: number): number {
    return Math.max(now, this.#fullAt.get(key) ?? now) + count * this.#interval
  }

  #set(key: string, fullAt: number): void {
    this.#fullAt.set(key, fullAt)
    if (this.#fullAt.size > this.#most) this.#forgetOldest()
  }

  #forgetFull(now: number): void {
    for (let looked = 0; looked < sweep; looked += 1) {
      const fullAt = this.#fullAt.oldest?.value
      if (fullAt === undefined || fullAt > now) return
      this.#forgetOldest()
    }
  }

  #forgetOldest(): void {
    const { oldest } = this.#fullAt
    if (oldest !== undefined) this.#fullAt.delete(oldest.key)
  }
}
