import { syncBuiltinESMExports } from 'node:module'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import timers from 'node:timers'
import promisedTimers from 'node:timers/promises'
import { currentPlace, type Place } from '../context.js'
import {
  abortAfter,
  HostTimer,
  startInterval,
  startTimeout,
  waitAgain,
  waitFor,
} from './host-timer.js'
import { highResolution } from './high-resolution.js'
import { counting, countingPromises, uncounting } from './immediates.js'

/**
 * While a simulation runs, what asks the runtime for the time or for chance from within a host gets the
 * host's: `setTimeout`, `setInterval`, those of `node:timers` and `node:timers/promises`, `Date`,
 * `performance.now`, `process.hrtime`, `Math.random`, `AbortSignal.timeout`. All other code of the
 * process gets the runtime's own. `setImmediate` is only counted: time does not go on before it was
 * called.
 *
 * @returns gives everything back
 */
export function lendTime(): () => void {
  const undo: (() => void)[] = []
  const replace = <Owner extends object, Name extends keyof Owner>(
    owner: Owner,
    name: Name,
    make: (original: Owner[Name]) => Owner[Name],
  ): void => {
    const own = Object.getOwnPropertyDescriptor(owner, name)
    const value = make(owner[name])
    Object.defineProperty(owner, name, { configurable: true, writable: true, ...own, value })
    undo.push(() => {
      if (own === undefined) Reflect.deleteProperty(owner, name)
      else Object.defineProperty(owner, name, own)
    })
  }
  for (const owner of [globalThis, timers]) {
    replace(owner, 'setTimeout', (original) => withPlace(original, startTimeout))
    replace(owner, 'setInterval', (original) => withPlace(original, startInterval))
    replace(owner, 'setImmediate', (original) => counting(original))
    replace(owner, 'clearImmediate', (original) => uncounting(original))
    replace(owner, 'clearTimeout', (original) => clearing(original))
    replace(owner, 'clearInterval', (original) => clearing(original))
  }
  replace(promisedTimers, 'setTimeout', (original) => withPlace(original, waitFor))
  replace(promisedTimers, 'setInterval', (original) => withPlace(original, waitAgain))
  replace(promisedTimers, 'setImmediate', (original) => countingPromises(original))
  replace(performance, 'now', (original) => withPlace(original.bind(performance), now))
  replace(process, 'hrtime', (original) => highResolution(original))
  replace(Math, 'random', (original) => withPlace(original, (place) => place.random()))
  replace(AbortSignal, 'timeout', (original) => withPlace(original.bind(AbortSignal), abortAfter))
  replace(globalThis, 'Date', (original) => createDate(original))
  syncBuiltinESMExports()
  return () => {
    for (const each of undo.toReversed()) each()
    syncBuiltinESMExports()
  }
}

/** A day in 2025: the simulated world's first millisecond. */
const epoch = 1_750_000_000_000

/** Call `within` where a host's code asks, and the original elsewhere. */
function withPlace(
  original: (...values: never[]) => unknown,
  within: (place: Place, ...values: never[]) => unknown,
): never {
  const call = (...values: never[]): unknown => {
    const place = currentPlace()
    return place === undefined ? original(...values) : within(place, ...values)
  }
  // What else hangs on it, as the function that promisify uses.
  return Object.defineProperties(call, Object.getOwnPropertyDescriptors(original)) as never
}

function now({ clock }: Place): number {
  return clock.now()
}

function clearing(original: (timer: never) => void): never {
  const clear = (timer: unknown): void => {
    if (timer instanceof HostTimer) timer.close()
    else original(timer as never)
  }
  return clear as never
}

function createDate(Original: DateConstructor): DateConstructor {
  const hostNow = (): number => {
    const place = currentPlace()
    return place === undefined ? Original.now() : epoch + Math.floor(place.clock.now())
  }
  return new Proxy(Original, {
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [hostNow()] : values, newTarget) as Date,
    apply: () => new Original(hostNow()).toString(),
    get: (target, name, receiver) =>
      name === 'now' ? hostNow : (Reflect.get(target, name, receiver) as unknown),
  })
}
