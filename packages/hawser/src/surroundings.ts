import type { Network } from './network.js'
import type { Clock } from './policy/clock.js'

/** What stands in the place of the machine's own for what is made meanwhile: a simulation's. */
export interface Surroundings {
  readonly network: Network
  readonly clock: Clock
  /** From 0 up to, and not including, 1. */
  readonly random: () => number
}

let find: (() => Surroundings | undefined) | undefined

/** What surrounds the code that runs now; undefined is the machine itself. */
export function surroundings(): Surroundings | undefined {
  return find?.()
}

/** From now on `surroundings()` returns what this returns. */
export function findSurroundings(by: () => Surroundings | undefined): void {
  find = by
}
