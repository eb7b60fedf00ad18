import { performance } from 'node:perf_hooks'
import process from 'node:process'

/** Milliseconds from which on one look is slow, and those that each of its characters may take besides. */
const slowFrom = 20
const perCharacter = 0.000_02
/** Of all time, so much may go into looks that are slow, and so many milliseconds at once. */
const share = 0.05
const mostAtOnce = 500

/** Time, which tests make up. In milliseconds. */
export interface SlownessClock {
  now(): number
  /** That the process has had the processor. */
  cpu(): number
}

/** Milliseconds that the process has had the processor. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

const systemClock: SlownessClock = { now: () => performance.now(), cpu: processorTime }

/**
 * How much of the time of the process is lost by looks that are slow. Each of them may be within its limit: a peer that
 * knows of it says the same again and again.
 */
export class Slowness {
  readonly #clock: SlownessClock
  #lost = 0
  #last: number

  constructor(clock: SlownessClock = systemClock) {
    this.#clock = clock
    this.#last = clock.now()
  }

  /** @returns what `act` does, or undefined when that loses too much time, with what was lost before */
  measure<Value>(length: number, act: () => Value): Value | undefined {
    const cpu = this.#clock.cpu()
    const begun = this.#clock.now()
    const value = act()
    const now = this.#clock.now()
    if (now - begun < slowFrom + length * perCharacter) return value
    // What waited for the processor is not slow.
    const took = Math.min(now - begun, this.#clock.cpu() - cpu)
    this.#lost = Math.max(0, this.#lost - (now - this.#last) * share) + took
    this.#last = now
    return this.#lost > mostAtOnce ? undefined : value
  }
}
