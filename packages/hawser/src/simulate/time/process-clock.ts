import type { Clock, ClockTimer } from '../../policy/clock.js'

/** How a host's clock differs from the world's. */
export interface ClockOptions {
  /** Milliseconds that it is ahead. */
  readonly offset: number
  /** How fast it is: 1.001 gains a millisecond a second. */
  readonly rate: number
}

/** What runs on a process, when it does. */
export interface Runner {
  /** Call it now, later when the process stands still, never when it is dead. */
  run(callback: () => void): void
}

/** The clock that one process sees. Its timers die with it. */
export class ProcessClock implements Clock {
  /** Nothing has to be timed by the runtime's own clock as well. */
  readonly neverStands = true
  readonly #world: Clock
  readonly #runner: Runner
  readonly #options: ClockOptions
  readonly #pending = new Set<ClockTimer>()

  constructor(world: Clock, runner: Runner, options: ClockOptions) {
    this.#world = world
    this.#runner = runner
    this.#options = options
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#pending.size
  }

  now(): number {
    return this.#world.now() * this.#options.rate + this.#options.offset
  }

  schedule(callback: () => void, delay: number): ClockTimer {
    if (delay === Infinity) return { cancel: () => undefined }
    let isCancelled = false
    const timer = this.#world.schedule(
      () => {
        this.#pending.delete(entry)
        this.#runner.run(() => {
          if (!isCancelled) callback()
        })
      },
      Math.max(0, delay) / this.#options.rate,
      true,
    )
    const entry: ClockTimer = {
      cancel: () => {
        isCancelled = true
        this.#pending.delete(entry)
        timer.cancel()
      },
    }
    this.#pending.add(entry)
    return entry
  }

  /** The process is dead. */
  stop(): void {
    for (const timer of this.#pending) timer.cancel()
  }
}
