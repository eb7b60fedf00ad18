import type { Clock, ClockTimer } from '../../policy/clock.js'
import { isUnderWay, nextTurn } from '../../testing/next-turn.js'

interface Entry extends ClockTimer {
  readonly due: number
  /** Of two that are due at once, the one that was asked for first is first. */
  readonly order: number
  callback: (() => void) | undefined
}

/** Why time does not pass any more. */
export type WhyEnded = 'settled' | 'limit' | 'stuck' | 'standstill'

/** So many timers at one and the same instant are one that restarts itself without delay. */
const maxTimersAtOnce = 200_000
/** So many turns without one in which nothing happens are a program that polls: time goes on. */
const mostTurns = 100_000
/** Turns in which nothing happens, after which nothing is on its way. */
const quietTurns = 2
/** Fewer cancelled timers than this are left where they are. */
const mostCancelled = 1_024

/**
 * The time of a whole simulation, from which its hosts' clocks are derived. It goes on to the next timer
 * when nothing moves any more, so it costs what happens, not how long it takes.
 */
export class WorldClock implements Clock {
  #now = 0
  #order = 0
  /** A binary heap. */
  #heap: Entry[] = []
  #cancelled = 0
  #fired = 0
  readonly #isBusy: () => boolean
  readonly #thrown: (error: unknown) => void
  readonly #passed: () => void
  #passedAt = 0

  /**
   * @param isBusy whether programs have something to do that needs no time
   * @param thrown called with what a timer's callback throws
   * @param passed called when nothing moves and the next timer is due, at most ten times a second
   */
  constructor(isBusy: () => boolean, thrown: (error: unknown) => void, passed: () => void) {
    this.#isBusy = isBusy
    this.#thrown = thrown
    this.#passed = passed
  }

  now(): number {
    return this.#now
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#heap.length - this.#cancelled
  }

  /** Timers that have fired. */
  get fired(): number {
    return this.#fired
  }

  schedule(callback: () => void, delay: number): ClockTimer {
    const due = this.#now + Math.max(0, delay)
    const entry: Entry = {
      due,
      order: (this.#order += 1),
      callback,
      cancel: () => this.#cancel(entry),
    }
    if (due < Infinity) this.#push(entry)
    else entry.callback = undefined
    return entry
  }

  /**
   * Let time pass until a promise settles.
   *
   * @param limit milliseconds from the beginning
   * @returns why it ended: the promise settled, the limit was reached, it waits for something that never
   *   comes, as no timer is left, or time stands still, as a timer restarts itself without delay
   */
  async runUntil(promise: Promise<unknown>, limit: number): Promise<WhyEnded> {
    let isSettled = false
    const settle = (): void => {
      isSettled = true
    }
    promise.then(settle, settle)
    let atOnce = 0
    for (;;) {
      await this.#comeToRest()
      if (isSettled) return 'settled'
      const entry = this.#take()
      if (entry === undefined) return 'stuck'
      if (entry.due > limit) return 'limit'
      atOnce = entry.due > this.#now ? 0 : atOnce + 1
      if (atOnce > maxTimersAtOnce) return 'standstill'
      if (entry.due >= this.#passedAt + 100) {
        this.#passedAt = entry.due
        this.#passed()
      }
      this.#now = Math.max(this.#now, entry.due)
      this.#fired += 1
      const { callback } = entry
      entry.callback = undefined
      try {
        callback?.()
      } catch (error) {
        this.#thrown(error)
      }
    }
  }

  async #comeToRest(): Promise<void> {
    let quiet = 0
    for (let turn = 0; turn < mostTurns && quiet < quietTurns; turn += 1) {
      await nextTurn()
      quiet = isUnderWay() || this.#isBusy() ? 0 : quiet + 1
    }
  }

  #cancel(entry: Entry): void {
    if (entry.callback === undefined) return
    entry.callback = undefined
    this.#cancelled += 1
    if (this.#cancelled < mostCancelled || this.#cancelled * 2 < this.#heap.length) return
    const left = this.#heap.filter(({ callback }) => callback !== undefined)
    this.#heap = []
    this.#cancelled = 0
    for (const each of left) this.#push(each)
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >>> 1
      const above = heap[parent] as Entry
      if (!isBefore(entry, above)) break
      heap[index] = above
      index = parent
    }
    heap[index] = entry
  }

  /** The next one that was not cancelled. */
  #take(): Entry | undefined {
    for (let first = this.#pop(); first !== undefined; first = this.#pop()) {
      if (first.callback !== undefined) return first
      this.#cancelled -= 1
    }
    return undefined
  }

  #pop(): Entry | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || first === last) return first
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      const one = heap[left]
      if (one === undefined) break
      const other = heap[left + 1]
      const isRight = other !== undefined && isBefore(other, one)
      const child = isRight ? other : one
      if (!isBefore(child, last)) break
      heap[index] = child
      index = isRight ? left + 1 : left
    }
    heap[index] = last
    return first
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.due === other.due ? one.order < other.order : one.due < other.due
}
