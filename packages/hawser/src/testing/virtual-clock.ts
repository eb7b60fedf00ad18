import { performance } from 'node:perf_hooks'
import { OptionError } from '../errors.js'
import { checkOptions } from '../options/check-options.js'
import type { NamesOf } from '../options/option-names.js'
import type { Clock, ClockTimer } from '../policy/clock.js'
import { checkDeadline, defaultDeadline } from './test-deadline.js'
import { comeToRest, nextTurn } from './next-turn.js'

interface Entry extends ClockTimer {
  readonly due: number
  readonly keepAlive: boolean
  readonly callback: () => void
}

/** So many timers at one and the same instant are a timer that keeps restarting itself. */
const maxTimersAtOnce = 100_000

/** Options of {@link VirtualClock.runUntil}. */
export interface RunUntilOptions {
  /**
   * The most that the clock is moved, in ms of its own time. Default 86 400 000, a day; `Infinity` is
   * off. Stops: a timer that starts itself again for as long as the promise is pending.
   */
  limit?: number
  /**
   * How long to wait, in ms of real time, while no timer is there to move to. Default 5,000; `Infinity`
   * waits for ever.
   */
  deadline?: number
}

/** The names of the options in {@link RunUntilOptions}. */
const runUntilNames: NamesOf<RunUntilOptions> = { limit: true, deadline: true }

/** The most that `runUntil` moves a clock by default: a day. */
const defaultLimit = 86_400_000

/**
 * A {@link Clock} that moves only when it is told to, so that a limit of an hour is tested in a
 * millisecond and without a race. It starts at 0 and holds no timer of the runtime.
 *
 * ```ts
 * const clock = new VirtualClock()
 * const server = createServer({ clock, idleTimeout: 3_600_000 })
 * // …
 * await clock.advance(3_600_000)
 * ```
 */
export class VirtualClock implements Clock {
  #now = 0
  /** Sorted by due time; timers due at the same time stay in the order they were scheduled in. */
  readonly #entries: Entry[] = []

  /** Milliseconds the clock was advanced by since it was made. */
  now(): number {
    return this.#now
  }

  /** How many timers wait. One with a delay of `Infinity` can never fire and is not counted. */
  get pending(): number {
    return this.#entries.length
  }

  /** How many of the waiting timers would keep a process alive. */
  get keepingAlive(): number {
    return this.#entries.filter((entry) => entry.keepAlive).length
  }

  /**
   * Call `callback` once, when the clock has been advanced by `delay`.
   *
   * @param callback runs inside `advance` or `advanceSync`; what it throws comes out there
   * @param delay ms; `Infinity` never fires, 0 or less fires at the next advance, even by 0
   * @param keepAlive only counted, see {@link VirtualClock.keepingAlive}
   * @throws OptionError `HAWSER_INVALID_OPTION` when `delay` is not a number
   */
  schedule(callback: () => void, delay: number, keepAlive: boolean): ClockTimer {
    if (typeof delay !== 'number' || Number.isNaN(delay)) {
      throw new OptionError('HAWSER_INVALID_OPTION', `delay is ${delay}; give milliseconds`)
    }
    const due = this.#now + Math.max(0, delay)
    const entry: Entry = { due, keepAlive, callback, cancel: () => this.#remove(entry) }
    if (due !== Infinity) this.#entries.splice(this.#placeFor(due), 0, entry)
    return entry
  }

  /**
   * Move the time on and run every timer that falls due on the way, in order of time, each at its
   * own `now()`. Timers that those start are run too when they fall due within the same span.
   *
   * Before the first timer, after each one and at the end it lets the runtime take a turn:
   * promises settle and events that are ready are handled, so that what a timer set off has
   * happened before the next one fires.
   *
   * @param ms 0 runs what is due already; must be finite
   * @returns fulfils when the time has come and all is done
   * @throws OptionError `HAWSER_INVALID_OPTION` when `ms` is negative or not finite
   * @throws what a timer's callback throws; the clock then stands at that timer's time
   */
  async advance(ms: number): Promise<void> {
    const target = this.#targetOf(ms)
    const guard = new SameInstantGuard()
    await nextTurn()
    for (let entry = this.#take(target); entry !== undefined; entry = this.#take(target)) {
      guard.check(entry.due)
      entry.callback()
      await nextTurn()
    }
    this.#now = Math.max(this.#now, target)
    await nextTurn()
  }

  /**
   * Like {@link VirtualClock.advance}, in one go: nothing but the timers runs in between.
   *
   * @throws OptionError `HAWSER_INVALID_OPTION` when `ms` is negative or not finite
   * @throws what a timer's callback throws; the clock then stands at that timer's time
   */
  advanceSync(ms: number): void {
    const target = this.#targetOf(ms)
    const guard = new SameInstantGuard()
    for (let entry = this.#take(target); entry !== undefined; entry = this.#take(target)) {
      guard.check(entry.due)
      entry.callback()
    }
    this.#now = Math.max(this.#now, target)
  }

  /**
   * Move the time on, from timer to timer, until `promise` settles: for what takes as long as it takes,
   * as a close, a retry or a timeout does.
   *
   * ```ts
   * await clock.runUntil(client.close())
   * ```
   *
   * The time moves only when nothing is on its way that needs none, as far as it goes through memory.
   * What goes through real sockets may be overtaken by it.
   *
   * @returns what the promise fulfils with; rejects with what it rejects with
   * @throws Error when the promise is still pending at `limit`, or when no timer waits and it is still
   *   pending after `deadline`
   * @throws OptionError `HAWSER_INVALID_OPTION` when an option cannot work
   * @throws what a timer's callback throws; the clock then stands at that timer's time
   */
  async runUntil<Result>(
    promise: PromiseLike<Result>,
    options: RunUntilOptions = {},
  ): Promise<Result> {
    checkOptions(options, runUntilNames)
    const { limit = defaultLimit, deadline = defaultDeadline } = options
    checkDeadline(deadline)
    const target = limit === Infinity ? Infinity : this.#targetOf(limit)
    const guard = new SameInstantGuard()
    let isSettled = false
    const settle = (): void => {
      isSettled = true
    }
    promise.then(settle, settle)
    let still = performance.now()
    for (;;) {
      await comeToRest()
      if (isSettled) return promise
      const entry = this.#take(target)
      if (entry !== undefined) {
        guard.check(entry.due)
        entry.callback()
        still = performance.now()
      } else if (this.pending > 0) {
        throw new Error(`the promise is pending after ${limit} ms on the clock, which is its limit`)
      } else if (performance.now() - still > deadline) {
        throw new Error(
          `no timer waits on the clock, and the promise is pending after ${deadline} ms: it waits for something that is not time`,
        )
      }
    }
  }

  #targetOf(ms: number): number {
    if (!(ms >= 0 && ms < Infinity)) {
      throw new OptionError(
        'HAWSER_INVALID_OPTION',
        `a virtual clock cannot be advanced by ${ms} ms; give a finite number of 0 or more`,
      )
    }
    return this.#now + ms
  }

  /** The next timer due by `target`, with the clock moved on to it. */
  #take(target: number): Entry | undefined {
    const entry = this.#entries[0]
    if (entry === undefined || entry.due > target) return undefined
    this.#entries.shift()
    this.#now = Math.max(this.#now, entry.due)
    return entry
  }

  #remove(entry: Entry): void {
    const index = this.#entries.indexOf(entry)
    if (index !== -1) this.#entries.splice(index, 1)
  }

  /** The first index behind all entries that are due no later. */
  #placeFor(due: number): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#entries[middle]?.due ?? Infinity) <= due) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Ends what would otherwise never end: a timer that starts itself again with a delay of 0. */
class SameInstantGuard {
  #instant = -1
  #count = 0

  check(instant: number): void {
    this.#count = instant === this.#instant ? this.#count + 1 : 0
    this.#instant = instant
    if (this.#count >= maxTimersAtOnce) {
      throw new Error(
        `${maxTimersAtOnce} timers fired at ${instant} ms: one of them restarts itself without delay`,
      )
    }
  }
}
