import type { Connection } from '../../connection/face.js'
import { rejected } from '../../promises.js'
import {
  type AnyRequestOptions,
  noRequestOptions,
  type PartedRequestOptions,
  type RequestConnection,
  type RequestFunction,
} from '../requests/request-options.js'
import { releasedError } from './pool-errors.js'

/** What a lease lends: a connection, and what may be done with it. */
export interface Lendable<In, Out> {
  readonly connection: Connection<In, Out>
  request(message: Out, options: AnyRequestOptions<In>): Promise<In | In[]>
  stream(message: Out, options: PartedRequestOptions<In>): AsyncIterableIterator<In, undefined>
  /** The messages that reply to no request, until it is given back or ends. */
  iterate(): AsyncIterableIterator<In, undefined>
}

let create: (lent: object, giveBack: (isGood: boolean) => void) => unknown

/** Lend a connection, until it comes back through `giveBack`. */
export function lend<In, Out>(
  lent: Lendable<In, Out>,
  giveBack: (isGood: boolean) => void,
): Lease<In, Out> {
  return create(lent, giveBack) as Lease<In, Out>
}

/**
 * A connection of a pool that is yours until you give it back: `using lease = await pool.acquire()`
 * does at the end of the block. What you kept of it (the connection, an iterator) is not to be used
 * afterwards: another caller may have it.
 */
export class Lease<In = Uint8Array, Out = Uint8Array | string>
  implements RequestConnection<In, Out>, Disposable, AsyncIterable<In>
{
  #lent: Lendable<In, Out> | undefined
  readonly #giveBack: (isGood: boolean) => void
  static {
    create = (lent, giveBack) => new Lease(lent as Lendable<never, never>, giveBack)
  }

  /** Leases come from `pool.acquire`. */
  private constructor(lent: Lendable<In, Out>, giveBack: (isGood: boolean) => void) {
    this.#lent = lent
    this.#giveBack = giveBack
  }

  /** Whether it was given back. */
  get released(): boolean {
    return this.#lent === undefined
  }

  /**
   * The connection: send on it what needs no reply. Its messages go to requests and to this lease.
   *
   * @throws StateError `HAWSER_LEASE_RELEASED`
   */
  get connection(): Connection<In, Out> {
    return this.#held.connection
  }

  /**
   * Send a request on this connection and wait for its reply.
   *
   * @returns fulfils with the reply. Rejects with `HAWSER_REQUEST_TIMEOUT`, `HAWSER_ABORTED` or
   *   `HAWSER_DISCONNECTED`, and then it may have been carried out or not; or with
   *   `HAWSER_NOT_CONNECTED`, `HAWSER_QUEUE_FULL`, `HAWSER_QUEUE_TIMEOUT`, a FramingError or
   *   `HAWSER_LEASE_RELEASED`, and then it was never sent
   * @throws OptionError when the timeout is none
   */
  readonly request: RequestFunction<In, Out> = ((message: Out, options?: AnyRequestOptions<In>) => {
    if (this.#lent !== undefined) return this.#lent.request(message, options ?? noRequestOptions)
    return rejected(releasedError())
  }) as RequestFunction<In, Out>

  /**
   * Send a request whose reply is several messages, and take each when it came.
   *
   * @returns iterates as `client.requestStream` does
   * @throws OptionError when the timeout is none, or `until` is missing
   * @throws StateError `HAWSER_LEASE_RELEASED`
   */
  readonly requestStream: RequestConnection<In, Out>['requestStream'] = (message, options) =>
    this.#held.stream(message, options);

  /**
   * The messages that are not replies. The peer's FIN ends the loop, a reset throws from it, and
   * giving the lease back ends it.
   *
   * @throws StateError `HAWSER_LEASE_RELEASED`
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined> {
    return this.#held.iterate()
  }

  /**
   * Give the connection back. It is lent to the next caller, unless it ended, requests on it have no
   * reply yet, or messages were not taken: then it is reset. Again: nothing happens.
   */
  release(): void {
    this.#end(true)
  }

  /** Give the connection back to be reset: it is not lent again. After `release`: nothing happens. */
  discard(): void {
    this.#end(false)
  }

  /** The same as `release()`, for `using`. */
  [Symbol.dispose](): void {
    this.#end(true)
  }

  get #held(): Lendable<In, Out> {
    if (this.#lent === undefined) throw releasedError()
    return this.#lent
  }

  #end(isGood: boolean): void {
    if (this.#lent === undefined) return
    this.#lent = undefined
    this.#giveBack(isGood)
  }
}
