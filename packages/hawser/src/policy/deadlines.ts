import type { Clock, ClockTimer } from './clock.js'

/**
 * One lazy timer for all the waits of a connection. Nothing is touched per message: the start of a
 * wait says when it would end, and only at that time does the timer ask whether it did.
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #check: () => void
  #timer: ClockTimer | undefined
  #at = Infinity

  /**
   * @param check called when the earliest deadline has come; calls `expect` again for what is left
   */
  constructor(clock: Clock, check: () => void) {
    this.#clock = clock
    this.#check = check
  }

  /** Something may have to be done at `at`; a later time than one already expected changes nothing. */
  expect(at: number, now: number): void {
    if (at >= this.#at) return
    this.#timer?.cancel()
    this.#at = at
    this.#timer = this.#clock.schedule(
      () => {
        this.#timer = undefined
        this.#at = Infinity
        this.#check()
      },
      at - now,
      false,
    )
  }

  /** Whether something is expected. */
  get isExpected(): boolean {
    return this.#timer !== undefined
  }

  /** Expect nothing any more. */
  cancel(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#at = Infinity
  }
}

/**
 * Progress that is too frequent to be stamped: it is looked at four times in the allowed time, so a
 * stall is noticed after 1 to 1.25 times of it.
 */
export class Stall {
  #seen = -1
  #since = 0

  /** When the stall, if it goes on, becomes one: at or before `now` means it has. */
  deadline(progress: number, now: number, allowed: number): number {
    if (progress !== this.#seen) {
      this.#seen = progress
      this.#since = now
    }
    const end = this.#since + allowed
    return now >= end ? end : Math.min(end, now + allowed / 4)
  }

  /** Whether progress has been missing for all of the allowed time. */
  expired(progress: number, now: number, allowed: number): boolean {
    return progress === this.#seen && now >= this.#since + allowed
  }

  /** Begin anew. */
  clear(): void {
    this.#seen = -1
  }
}
