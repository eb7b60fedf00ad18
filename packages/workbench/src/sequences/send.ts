import { WorkbenchError } from '../workbench-error.js'
import type { Clock } from './clock.js'
import type { Progress } from './progress.js'
import type { RunTarget } from './run-target.js'

/** Milliseconds that a connection may take before it is said that it is waited for. */
const patience = 250

/**
 * Send a message, and wait until those who get it have room for more.
 *
 * @returns rejects with WorkbenchError when none of them is open, with the reason of `signal` when that is aborted
 */
export async function sendTo(
  target: RunTarget,
  message: { readonly bytes: Uint8Array; readonly variables: boolean },
  progress: Progress,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  signal.throwIfAborted()
  const taken = new AbortController()
  clock.pause(patience, taken.signal).then(
    () => {
      progress.isWaiting = true
      progress.tell()
    },
    () => undefined,
  )
  try {
    const recipients = await orAborted(target.send(message.bytes, message.variables), signal)
    if (recipients === 0) throw noneOpen()
    progress.sent++
  } finally {
    taken.abort()
    progress.isWaiting = false
  }
  progress.tell()
}

export function noneOpen(): WorkbenchError {
  return new WorkbenchError('WORKBENCH_NOT_NOW', 'no connection is open')
}

/** What is given up goes on, and is not waited for. */
export function orAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
