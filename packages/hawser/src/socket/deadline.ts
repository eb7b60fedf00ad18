import type { HawserError } from '../errors.js'
import type { Clock, ClockTimer } from '../policy/clock.js'

/** What ends an undertaking early, and what is said then. */
export interface DeadlineOptions {
  /** Milliseconds for all steps together; `Infinity` is off. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  readonly clock: Clock
  readonly timedOut: () => HawserError
  readonly aborted: (reason: unknown) => HawserError
}

/** One deadline and one signal over several steps, each of which can be given up in its own way. */
export class Deadline {
  readonly #options: DeadlineOptions
  readonly #timer: ClockTimer
  readonly #abort = (): void => {
    const { signal, aborted } = this.#options
    this.#stop(aborted(signal?.reason))
  }
  #stopped: HawserError | undefined
  #giveUp: ((error: HawserError) => void) | undefined

  /** The time runs from now. */
  constructor(options: DeadlineOptions) {
    const { timeout, signal, clock, timedOut } = options
    this.#options = options
    this.#timer = clock.schedule(() => this.#stop(timedOut()), timeout, true)
    if (signal?.aborted === true) this.#abort()
    else signal?.addEventListener('abort', this.#abort)
  }

  /**
   * Await one step.
   *
   * @param abandon frees what the step holds, when there is no more waiting for it
   * @throws what the step rejects with, or what was said to be thrown when time is up
   */
  step<Result>(work: Promise<Result>, abandon: () => void): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const giveUp = (error: HawserError): void => {
        abandon()
        reject(error)
      }
      const settle = (): void => {
        this.#giveUp = undefined
      }
      work.then(settle, settle)
      work.then(resolve, reject)
      if (this.#stopped === undefined) this.#giveUp = giveUp
      else giveUp(this.#stopped)
    })
  }

  /** @throws what was said to be thrown, if time is up */
  check(): void {
    if (this.#stopped !== undefined) throw this.#stopped
  }

  /** It is done, or has failed: nothing is left behind. */
  end(): void {
    this.#timer.cancel()
    this.#options.signal?.removeEventListener('abort', this.#abort)
  }

  #stop(error: HawserError): void {
    this.end()
    this.#stopped ??= error
    this.#giveUp?.(error)
  }
}
