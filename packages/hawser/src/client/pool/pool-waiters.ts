import type { HawserError } from '../../errors.js'
import type { Clock, ClockTimer } from '../../policy/clock.js'
import { LinkedMap } from '../../policy/linked-map.js'
import type { Pending } from '../correlators/pending.js'

/** Callers that wait for a connection: first come, first served. */
export class PoolWaiters<Value> {
  readonly #clock: Clock
  /** In the order they came. */
  readonly #timers = new LinkedMap<Pending<Value>, ClockTimer>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#timers.size
  }

  /**
   * Let a caller wait.
   *
   * @param expired the error when the time is up
   * @param aborted the error when the signal fires
   */
  add(
    pending: Pending<Value>,
    signal: AbortSignal | undefined,
    expired: () => HawserError,
    aborted: (signal: AbortSignal) => HawserError,
  ): void {
    const leave = (error: HawserError): void => {
      this.#remove(pending)
      pending.reject(error)
    }
    const timer = this.#clock.schedule(() => leave(expired()), pending.timeout, true)
    this.#timers.set(pending, timer)
    if (signal !== undefined) pending.obey(signal, () => leave(aborted(signal)))
  }

  /** The one who has waited the longest waits no more. */
  take(): Pending<Value> | undefined {
    const pending = this.#timers.oldest?.key
    if (pending !== undefined) this.#remove(pending)
    return pending
  }

  /** None of them will get anything. */
  reject(error: HawserError): void {
    for (let pending = this.take(); pending !== undefined; pending = this.take()) {
      pending.reject(error)
    }
  }

  #remove(pending: Pending<Value>): void {
    this.#timers.get(pending)?.cancel()
    this.#timers.delete(pending)
  }
}
