import type { HawserError } from '../errors.js'
import { type Waiter, withResolvers } from './promises.js'

interface FlushWaiter extends Waiter {
  readonly after: number
}

/** Those who wait until what was accepted before they asked has been handed over. */
export class Flushes {
  #waiters: FlushWaiter[] = []

  /** Settles when `after` bytes have been handed over since the beginning. */
  wait(after: number): Promise<void> {
    const waiter = { ...withResolvers(), after }
    this.#waiters.push(waiter)
    return waiter.promise
  }

  /** So many bytes have been handed over since the beginning. */
  reach(handed: number): void {
    if (this.#waiters.length === 0) return
    const done = this.#waiters.filter((waiter) => waiter.after <= handed)
    this.#waiters = this.#waiters.filter((waiter) => waiter.after > handed)
    for (const waiter of done) waiter.resolve()
  }

  /** Nothing more will be. */
  reject(error: HawserError): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter.reject(error)
  }
}
