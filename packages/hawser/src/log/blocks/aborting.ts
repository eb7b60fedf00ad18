import { AbortedError } from '../../errors.js'
import type { Clock } from '../../policy/clock.js'

/** @throws AbortedError if the signal has fired */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw aborted(signal)
}

/** @returns fulfils after `delay` milliseconds; rejects with an AbortedError when the signal fires */
export function pause(clock: Clock, delay: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      timer.cancel()
      if (signal !== undefined) reject(aborted(signal))
    }
    const due = (): void => {
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = clock.schedule(due, delay, true)
    if (signal?.aborted === true) end()
    else signal?.addEventListener('abort', end, { once: true })
  })
}

function aborted(signal: AbortSignal): AbortedError {
  const text = 'reading the log was aborted by its signal'
  return new AbortedError('HAWSER_ABORTED', text, { op: 'read', cause: signal.reason })
}
