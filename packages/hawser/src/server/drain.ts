import type { Engine } from '../connection/engine.js'
import type { Clock, ClockTimer } from '../policy/clock.js'
import type { CloseResult } from './options.js'

/**
 * Ends connections in order: those at rest at once, the others when they have finished what was
 * delivered to them, and what is left when the time is up by force.
 */
export class Drain<In, Out> {
  readonly #clock: Clock
  readonly #open: Set<Engine<In, Out>>
  readonly #total: number
  readonly #finished: Promise<void>
  #finish!: () => void
  #timers: ClockTimer[] = []
  #forced = 0

  constructor(open: Iterable<Engine<In, Out>>, clock: Clock) {
    this.#clock = clock
    this.#open = new Set(open)
    this.#total = this.#open.size
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve
    })
  }

  /** Begin, and wait for the last one. */
  async run(): Promise<CloseResult> {
    for (const engine of this.#open) engine.drain()
    if (this.#open.size === 0) this.#finish()
    await this.#finished
    for (const timer of this.#timers) timer.cancel()
    return { drained: this.#total - this.#forced, forced: this.#forced }
  }

  /** End by force whatever is left after `waited` milliseconds; called again, the shortest counts. */
  limit(wait: number): void {
    if (wait === 0) this.force(0)
    else this.#timers.push(this.#clock.schedule(() => this.force(wait), wait, true))
  }

  /** End by force whatever is left now. */
  force(waited: number): void {
    for (const engine of this.#open) {
      // Already ended by us, and only waiting for the peer's FIN: nothing is lost by letting go.
      if (engine.lingers) engine.lingered()
      else {
        this.#forced += 1
        engine.force(waited)
      }
    }
  }

  /** A connection is gone. */
  closed(engine: Engine<In, Out>): void {
    if (this.#open.delete(engine) && this.#open.size === 0) this.#finish()
  }
}
