import type { ErrorDetails, HawserError } from '../../errors.js'
import type { Transport } from '../../transport.js'
import type { Connection } from '../face.js'
import type { Published } from '../publications.js'
import type { Settings } from '../connection-settings.js'

/** What the way in needs of its connection. */
export interface ReceiverHost<In, Out> extends Published {
  /** What a handler gets. */
  readonly connection: Connection<In, Out>
  readonly settings: Settings<In, Out>
  readonly transport: Pick<Transport, 'pause' | 'resume'>
  /** Both ends' names, for errors. */
  readonly details: ErrorDetails
  readonly isClosed: boolean
  /** Whether the outbox is above its high-water mark, awaited or not. */
  readonly isBlocked: boolean
  /** Its server is closing. */
  readonly draining: boolean
  /** What ended the connection, if it was not an orderly end. */
  readonly error: HawserError | undefined
  /** End the connection because of `error`; `abrupt`: at once, by a reset. */
  fail(error: HawserError, abrupt: boolean): void
  /** The decoder failed: the connection ends. Returns the error as the consumer gets it. */
  malformed(cause: unknown): HawserError
  /** The handler threw or rejected. */
  handlerFailed(cause: unknown): void
  /** The consumer took all that arrived, and wants more. */
  delivered(): void
  /** Messages were delivered, or nothing stands in their way any more: end and watch as it should be. */
  settle(): void
  /** An iteration has come to its end: the peer has ended, and all it sent was taken. */
  exhausted(): void
  /** Nothing consumes any more. */
  released(): void
}
