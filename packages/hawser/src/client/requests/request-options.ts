import type { Connection } from '../../connection/face.js'
import type { NamesOf } from '../../options/option-names.js'

/** How one request is made. */
export interface RequestOptions {
  /** Milliseconds until the reply, the time before it was sent included. Default: the client's. */
  readonly timeout?: number | undefined
  /** Gives the request up, with `HAWSER_ABORTED`. It may be carried out all the same. */
  readonly signal?: AbortSignal | undefined
  /**
   * The server holds the reply back until there is one, as for Redis' `BLPOP`: the client's heartbeat
   * sends no ping meanwhile, which would wait behind it, and `timeout` alone watches. Default false.
   */
  readonly blocks?: boolean | undefined
  /**
   * You say that the request may be carried out twice: where the connection is lost before its reply, it
   * is sent again on the next one, in its place among the others, instead of being rejected with
   * `HAWSER_DISCONNECTED`. `timeout` counts from the call, all tries together. Its message is kept until
   * the reply, and counts for `maxQueuedBytes`; do not change it. Not where `until` threw. Only for `request` of a client whose
   * `whileDown` is `queue`. Default false.
   */
  readonly resend?: boolean | undefined
}

/** How a request is made whose reply is one message. */
export interface SingleRequestOptions extends RequestOptions {
  readonly until?: undefined
}

/** How a request is made whose reply is several messages: entries and their end, a greeting of many lines. */
export interface PartedRequestOptions<In> extends RequestOptions {
  /**
   * Whether a message is the last of the reply; it belongs to it. It is asked for every message of the
   * reply, also where the request was given up, so that what follows is not taken for a part of it.
   */
  readonly until: (message: In) => boolean
}

/** How a request of either kind is made. */
export type AnyRequestOptions<In> = SingleRequestOptions | PartedRequestOptions<In>

/** Sends a request and waits for its reply. */
export interface RequestFunction<In, Out> {
  /** Send a request whose reply is several messages; returns all of them once the last is there. */
  (message: Out, options: PartedRequestOptions<In>): Promise<In[]>
  /** Send a request whose reply is one message. */
  (message: Out, options?: SingleRequestOptions): Promise<In>
}

/** What a request gets that is given no options. */
export const noRequestOptions: RequestOptions = Object.freeze({})

/** The names of the options in {@link RequestOptions}. */
export const requestNames: NamesOf<RequestOptions> = {
  timeout: true,
  signal: 'signal',
  blocks: true,
  resend: true,
}

/** The names of the options in {@link PartedRequestOptions}. */
export const partedRequestNames: NamesOf<PartedRequestOptions<unknown>> = {
  ...requestNames,
  until: 'function',
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
  readonly request: RequestFunction<In, Out>
  /**
   * Send a request whose reply is several messages, each delivered when it came; in `onConnect` ahead of
   * everything that waits. Nothing is sent before the first message is asked for.
   *
   * @returns iterates as `client.requestStream` does
   */
  readonly requestStream: (
    message: Out,
    options: PartedRequestOptions<In>,
  ) => AsyncIterableIterator<In, undefined>
}
