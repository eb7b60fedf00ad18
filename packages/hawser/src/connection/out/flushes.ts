import type { HawserError } from '../../errors.js'
import { type Waiter, withResolvers } from '../../promises.js'

interface FlushWaiter extends Waiter {
  readonly after: number
}

/** Those who wait until what was accepted before they asked has been handed over. */
export class Flushes {
  /** The earliest first. */
  #waiters: FlushWaiter[] = []

  /** Settles when `after` bytes have been handed over since the beginning. */
  wait(after: number): Promise<void> {
    const index = this.#waiters.findLastIndex((waiter) => waiter.after <= after)
    const before = this.#waiters[index]
    // What waits for the same shares a promise, or asking again and again would take memory.
    if (before?.after === after) return before.promise
    const waiter = { ...withResolvers(), after }
    this.#waiters.splice(index + 1, 0, waiter)
    return waiter.promise
  }

  /** So many bytes have been handed over since the beginning. */
  reach(handed: number): void {
    if (this.#waiters.length === 0) return
    const later = this.#waiters.findIndex(({ after }) => after > handed)
    for (const waiter of this.#waiters.splice(0, later === -1 ? Infinity : later)) waiter.resolve()
  }

  /** Nothing more will be. */
  abandon(refusal: () => HawserError): void {
    const waiters = this.#waiters
    if (waiters.length === 0) return
    const error = refusal()
    this.#waiters = []
    for (const waiter of waiters) waiter.reject(error)
  }
}
