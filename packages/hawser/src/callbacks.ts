import { HandlerError, textOf } from './errors.js'
import { ignore, isThenable } from './promises.js'

// How a function that the user handed over is called: it may throw, and it may be async where its value
// is used at once.

/** Call a function whose value is not used; what it throws, or rejects with later, goes to `failed`. */
export function tell(call: () => unknown, failed: (cause: unknown) => void): void {
  tellEvent(call, undefined, failed)
}

/** The same for a function that takes an event: it is called for each message, so without a closure for each. */
export function tellEvent<Event>(
  call: (event: Event) => unknown,
  event: Event,
  failed: (cause: unknown) => void,
): void {
  try {
    const told = call(event)
    if (isThenable(told)) told.then(undefined, failed)
  } catch (cause) {
    failed(cause)
  }
}

/**
 * What a function returned whose value is used at once.
 *
 * @param callback what the function is called: `correlate.idOf`
 * @throws HandlerError when it is a promise, which is no such value, and may reject
 */
export function valueOf<Value>(callback: string, value: Value): Value {
  if (!isThenable(value)) return value
  value.then(undefined, ignore)
  throw new HandlerError(
    'HAWSER_HANDLER_FAILED',
    `${callback} returned a promise, and its value is needed at once: pass a function that is not async`,
    { op: 'handle' },
  )
}

/**
 * A source of chance that can be relied on: where the user's fails, `Math.random` is asked instead.
 *
 * @param failed told of the first failure
 */
export function steadyRandom(
  random: () => number,
  failed: (error: HandlerError) => void,
): () => number {
  let hasFailed = false
  return () => {
    try {
      const drawn = valueOf('random', random())
      if (drawn >= 0 && drawn < 1) return drawn
      throw new RangeError(
        `it returned ${String(drawn)}, and 0 up to, but not including, 1 is possible`,
      )
    } catch (cause) {
      if (!hasFailed) {
        hasFailed = true
        const text = `random failed, and Math.random is used instead: ${textOf(cause)}`
        failed(new HandlerError('HAWSER_HANDLER_FAILED', text, { op: 'handle', cause }))
      }
      return Math.random()
    }
  }
}
