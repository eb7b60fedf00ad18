import { systemClock } from '../../connection/time/system-clock.js'
import type { Clock } from '../../policy/clock.js'

/** The clocks may differ by this many milliseconds before the log's is set. */
const mostDrift = 100

const settled = Promise.resolve()

/**
 * The time of the rows: milliseconds since 1970, which never go back, so that a log is in the order of
 * time. The clock of the machine may be set back; then the log's goes on as before.
 */
export class LogTime {
  readonly #clock: Clock
  #offset: number
  #last: number
  /** Rows of one piece of work share a time. A `nextTick` would cost as much as a row. */
  #isKnown = false
  readonly #forget = (): void => {
    this.#isKnown = false
  }

  /** @param last the time of the last row that the log has already */
  constructor(clock: Clock, last: number) {
    this.#clock = clock
    this.#offset = Date.now() - clock.now()
    this.#last = last
  }

  now(): number {
    if (this.#isKnown) return this.#last
    const time = this.#offset + this.#clock.now()
    if (time > this.#last) this.#last = time
    // Another clock says itself when it moves.
    if (this.#clock === systemClock) {
      this.#isKnown = true
      void settled.then(this.#forget)
    }
    return this.#last
  }

  /** Follow the clock of the machine where that is ahead: it was set, or the machine slept. */
  adjust(): void {
    const offset = Date.now() - this.#clock.now()
    if (offset > this.#offset + mostDrift) this.#offset = offset
  }
}
