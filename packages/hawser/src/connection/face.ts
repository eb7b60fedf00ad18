import type { CloseInfo } from './close-info.js'
import type { Connection } from './connection.js'

export type { Connection }

/**
 * One object for all connections: the fast way to consume. No promise and no closure is made for a
 * message unless a method returns a promise.
 */
export interface HandlerObject<In, Out> {
  /** The connection is ready. Messages wait until a returned promise settles. */
  open?(connection: Connection<In, Out>): void | Promise<void>
  /** A message arrived. While a returned promise is pending the next one of this connection waits. */
  message?(connection: Connection<In, Out>, message: In): void | Promise<void>
  /** The outbox fell below its high-water mark again. */
  writable?(connection: Connection<In, Out>): void
  /** The connection is gone; called once, last. */
  close?(connection: Connection<In, Out>, info: CloseInfo): void
}
