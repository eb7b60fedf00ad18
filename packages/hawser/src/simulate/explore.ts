import { checkOptions } from '../options/check-options.js'
import { invalid } from '../options/invalid.js'
import { shrink } from './shrink.js'
import { simulate } from './simulate.js'
import { optionNames, type SimulateOptions } from './simulate-options.js'
import { SimulationError } from './simulation-error.js'
import type { World } from './world.js'

/** Options of {@link explore}. */
export interface ExploreOptions extends Omit<SimulateOptions, 'seed'> {
  /** How many seeds are tried. At least 1. */
  readonly seeds: number
  /** The first seed. Default 1. */
  readonly from?: number | undefined
}

/** What was explored. */
export interface Exploration {
  /** Seeds that were tried. */
  readonly seeds: number
  /** Milliseconds of all worlds' time. */
  readonly time: number
  /** Ends of connections. */
  readonly connections: number
  /** Faults that happened. */
  readonly faults: number
}

/**
 * Simulate with one seed after another. The first one that fails is made smaller.
 *
 * @returns rejects with a SimulationError `HAWSER_SIMULATION_FAILED` whose `failure.options` repeats it
 * @throws OptionError `HAWSER_INVALID_OPTION` when an option cannot work
 */
export async function explore(
  options: ExploreOptions,
  program: (world: World) => unknown,
): Promise<Exploration> {
  checkOptions(options, { ...optionNames, seeds: true, from: true })
  const { seeds, from = 1, ...rest } = options
  if (!(Number.isInteger(seeds) && seeds >= 1)) {
    throw invalid('seeds', `is ${String(seeds)}; give a whole number of at least 1`)
  }
  const sum = { seeds: 0, time: 0, connections: 0, faults: 0 }
  for (let seed = from; seed < from + seeds; seed += 1) {
    try {
      const { time, connections, faults } = await simulate({ seed, ...rest }, program)
      sum.seeds += 1
      sum.time += time
      sum.connections += connections
      sum.faults += faults.length
    } catch (error) {
      if (!(error instanceof SimulationError)) throw error
      throw await shrink(error, program)
    }
  }
  return sum
}
