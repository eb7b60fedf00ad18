import type { HawserError } from './errors.js'

/** What `send` returns while there is room: one promise for all callers, known by its identity. */
export const accepted: Promise<void> = Promise.resolve()

/** A promise and what settles it. */
export interface Waiter {
  readonly promise: Promise<void>
  resolve(): void
  reject(error: HawserError): void
}

/** A promise to be settled later; its rejection is handled, as that of `rejected` is. */
export function withResolvers(): Waiter {
  let resolve!: () => void
  let reject!: (error: HawserError) => void
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  promise.catch(ignore)
  return { promise, resolve, reject }
}

/** A rejected promise whose rejection is handled: a forgotten `await` must not end the process. */
export function rejected(error: Error): Promise<never> {
  const promise = Promise.reject(error)
  promise.catch(ignore)
  return promise
}

/** The same promise, whose rejection is handled, as that of `rejected` is. */
export function handled<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(ignore)
  return promise
}

/** Handles a rejection that is no reason to end the process. */
export function ignore(): void {}

/** Whether `value` is a promise, or what passes for one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}
