import type { Clock, ClockTimer } from '../policy/clock.js'

/**
 * Milliseconds that a stream gets for its end when both directions have ended. There is nothing more to
 * lose then, and some streams never tell: `Duplex.from()` over a process that was killed, for one.
 */
const patience = 1_000

/** Notes that each direction has ended, and runs `late` if nothing comes of it. */
export class BothEnded {
  readonly #clock: Clock
  readonly #late: () => void
  #has = 0
  #timer: ClockTimer | undefined

  constructor(clock: Clock, late: () => void) {
    this.#clock = clock
    this.#late = late
  }

  /** One of the two directions has ended; to be called once for each. */
  note(): void {
    this.#has += 1
    if (this.#has === 2) this.again()
  }

  /** Wait once more: there is something to lose. */
  again(): void {
    this.#timer = this.#clock.schedule(this.#late, patience, true)
  }

  /** The stream is gone. */
  stop(): void {
    this.#timer?.cancel()
  }
}
