import { HawserError } from '../errors.js'

/** What a simulation that failed says about itself. */
export interface SimulationFailure {
  /** What was wrong. */
  readonly what: string
  /** Milliseconds of the world's time. */
  readonly at: number
  /** All options of the run, its faults listed: with them `simulate` repeats it exactly. */
  readonly options: Readonly<Record<string, unknown>>
  /** What happened last on the network, oldest first. */
  readonly trace: readonly string[]
  /** The hash of all that happened. */
  readonly hash: string
}

/** A simulation failed. `failure.options` repeats it exactly. */
export class SimulationError extends HawserError {
  /** What it says about itself. */
  readonly failure: SimulationFailure

  constructor(failure: SimulationFailure, cause?: unknown) {
    const { what, at, options } = failure
    super(
      'HAWSER_SIMULATION_FAILED',
      `${what}, after ${Math.round(at)} ms of the world's time; simulate(${JSON.stringify(options)}, …) repeats it`,
      cause === undefined ? undefined : { cause },
    )
    this.failure = failure
  }
}
