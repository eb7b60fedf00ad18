import type { Connection } from '../connection/connection.js'
import type { RequestOptions } from './client-options.js'
import { releasedError } from './pool-errors.js'
import type { PoolMember } from './pool-member.js'

/**
 * A connection of a pool that is yours until you give it back: `using lease = await pool.acquire()`
 * does at the end of the block. What you kept of it (the connection, an iterator) is not to be used
 * afterwards: it may be somebody else's.
 */
export class Lease<In = Uint8Array, Out = Uint8Array | string>
  implements Disposable, AsyncIterable<In>
{
  #member: PoolMember<In, Out> | undefined
  readonly #giveBack: (isGood: boolean) => void

  /** @internal Leases come from `pool.acquire`. */
  constructor(member: PoolMember<In, Out>, giveBack: (isGood: boolean) => void) {
    this.#member = member
    this.#giveBack = giveBack
  }

  /** Whether it was given back. */
  get released(): boolean {
    return this.#member === undefined
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
  request(message: Out, options: RequestOptions = {}): Promise<In> {
    if (this.#member !== undefined) return this.#member.request(message, options)
    const refused = Promise.reject<In>(releasedError())
    // Awaited or not, it must not end the process.
    refused.catch(() => undefined)
    return refused
  }

  /**
   * The messages that answer no request. The peer's FIN ends the loop, a reset throws from it, and
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

  /** Give the connection back to be reset: nobody is to use it again. After `release`: nothing happens. */
  discard(): void {
    this.#end(false)
  }

  /** The same as `release()`, for `using`. */
  [Symbol.dispose](): void {
    this.#end(true)
  }

  get #held(): PoolMember<In, Out> {
    if (this.#member === undefined) throw releasedError()
    return this.#member
  }

  #end(isGood: boolean): void {
    if (this.#member === undefined) return
    this.#member = undefined
    this.#giveBack(isGood)
  }
}
