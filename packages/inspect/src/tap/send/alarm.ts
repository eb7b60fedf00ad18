import { natives } from '../natives.js'

/** The longest delay that a timer takes, 24 days. */
const longest = 2 ** 31 - 1

interface Timer extends NodeJS.Timeout {
  _idleTimeout: number
}

/**
 * One timer for the life of the thread. A new one each time would use up an identity of `async_hooks` and be seen by
 * the program's own hooks; so would a timer that has fired and is refreshed. One that repeats keeps its identity, and
 * its next delay may be changed.
 */
export class Alarm {
  readonly #timer: Timer
  #isSet = false

  constructor(onRing: () => void) {
    const ring = (): void => {
      this.#isSet = false
      onRing()
    }
    this.#timer = natives.setInterval(ring, longest).unref() as Timer
  }

  get isArmed(): boolean {
    return this.#isSet
  }

  set(milliseconds: number): void {
    this.#isSet = true
    this.#timer._idleTimeout = milliseconds
    this.#timer.refresh()
  }

  end(): void {
    this.#timer.close()
  }
}
