import type { StreamMaker } from '../../attached/dial-stream.js'
import type { Endpoint, ParsedEndpoint } from '../../socket/endpoint.js'
import type { Transport } from '../../transport.js'

/**
 * What to connect to: an endpoint, such as `server.address()`; several, with the option `order`; or a
 * function that makes the stream to speak over.
 */
export type Destination = Endpoint | null | readonly Endpoint[] | StreamMaker

/** A connection just made. */
export interface Dialled {
  readonly transport: Transport
  /** Which of the endpoints it is to; undefined where the stream was made elsewhere. */
  readonly endpoint: ParsedEndpoint | undefined
}

/** What makes connections to one destination; a client and a pool keep one. */
export interface Dials {
  /**
   * Make one connection.
   *
   * @param signal the one of the options, unless another is passed
   * @throws OptionError, ConnectError, TlsError, or AbortedError when the signal fired
   */
  dial(signal?: AbortSignal): Promise<Dialled>
}
