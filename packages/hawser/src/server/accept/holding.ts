import { setImmediate } from 'node:timers'
import { LinkedMap } from '../../policy/linked-map.js'
import { isPaused } from '../../policy/limit-pause.js'
import type { Arrival } from '../../socket/listen/arrival.js'

/**
 * Connections that wait for room (`atLimit: 'pause'`), first come, first served: accepted, not read
 * from and not begun, as they would be in the operating system's queue. Node.js has no way to leave
 * them there: it accepts whatever comes for as long as it listens.
 */
export class Holding {
  readonly #capacity: number
  readonly #admit: (arrival: Arrival) => void
  readonly #arrivals = new LinkedMap<Arrival, true>()
  #paused = false
  #isDue = false

  /** @param admit lets in one whose turn has come, and tells how many are open then */
  constructor(capacity: number, admit: (arrival: Arrival) => void) {
    this.#capacity = capacity
    this.#admit = admit
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
  moved(open: number, limit: number): void {
    this.#paused = isPaused(this.#paused, open, limit)
    if (this.#paused || this.size === 0 || this.#isDue) return
    this.#isDue = true
    // Not in the middle of another one's end.
    setImmediate(() => this.#admitAll())
  }

  /** Those who wait: they do not any more. */
  clear(): Arrival[] {
    const arrivals: Arrival[] = []
    for (let next = this.#take(); next !== undefined; next = this.#take()) arrivals.push(next)
    return arrivals
  }

  #admitAll(): void {
    this.#isDue = false
    while (!this.#paused) {
      const arrival = this.#take()
      if (arrival === undefined) return
      this.#admit(arrival)
    }
  }

  #take(): Arrival | undefined {
    const arrival = this.#arrivals.oldest?.key
    if (arrival !== undefined) this.#arrivals.delete(arrival)
    return arrival
  }
}
