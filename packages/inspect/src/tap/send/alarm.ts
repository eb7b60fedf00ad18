import { natives } from '../natives.js'

/** The longest delay that a timer takes, 24 days. */
const longest = 2 ** 31 - 1

interface Timer extends NodeJS.Timeout {
  /** What it waits for now. */
  _idleTimeout: number
  /** What it waits for once it has fired: it is begun anew after its callback, whatever that did. */
  _repeat: number
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
      this.#timer._repeat = longest
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
    this.#timer._repeat = milliseconds
    this.#timer.refresh()
  }

  end(): void {
    this.#timer.close()
  }
}
