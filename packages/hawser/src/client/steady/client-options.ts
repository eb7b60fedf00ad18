import type { HandlerResult } from '../../connection/face.js'
import type { NamesOf } from '../../options/option-names.js'
import { backoffNames, type BackoffOptions } from '../../policy/backoff.js'
import { connectNames, type ConnectOptions } from '../dial/connect.js'
import { exchangeNames, type ExchangeOptions } from '../exchange-options.js'
import type { RequestConnection } from '../requests/request-options.js'

/** How a client connects, stays connected, and asks. */
export interface ClientOptions<In, Out>
  extends
    Omit<ConnectOptions<In, Out>, 'handler' | 'signal' | 'onError'>,
    ExchangeOptions<In, Out> {
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
  /**
   * Called for each message that is not a reply. While a returned promise is pending, the next waits.
   * Default: iterate over the client; messages that are not taken make the connection wait.
   */
  readonly onMessage?: ((message: In) => HandlerResult) | undefined
  /** Closes the client when it fires. */
  readonly signal?: AbortSignal | undefined
}

const { handler: _handler, ...ofConnect } = connectNames

/** The names of the options in {@link ClientOptions}. */
export const clientNames: NamesOf<ClientOptions<unknown, unknown>> = {
  ...ofConnect,
  ...exchangeNames,
  backoff: backoffNames,
  maxReconnects: true,
  onConnect: 'function',
  whileDown: true,
  maxQueued: true,
  queueTimeout: true,
  onMessage: 'function',
}
