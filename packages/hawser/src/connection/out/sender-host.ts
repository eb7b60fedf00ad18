import type { ErrorDetails, HawserError } from '../../errors.js'
import type { Published } from '../publications.js'
import type { BrakeHost } from './brake.js'

/** What the way out needs of its connection. */
export interface SenderHost<Out> extends BrakeHost, Published {
  /** Both ends' names, for errors. */
  readonly details: ErrorDetails
  readonly settings: SenderLimits
  /** True while an event is handled, at the end of which the host calls `write`. */
  readonly inEvent: boolean
  /** Why nothing can be sent; asked for only when that is so. */
  readonly refusal: HawserError | undefined
  /** A write is under way that the operating system did not take at once. */
  waiting(): void
  /** Everything accepted has been handed to the operating system. */
  flushed(): void
  /** A message was accepted; called only while messages are observed. */
  sent(message: Out): void
  /** Nothing more can be sent: end the connection with this error. */
  overflowed(error: HawserError): void
}

/** The limits a sender keeps, shared by all connections of a server. */
export interface SenderLimits {
  /** Bytes above which `send` returns a pending promise. */
  readonly highWaterMark: number
  /** Bytes above which the connection is reset. */
  readonly outboxLimit: number
}
