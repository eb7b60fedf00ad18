import type { HandlerResult } from '../../connection/face.js'
import { report, warn } from '../../report.js'
import { ignore, isThenable } from '../../promises.js'
import type { HawserError } from '../../errors.js'
import { onMessageFailed } from './request-errors.js'

/** Who is told of what `onMessage` threw; a warning is shown without it. */
export type OnError = ((error: HawserError) => void) | undefined

/**
 * Give a message that is no reply to the user's `onMessage`. What that throws ends nothing.
 *
 * @returns while it is pending, the next message waits
 */
export function callOnMessage<In>(
  onMessage: (message: In) => HandlerResult,
  message: In,
  failed: (cause: unknown) => void,
): void | Promise<void> {
  try {
    const result: unknown = onMessage(message)
    return isThenable(result) ? Promise.resolve(result).then(ignore, failed) : undefined
  } catch (error) {
    failed(error)
  }
}

/** Tell of what `onMessage` threw. */
export function reportOnMessage(cause: unknown, who: 'client' | 'pool', onError: OnError): void {
  const error = onMessageFailed(cause, who)
  if (onError === undefined) warn(error)
  else report(() => onError(error))
}
