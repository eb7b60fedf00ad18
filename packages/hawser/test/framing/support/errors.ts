import { HawserError } from '../../../src/errors.js'

/** The error that `run` throws, which has to be one of ours. */
export function catchError(run: () => unknown): HawserError {
  try {
    run()
  } catch (error) {
    if (error instanceof HawserError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
