/**
 * Throw it out of `onConnect` where another try would end the same way, such as a refused password: a
 * client is closed then, and so is every call that waits, with `HAWSER_CLIENT_CLOSED` and this error as
 * the cause. A pool refuses those who wait with `HAWSER_ACQUIRE_FAILED`, and tries again for later ones.
 */
export class FatalError extends Error {
  /** `FatalError`, whatever a bundler does to the class. */
  override get name(): string {
    return 'FatalError'
  }
}

/** The error that the program says is final, if `error` stands for one. */
export function fatalCause(error: Error | undefined): FatalError | undefined {
  return error?.cause instanceof FatalError ? error.cause : undefined
}
