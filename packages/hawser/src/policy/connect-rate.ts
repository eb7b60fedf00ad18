import { addressKey } from './ip-address.js'
import type { NamesOf } from '../options/option-names.js'

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
  readonly #fullAt = new Map<string, number>()

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
   * @param now milliseconds
   * @returns whether there was one
   */
  take(address: string, now: number): boolean {
    this.#forgetFull(now)
    const key = addressKey(address)
    const fullAt = Math.max(now, this.#fullAt.get(key) ?? now) + this.#interval
    // A sum of fractions must not cost a peer the last of its burst.
    if (fullAt - now > this.#depth * (1 + Number.EPSILON * 64)) return false
    this.#fullAt.delete(key)
    if (this.#fullAt.size >= this.#most) this.#forgetOldest()
    this.#fullAt.set(key, fullAt)
    return true
  }

  #forgetFull(now: number): void {
    let looked = 0
    for (const [key, fullAt] of this.#fullAt) {
      if (looked === sweep || fullAt > now) return
      this.#fullAt.delete(key)
      looked += 1
    }
  }

  #forgetOldest(): void {
    for (const key of this.#fullAt.keys()) {
      this.#fullAt.delete(key)
      return
    }
  }
}
