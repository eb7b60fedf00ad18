import { natives, version } from '../natives.js'

/** The longest delay that a timer takes, 24 days. */
const longest = 2 ** 31 - 1

/** The versions of Node.js whose timers are known inside: see `#hide`. */
const known = /^v2[0-6]\./

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
  readonly #isHidden = known.test(version)
  #isSet = false
  #isOver = false
  #isDone = false

  readonly #onRing: () => void

  constructor(onRing: () => void) {
    this.#onRing = onRing
    this.#timer = natives.setInterval(() => this.#ring(), longest).unref() as Timer
    if (this.#isHidden) this.#hide()
  }

  get isArmed(): boolean {
    return this.#isSet
  }

  set(milliseconds: number): void {
    this.#isSet = true
    this.#isDone = false
    this.#timer._idleTimeout = milliseconds
    this.#timer._repeat = milliseconds
    this.#timer.refresh()
  }

  /** That a timer is closed is said to the program's hooks, which have never seen it: a hidden one ends by itself. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#isHidden) this.set(1)
    else this.#timer.close()
  }

  #ring(): void {
    this.#isSet = false
    this.#timer._repeat = longest
    if (!this.#isOver) this.#onRing()
  }

  /**
   * Rings when Node.js looks whether there is a function to call, and says then that there is none, and that all is
   * done about it: of a call, the program's `async_hooks` would be told. See `listOnTimeout` in Node's
   * lib/internal/timers.js.
   */
  #hide(): void {
    Object.defineProperties(this.#timer, {
      _onTimeout: {
        get: () => {
          this.#ring()
          this.#isDone = true
        },
        set: () => {},
      },
      _destroyed: { get: () => this.#isDone, set: () => {} },
    })
  }
}
