import { tell, valueOf } from '../../callbacks.js'
import type { Clock, ClockTimer } from '../../policy/clock.js'
import { warn } from '../../report.js'
import { surroundings } from '../../surroundings.js'
import { systemClock } from './system-clock.js'

/** One for each clock of the user's, so that all who are passed it see the same time. */
const steadied = new WeakMap<Clock, Clock>()

/**
 * A clock that can be relied on: from the first call that fails, the system's own goes on in its place.
 * A clock that throws would leave whatever was to be timed, a close for instance, half way.
 */
export function steadyClock(clock: Clock | undefined): Clock {
  if (clock === undefined) return steadyClock(surroundings()?.clock ?? systemClock)
  if (clock === systemClock) return systemClock
  const known = steadied.get(clock)
  if (known !== undefined) return known
  const made = new SteadyClock(clock)
  steadied.set(clock, made)
  steadied.set(made, made)
  return made
}

class SteadyClock implements Clock {
  readonly neverStands: boolean
  readonly #clock: Clock
  #last = 0
  /** What is added to the system's time, once it goes on in the place of the other. */
  #offset: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.neverStands = clock.neverStands === true
  }

  now(): number {
    if (this.#offset === undefined) {
      try {
        const now = valueOf('clock.now', this.#clock.now())
        if (typeof now !== 'number' || Number.isNaN(now)) {
          throw new TypeError(`clock.now returned ${String(now)}, and a number is needed`)
        }
        this.#last = now
        return now
      } catch (cause) {
        this.#failed(cause)
      }
    }
    return systemClock.now() + (this.#offset ?? 0)
  }

  schedule(callback: () => void, delay: number, keepAlive: boolean): ClockTimer {
    if (this.#offset === undefined) {
      try {
        return this.#guard(
          valueOf('clock.schedule', this.#clock.schedule(callback, delay, keepAlive)),
        )
      } catch (cause) {
        this.#failed(cause)
      }
    }
    return systemClock.schedule(callback, delay, keepAlive)
  }

  #guard(timer: ClockTimer): ClockTimer {
    return {
      cancel: () =>
        tell(
          () => timer.cancel(),
          (cause) => this.#failed(cause),
        ),
    }
  }

  #failed(cause: unknown): void {
    if (this.#offset !== undefined) return
    this.#offset = this.#last - systemClock.now()
    warn(cause)
  }
}
