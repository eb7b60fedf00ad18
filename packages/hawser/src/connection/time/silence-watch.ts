import { setImmediate } from 'node:timers'
import type { Clock } from '../../policy/clock.js'

/** Where what comes is listened to. */
export interface Heard {
  /** Whether nothing is read, so that nothing can be heard. */
  readonly stopped: boolean
}

/** Sums of fractions of milliseconds are no time. */
const tolerance = 1 / 1024

/**
 * Notices when nothing has come for a while, to the millisecond: for framings whose frames end so. One
 * timer runs while something is held, and it is not set anew with each read.
 */
export class Silence {
  readonly #heard: Heard
  readonly #clock: Clock
  readonly #gap: number
  readonly #quiet: () => void
  #timer: { cancel(): void } | undefined
  #lastAt = 0
  /** Another number with each read. */
  #reads = 0
  #isOver = false

  constructor(heard: Heard, clock: Clock, gap: number, quiet: () => void) {
    this.#heard = heard
    this.#clock = clock
    this.#gap = gap
    this.#quiet = quiet
  }

  /** Something came, or is listened to again. */
  sound(): void {
    this.#reads += 1
    this.#lastAt = this.#clock.now()
    if (this.#timer === undefined) this.#wait(this.#gap)
  }

  /** Listen no more. */
  stop(): void {
    this.#isOver = true
    this.#timer?.cancel()
  }

  #wait(delay: number): void {
    this.#timer = this.#clock.schedule(() => this.#look(), delay, false)
  }

  #look(): void {
    this.#timer = undefined
    const left = this.#lastAt + this.#gap - this.#clock.now()
    if (left > tolerance) {
      this.#wait(left)
      return
    }
    // A program that was busy for longer has not read yet what came meanwhile.
    const reads = this.#reads
    setImmediate(() => {
      if (!this.#isOver && !this.#heard.stopped && reads === this.#reads) this.#quiet()
    })
  }
}
