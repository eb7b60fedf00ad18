import { setTimeout } from 'node:timers/promises'

/** Time, which tests make up. */
export interface Clock {
  /** Milliseconds. */
  now(): number
  /** Fulfils after so many milliseconds; rejects when `signal` is aborted. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  pause: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
}
