/** A pending timer of a {@link Clock}. */
export interface ClockTimer {
  /** Stop it; harmless when it has fired. */
  cancel(): void
}

/**
 * Where time comes from. Production uses the system's; tests pass a virtual one from
 * `hawser/testing`, so that a limit of an hour is tested in a millisecond.
 */
export interface Clock {
  /** Milliseconds from an arbitrary origin; never goes back. */
  now(): number
  /**
   * Whether it moves on by itself, so that nothing need be timed by the runtime's own clock as well: a clock
   * that stands still would keep a close waiting. Default false.
   */
  readonly neverStands?: boolean | undefined
  /**
   * Call `callback` once after `delay` milliseconds.
   *
   * @param delay `Infinity` never fires; more than 2³¹−1 is waited for in full, though the
   *   runtime's own timer would fire at once
   * @param keepAlive whether the process stays alive for it
   */
  schedule(callback: () => void, delay: number, keepAlive: boolean): ClockTimer
}
