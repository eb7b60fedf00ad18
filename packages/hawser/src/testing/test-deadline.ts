import { clearTimeout, setTimeout } from 'node:timers'
import { invalid } from '../options/invalid.js'

/** How long an expectation of this folder waits, in real time, by default: 5 s. */
export const defaultDeadline: number = 5_000

/** The longest delay the runtime's own timer can wait for. */
const longestDelay = 2 ** 31 - 1

/**
 * Wait for `work`, but not for ever: a test that waits for what never comes has to say so.
 *
 * @param work settles in time, or is given up (it is then handled, whatever becomes of it)
 * @param ms real time, whatever clock the subject of the test uses; `Infinity` waits for ever
 * @param describe what was being waited for and what is there instead; called only when it is late
 * @throws Error with that text and the time waited
 */
export function withDeadline<T>(work: Promise<T>, ms: number, describe: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error(`${describe()} (waited ${ms} ms)`))
    const timer = ms > longestDelay ? undefined : setTimeout(late, ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/**
 * @throws OptionError `HAWSER_INVALID_OPTION` when `ms` is no usable deadline
 */
export function checkDeadline(ms: number): number {
  if (ms > 0) return ms
  throw invalid('deadline', `is ${ms}; give milliseconds above 0, or Infinity to wait for ever`)
}
