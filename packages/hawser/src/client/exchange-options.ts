import type { HawserError } from '../errors.js'
import type { NamesOf } from '../options/option-names.js'
import { type Correlation, correlationNames } from './correlators/correlation.js'

/** What requests are limited to, of a client and of a pool alike. */
export interface ExchangeOptions<In, Out> {
  /** How replies find their requests. Default: in order. */
  readonly correlate?: Correlation<In, Out> | undefined
  /**
   * Requests on the way at once on one connection; more wait in the queue. Default 1 000; `Infinity` is
   * off; 1 waits for each reply before the next request. Stops: more outstanding replies than a program
   * can wait for.
   */
  readonly maxPending?: number | undefined
  /**
   * Bytes of memory that messages may take which wait for a connection, or for room on it; the next one
   * is refused with `HAWSER_QUEUE_FULL`. They are counted as they were passed, with 512 bytes for each;
   * one alone may be larger. Default 8 MiB; `Infinity` is off. Stops: an outage, or a peer that does not
   * read, that fills the memory with large messages.
   */
  readonly maxQueuedBytes?: number | undefined
  /**
   * Milliseconds a request may take until its reply, then `HAWSER_REQUEST_TIMEOUT`. Default 30 000;
   * `Infinity` is off; then requests that were aborted and get no reply block the connection once there
   * are `maxPending` of them, with `maxPending: 1` after one. Stops: a caller that waits for ever.
   */
  readonly requestTimeout?: number | undefined
  /**
   * Bytes of memory for the messages of one reply that `request` keeps until the last of them came; then
   * it rejects with `HAWSER_REPLY_TOO_LARGE`, and the rest of the reply is dropped. Default 8 MiB;
   * `Infinity` is off. Stops: a reply without an end.
   */
  readonly maxReplyBytes?: number | undefined
  /**
   * Told of what `onMessage`, `correlate`, `heartbeat.isPong` and `random` throw or reject with. Default:
   * shown as a process warning, and so is what it throws or rejects with itself.
   */
  readonly onError?: ((error: HawserError) => void) | undefined
}

/** The names of the options in {@link ExchangeOptions}. */
export const exchangeNames: NamesOf<ExchangeOptions<unknown, unknown>> = {
  correlate: correlationNames,
  maxPending: true,
  maxQueuedBytes: true,
  requestTimeout: true,
  maxReplyBytes: true,
  onError: 'function',
}
