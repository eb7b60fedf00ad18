/** Where a log goes on. */
export interface LogPlace {
  readonly segment: number
  /** Where its next block begins. */
  readonly at: number
  /** Where its last block begins; 0 for none. */
  readonly previous: number
  readonly nextRow: number
  /** The highest connection in it so far. */
  readonly connections: number
}

/** The mode of its files: for their owner alone, because a log holds secrets. */
export const mode = 0o600
