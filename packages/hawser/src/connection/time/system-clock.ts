import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { clearTimeout, setTimeout } from 'node:timers'
import type { Clock, ClockTimer } from '../../policy/clock.js'

/** The longest delay a runtime's timer takes; anything above fires at once. */
const longestDelay = 2 ** 31 - 1

/** The runtime's own time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule: (callback, delay, keepAlive) => new SystemTimer(callback, delay, keepAlive),
}

let turnBegan = 0
let isKnown = false

/**
 * When this turn began, for what is stamped at each message: to ask the operating system costs as much
 * as half a request. What runs in between two turns of the promise queue shares one time.
 */
export function turnTime(clock: Clock): number {
  if (clock !== systemClock) return clock.now()
  if (!isKnown) {
    isKnown = true
    turnBegan = clock.now()
    process.nextTick(forget)
  }
  return turnBegan
}

function forget(): void {
  isKnown = false
}

class SystemTimer implements ClockTimer {
  #timeout: NodeJS.Timeout | undefined

  constructor(callback: () => void, delay: number, keepAlive: boolean) {
    if (delay !== Infinity) this.#start(callback, Math.max(0, delay), keepAlive)
  }

  cancel(): void {
    clearTimeout(this.#timeout)
  }

  #start(callback: () => void, delay: number, keepAlive: boolean): void {
    const part = Math.min(delay, longestDelay)
    this.#timeout = setTimeout(() => {
      if (delay > part) this.#start(callback, delay - part, keepAlive)
      else callback()
    }, Math.ceil(part))
    if (!keepAlive) this.#timeout.unref()
  }
}
