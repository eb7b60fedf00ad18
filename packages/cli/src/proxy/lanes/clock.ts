import type { Clock } from 'hawser'

/** The runtime's own timers hold no more. */
const longest = 2 ** 31 - 1

/** The machine's time. What is due already is called in the next turn, and not a millisecond later. */
export const machineClock: Clock = {
  now: () => performance.now(),
  schedule(callback, delay) {
    if (delay <= 0) {
      const immediate = setImmediate(callback)
      return { cancel: () => clearImmediate(immediate) }
    }
    // One that wakes up too early finds that nothing is due, and is set again.
    const timer = setTimeout(callback, Math.min(delay, longest))
    return { cancel: () => clearTimeout(timer) }
  },
}
