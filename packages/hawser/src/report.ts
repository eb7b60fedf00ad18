import process from 'node:process'
import { tell as call, tellEvent } from './callbacks.js'
import { textOf } from './errors.js'

/**
 * Tell the user's own function of an error. What goes wrong in there, at once or later, becomes a
 * process warning: there is no connection that would have to end for it.
 */
export function report(tell: () => unknown): void {
  call(tell, warn)
}

/** Like `report`, for a function that is called again and again: only its first failure is a warning. */
export function reporter(): (tell: () => unknown) => void {
  const failed = warnOnce()
  return (tell) => call(tell, failed)
}

/** A listener that may throw or reject: only its first failure is a warning. */
export function guarded<Event>(listener: (event: Event) => unknown): (event: Event) => void {
  const failed = warnOnce()
  return (event) => tellEvent(listener, event, failed)
}

function warnOnce(): (cause: unknown) => void {
  let hasFailed = false
  return (cause) => {
    if (hasFailed) return
    hasFailed = true
    warn(cause)
  }
}

/** Show it on the console, as Node.js shows its own warnings. */
export function warn(failure: unknown): void {
  process.emitWarning(isShowable(failure) ? failure : textOf(failure))
}

/** Whether it can be printed: that happens later, where what it throws would end the process. */
function isShowable(failure: unknown): failure is Error {
  try {
    if (!(failure instanceof Error)) return false
    const { name, message, stack, code, detail } = failure as Error & Record<string, unknown>
    // --throw-deprecation has Node.js throw what goes by that name.
    if (name === 'DeprecationWarning') return false
    const texts = [name, message, stack, failure.toString(), code ?? '', detail ?? '']
    return texts.every((text) => typeof text === 'string' || typeof text === 'number')
  } catch {
    return false
  }
}
