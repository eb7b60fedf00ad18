import type { Connection, HandlerResult } from '../connection/face.js'
import type { HawserError } from '../errors.js'
import type { NamesOf } from '../options/option-names.js'
import { backoffNames, type BackoffOptions } from '../policy/backoff.js'
import { connectNames, type ConnectOptions } from './connect.js'
import { type Correlation, correlationNames } from './correlation.js'

/** How one request is made. */
export interface RequestOptions {
  /** Milliseconds until the reply, the time before it was sent included. Default: the client's. */
  readonly timeout?: number | undefined
  /** Gives the request up, with `HAWSER_ABORTED`. It may be carried out all the same. */
  readonly signal?: AbortSignal | undefined
}

/** What a request gets that is given no options. */
export const noRequestOptions: RequestOptions = Object.freeze({})

/** The names of the options in {@link RequestOptions}. */
export const requestNames: NamesOf<RequestOptions> = {
  timeout: true,
  signal: 'signal',
}

/**
 * A connection, and requests on it: what `onConnect` of a client is given, and what a lease of a pool
 * is. A function that takes one can log in for both.
 */
export interface RequestConnection<In = Uint8Array, Out = Uint8Array | string> {
  /** The connection: send on it what needs no reply. */
  readonly connection: Connection<In, Out>
  /**
   * Send a request on this connection and wait for its reply; in `onConnect` ahead of everything that
   * waits. It may be taken out of its object: `({ request }) => request('login')`.
   *
   * @returns rejects as `client.request` does
   */
  readonly request: (message: Out, options?: RequestOptions) => Promise<In>
}

/** How a client connects, stays connected, and asks. */
export interface ClientOptions<In, Out> extends Omit<
  ConnectOptions<In, Out>,
  'handler' | 'signal' | 'onError'
> {
  /** Waits between tries: full jitter from 0 to 100 ms … 30 s, forgotten after 10 s of connection. */
  readonly backoff?: BackoffOptions | undefined
  /**
   * Times in a row that the client may try again before it gives up and is closed. Default
   * `Infinity`, for ever; 0 never connects again: the client is closed when its connection ends, or
   * cannot be made. A connection that held for `backoff.resetAfter` starts the count anew.
   */
  readonly maxReconnects?: number | undefined
  /**
   * Called for each new connection before anything else flows on it: log in here, and subscribe
   * again. When it throws or rejects, the connection is reset and the next try begins after the
   * backoff.
   */
  readonly onConnect?: ((fresh: RequestConnection<In, Out>) => HandlerResult) | undefined
  /**
   * What becomes of messages sent while there is no connection: they wait (`queue`, the default), or
   * are refused with `HAWSER_NOT_CONNECTED` (`refuse`).
   */
  readonly whileDown?: 'queue' | 'refuse' | undefined
  /**
   * Messages that may wait for a connection, or for room on it; the next one is refused with
   * `HAWSER_QUEUE_FULL`. Default 10 000; `Infinity` is off. Stops: an outage that fills the memory.
   */
  readonly maxQueued?: number | undefined
  /**
   * Milliseconds a message may wait to be sent, then `HAWSER_QUEUE_TIMEOUT`; a request waits as long
   * as its own timeout. Default 30 000; `Infinity` is off. Stops: an order of yesterday that is carried
   * out when the server comes back.
   */
  readonly queueTimeout?: number | undefined
  /** How replies find their requests. Default: in order. */
  readonly correlate?: Correlation<In, Out> | undefined
  /**
   * Requests on the way at once; more wait in the queue. Default 1 000; `Infinity` is off; 1 waits for
   * each reply before the next request. Stops: more outstanding replies than a program can wait for.
   */
  readonly maxPending?: number | undefined
  /**
   * Milliseconds a request may take until its reply, then `HAWSER_REQUEST_TIMEOUT`. Default 30 000;
   * `Infinity` is off. Stops: a caller that waits for ever.
   */
  readonly requestTimeout?: number | undefined
  /**
   * Called for each message that is not a reply. While a returned promise is pending, the next waits.
   * Default: iterate over the client; messages that are not taken make the connection wait.
   */
  readonly onMessage?: ((message: In) => HandlerResult) | undefined
  /** Told of what `onMessage` throws. Default: shown as a process warning. */
  readonly onError?: ((error: HawserError) => void) | undefined
  /** Closes the client when it fires. */
  readonly signal?: AbortSignal | undefined
  /** Where randomness comes from, 0 up to and not including 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

const { handler: _handler, ...ofConnect } = connectNames

/** The names of the options in {@link ClientOptions}. */
export const clientNames: NamesOf<ClientOptions<unknown, unknown>> = {
  ...ofConnect,
  backoff: backoffNames,
  maxReconnects: true,
  onConnect: 'function',
  whileDown: true,
  maxQueued: true,
  queueTimeout: true,
  correlate: correlationNames,
  maxPending: true,
  requestTimeout: true,
  onMessage: 'function',
}
