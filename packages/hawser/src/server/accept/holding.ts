import { setImmediate } from 'node:timers'
import { LinkedMap } from '../../policy/linked-map.js'
import { isPaused } from '../../policy/limit-pause.js'
import type { Arrival } from '../../socket/listen/arrival.js'

/** What is asked of the owner, which takes connections in. */
export interface HoldingOwner {
  /** Connections open now. */
  readonly open: number
  /** The most that may be. */
  readonly maxConnections: number
  /** Its turn has come. */
  admit(arrival: Arrival): void
}

/**
 * Connections that wait for room (`atLimit: 'pause'`), first come, first served: accepted, not read
 * from and not begun, as they would be in the operating system's queue. Node.js has no way to leave
 * them there: it accepts whatever comes for as long as it listens.
 */
export class Holding {
  readonly #capacity: number
  readonly #owner: HoldingOwner
  readonly #arrivals = new LinkedMap<Arrival, true>()
  #paused = false
  #isDue = false

  constructor(capacity: number, owner: HoldingOwner) {
    this.#capacity = capacity
    this.#owner = owner
  }

  /** How many wait. */
  get size(): number {
    return this.#arrivals.size
  }

  /** Whether none is taken in, until a tenth of the limit is free. */
  get isPaused(): boolean {
    return this.#paused
  }

  /** Whether a connection that arrives now has to wait. */
  get mustWait(): boolean {
    return this.#paused || this.size > 0
  }

  /** @returns false when as many wait as may */
  hold(arrival: Arrival): boolean {
    if (this.size >= this.#capacity) return false
    this.#arrivals.set(arrival, true)
    return true
  }

  /** The number of open connections has changed, or the limit has. */
  moved(): void {
    const { open, maxConnections } = this.#owner
    this.#paused = isPaused(this.#paused, open, maxConnections)
    if (this.#paused || this.size === 0 || this.#isDue) return
    this.#isDue = true
    // Not in the middle of another one's end.
    setImmediate(() => this.#admit())
  }

  /** Those who wait: they do not any more. */
  clear(): Arrival[] {
    const arrivals: Arrival[] = []
    for (let next = this.#take(); next !== undefined; next = this.#take()) arrivals.push(next)
    return arrivals
  }

  #admit(): void {
    this.#isDue = false
    while (!this.#paused) {
      const arrival = this.#take()
      if (arrival === undefined) return
      // It tells how many are open then.
      this.#owner.admit(arrival)
    }
  }

  #take(): Arrival | undefined {
    const arrival = this.#arrivals.oldest?.key
    if (arrival !== undefined) this.#arrivals.delete(arrival)
    return arrival
  }
}
