import { setImmediate } from 'node:timers'
import type { Engine } from '../connection/engine.js'
import type { Clock, ClockTimer } from '../policy/clock.js'
import type { CloseResult } from '../connection/server-face.js'

const aDay = 86_400_000

/**
 * Ends connections in order: those at rest at once, the others when they have finished what was
 * delivered to them, and what is left when the time is up by force.
 */
export class Drain<In, Out> {
  /** Fulfils when the last connection is gone. */
  readonly result: Promise<CloseResult>
  readonly #clock: Clock
  readonly #began: number
  readonly #open = new Set<Engine<In, Out>>()
  readonly #forced = new Set<Engine<In, Out>>()
  readonly #timers: ClockTimer[] = []
  #total = 0
  #over = false
  #others: Promise<void> = Promise.resolve()
  #settle!: (result: CloseResult) => void

  constructor(clock: Clock) {
    this.#clock = clock
    this.#began = clock.now()
    this.result = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  /** Let these come to their end. */
  start(engines: Iterable<Engine<In, Out>>): void {
    for (const engine of engines) this.#open.add(engine)
    this.#total = this.#open.size
    for (const engine of this.#open) engine.drain()
    if (this.#open.size === 0) this.#finish()
  }

  /** Be over only when `others` is, too. */
  await(others: Promise<void>): void {
    this.#others = others
  }

  /** End by force whatever is left after `wait` ms; called again, the shortest counts. */
  limit(wait: number): void {
    if (this.#over) return
    // Those at rest whose handler only has to notice it are given the turn that this takes.
    if (wait === 0) setImmediate(() => this.force())
    else if (wait === Infinity) this.#stay()
    else this.#timers.push(this.#clock.schedule(() => this.force(), wait, true))
  }

  /** Keep the process: a connection at work is not read from, and then its socket does not. */
  #stay(): void {
    this.#timers.push(this.#clock.schedule(() => this.#stay(), aDay, true))
  }

  /** End by force whatever is left when `signal` fires. */
  obey(signal: AbortSignal): void {
    if (signal.aborted) this.limit(0)
    else if (!this.#over) {
      const force = (): void => this.force()
      signal.addEventListener('abort', force, { once: true })
      void this.result.then(() => signal.removeEventListener('abort', force))
    }
  }

  /** End by force whatever is left now. */
  force(): void {
    const waited = Math.round(this.#clock.now() - this.#began)
    for (const engine of this.#open) {
      // Already ended by us, and only waiting for the peer's FIN: nothing is lost by letting go.
      if (engine.lingers) engine.lingered()
      else if (!this.#forced.has(engine)) {
        this.#forced.add(engine)
        engine.force(waited)
      }
    }
  }

  /** A connection is gone. */
  closed(engine: Engine<In, Out>): void {
    if (this.#open.delete(engine) && this.#open.size === 0) this.#finish()
  }

  #finish(): void {
    this.#over = true
    for (const timer of this.#timers) timer.cancel()
    const forced = this.#forced.size
    const result = { drained: this.#total - forced, forced }
    void this.#others.then(() => this.#settle(result))
  }
}
