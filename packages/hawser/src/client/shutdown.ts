import { clientCloseNames, defaultDrain } from '../connection/options/close-options.js'
import type { ClientCloseOptions, CloseResult } from '../connection/server-face.js'
import { checkOptions } from '../options/check-options.js'
import { invalid, kindOf } from '../options/invalid.js'
import { atLeast } from '../options/numbers.js'
import type { Clock, ClockTimer } from '../policy/clock.js'
import { onAbort } from './on-abort.js'

/** What a shutdown ends. */
export interface ShutdownOwner {
  /**
   * Begin to end in order.
   *
   * @param error why, where the program says so
   * @returns fulfils when it has ended, with what became of what was under way
   */
  end(error: Error | undefined): Promise<CloseResult>
  /** End at once; after `end`, and at most once. */
  cut(): void
}

/**
 * The end of a client or a pool: the first call of `close` begins it. The shortest drain of all calls
 * counts, and so does each signal.
 */
export class Shutdown {
  readonly #clock: Clock
  readonly #owner: ShutdownOwner
  readonly #releases: (() => void)[] = []
  #result: Promise<CloseResult> | undefined
  #isCut = false

  constructor(clock: Clock, owner: ShutdownOwner) {
    this.#clock = clock
    this.#owner = owner
  }

  get hasBegun(): boolean {
    return this.#result !== undefined
  }

  /** Close without a drain when `signal` fires, the option of a client or a pool. */
  obey(signal: AbortSignal | undefined): void {
    const abort = (): void => void this.close({ drain: 0 })
    if (signal?.aborted === true) abort()
    else if (signal !== undefined) this.#releases.push(onAbort(signal, abort))
  }

  /** What a shutdown was told to obey it obeys no more: what it would end has ended by itself. */
  release(): void {
    for (const release of this.#releases.splice(0)) release()
  }

  /** @throws OptionError when `drain` is no number of milliseconds, or `error` is none */
  close(options: ClientCloseOptions): Promise<CloseResult> {
    checkOptions(options, clientCloseNames)
    const { error, signal } = options
    if (error !== undefined && !(error instanceof Error)) {
      throw invalid('error', `is ${kindOf(error)}: it takes an Error`)
    }
    const { drain = error === undefined ? defaultDrain : 0 } = options
    atLeast('drain', drain, 0, 'milliseconds')
    if (this.#result === undefined) {
      this.release()
      this.#result = this.#owner.end(error).finally(() => this.release())
    }
    const cut = (): void => this.#cut()
    if (drain === 0 || signal?.aborted === true) cut()
    else {
      const timer: ClockTimer = this.#clock.schedule(cut, drain, true)
      this.#releases.push(() => timer.cancel())
      if (signal !== undefined) this.#releases.push(onAbort(signal, cut))
    }
    return this.#result
  }

  #cut(): void {
    if (this.#isCut) return
    this.#isCut = true
    this.#owner.cut()
  }
}
