import type { Clock } from 'hawser'

/** After a stall, so many ticks are made up for at once; the rest of the time is lost. */
const mostAtOnce = 5

const systemClock: Clock = {
  now: () => performance.now(),
  schedule(callback, delay) {
    const timer = setTimeout(callback, delay)
    return { cancel: () => clearTimeout(timer) }
  },
}

/**
 * Calls `tick` at a fixed rate. Times are counted from the beginning, so that delays do not add up.
 *
 * @param tickTime milliseconds between two
 * @returns a function that stops it
 */
export function startTicks(tickTime: number, tick: () => void, clock = systemClock): () => void {
  let due = clock.now() + tickTime
  let timer = clock.schedule(run, tickTime, true)

  function run(): void {
    for (let made = 0; clock.now() >= due && made < mostAtOnce; made++) {
      tick()
      due += tickTime
    }
    due = Math.max(due, clock.now())
    timer = clock.schedule(run, due - clock.now(), true)
  }

  return () => timer.cancel()
}
