import type { CloseInfo } from '../../connection/end/close-info.js'
import type { Connection } from '../../connection/face.js'
import { ignore } from '../../promises.js'
import type { HawserError } from '../../errors.js'
import type { Clock } from '../../policy/clock.js'
import { callbackFailed } from './request-errors.js'

/** What a callback may work with, and for how long. */
export interface Attendance<In, Out> {
  readonly connection: Connection<In, Out>
  readonly clock: Clock
  /** Milliseconds it may take. */
  readonly timeout: number
  /** The error of taking longer. */
  readonly expired: () => HawserError
  /** The error of a connection that ends before it is done. */
  readonly ended: (info: CloseInfo) => HawserError
}

/**
 * Let a callback of the user work with a connection, until it is done, its time is up, or the connection
 * ends.
 *
 * @param name the option that the callback is
 * @throws HawserError why it did not come to its end
 */
export async function attend<In, Out, Result>(
  name: 'onConnect' | 'validate',
  { connection, clock, timeout, expired, ended }: Attendance<In, Out>,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const cutOff = connection.closed.then((info) => {
    throw ended(info)
  })
  cutOff.catch(ignore)
  let expire!: (error: HawserError) => void
  const late = new Promise<never>((_resolve, reject) => {
    expire = reject
  })
  const timer = clock.schedule(() => expire(expired()), timeout, true)
  try {
    return await Promise.race([work(), cutOff, late])
  } catch (cause) {
    throw callbackFailed(name, cause, connection)
  } finally {
    timer.cancel()
  }
}
