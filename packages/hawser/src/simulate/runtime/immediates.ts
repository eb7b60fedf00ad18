import { currentPlace } from '../context.js'

type Callback = (...values: unknown[]) => void

/** Those that hosts wait for. */
const immediates = new Set<unknown>()

/** Whether a host has something to do that needs no time. */
export function hasImmediates(): boolean {
  return immediates.size > 0
}

/** `setImmediate`, counted where a host calls it. */
export function counting(original: typeof setImmediate): never {
  const count = (callback: Callback, ...values: unknown[]): unknown => {
    if (currentPlace() === undefined) return original(callback, ...values)
    const immediate = original(() => {
      immediates.delete(immediate)
      callback(...values)
    })
    immediates.add(immediate)
    return immediate
  }
  return Object.defineProperties(count, Object.getOwnPropertyDescriptors(original)) as never
}

/** `clearImmediate`. */
export function uncounting(original: typeof clearImmediate): never {
  const clear = (immediate: NodeJS.Immediate | undefined): void => {
    immediates.delete(immediate)
    original(immediate)
  }
  return clear as never
}

/** `setImmediate` of `node:timers/promises`. */
export function countingPromises(original: (...values: never[]) => Promise<unknown>): never {
  const count = async (...values: never[]): Promise<unknown> => {
    if (currentPlace() === undefined) return original(...values)
    const promise = original(...values)
    immediates.add(promise)
    try {
      return await promise
    } finally {
      immediates.delete(promise)
    }
  }
  return count as never
}
