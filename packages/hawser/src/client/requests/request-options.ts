import type { Connection } from '../../connection/face.js'
import type { NamesOf } from '../../options/option-names.js'

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
