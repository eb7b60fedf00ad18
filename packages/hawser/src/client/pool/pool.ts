import { checkOptions } from '../../options/check-options.js'
import { milliseconds } from '../../options/numbers.js'
import type { ClientCloseOptions, CloseResult } from '../../connection/server-face.js'
import type { HawserError } from '../../errors.js'
import type { Destination } from '../dial/destination.js'
import type { Lease } from './lease.js'
import { handled } from '../../promises.js'
import { Pending } from '../correlators/pending.js'
import {
  acquireAborted,
  acquireFailed,
  acquireTimeout,
  exhaustedError,
  isOfConnection,
  poolClosedError,
  type Crowd,
} from './pool-errors.js'
import {
  acquireNames,
  type AcquireOptions,
  type PoolInfo,
  type PoolOptions,
} from './pool-options.js'
import { type PoolSettings, resolvePool } from './pool-settings.js'
import { PoolSupply, type SupplyOwner } from './pool-supply.js'
import { PoolWaiters } from './pool-waiters.js'
import { Shutdown } from '../shutdown.js'

/**
 * Connections to one server, lent to one caller at a time: for protocols in which a conversation
 * takes the whole connection (a transaction, a `MULTI`, a mail), and for more throughput than one
 * connection has.
 */
export class Pool<In = Uint8Array, Out = Uint8Array | string> implements AsyncDisposable {
  readonly #settings: PoolSettings<In, Out>
  readonly #waiters: PoolWaiters<Lease<In, Out>>
  readonly #supply: PoolSupply<In, Out>
  readonly #shutdown: Shutdown
  /** What `close` was told to be the reason. */
  #closedWith: Error | undefined

  /** @throws OptionError when an option cannot work */
  constructor(destination: Destination, options: PoolOptions<In, Out> = {}) {
    this.#settings = resolvePool(destination, options, this)
    this.#waiters = new PoolWaiters(this.#settings.clock)
    this.#supply = new PoolSupply(this.#settings, this.#demanding())
    const ending = {
      end: (error?: Error) => this.#end(error),
      cut: () => this.#supply.force(this.#closedWith),
    }
    this.#shutdown = new Shutdown(this.#settings.clock, ending)
    this.#shutdown.obey(options.signal)
    this.#supply.fill()
  }

  /**
   * Borrow a connection: an idle one, the last used first, or a new one; or wait for one, in
   * the order of the calls. It is yours alone until you release it.
   *
   * @returns rejects with `HAWSER_ACQUIRE_TIMEOUT`, whose `cause` is why no connection could be made;
   *   `HAWSER_POOL_EXHAUSTED`, `HAWSER_POOL_CLOSED`, `HAWSER_ABORTED`; or `HAWSER_ACQUIRE_FAILED` when
   *   waiting would not help: the options do not work, or the server's certificate is not accepted
   * @throws OptionError when `timeout` is no number of milliseconds
   */
  acquire(options: AcquireOptions = {}): Promise<Lease<In, Out>> {
    checkOptions(options, acquireNames)
    const { signal } = options
    const timeout = milliseconds('timeout', options.timeout ?? this.#settings.acquireTimeout)
    const refusal = this.#refuse(signal)
    const pending = new Pending<Lease<In, Out>>(this.#settings.clock.now(), timeout)
    if (refusal !== undefined) pending.reject(refusal)
    else {
      const expired = (): HawserError =>
        acquireTimeout(timeout, this.#crowd, this.#supply.lastError)
      this.#waiters.add(pending, signal, expired, acquireAborted)
      this.#supply.fill()
    }
    return pending.promise
  }

  /**
   * Borrow a connection for as long as `use` takes. When that throws something which is about the
   * connection (a ConnectionError, FramingError or TlsError, `HAWSER_REQUEST_TIMEOUT`,
   * `HAWSER_DISCONNECTED`), it is not used again; after any other error it is, if nothing is left on it.
   *
   * @returns what `use` returns; rejects with what it throws, and as `acquire` does
   */
  run<Result>(
    use: (lease: Lease<In, Out>) => Result | Promise<Result>,
    options: AcquireOptions = {},
  ): Promise<Result> {
    return handled(this.#run(use, options))
  }

  /** Counts at this moment. */
  info(): PoolInfo {
    const { created, lastError } = this.#supply
    return { ...this.#supply.counts, waiting: this.#waiters.size, created, lastError }
  }

  /**
   * Lend out nothing more, wait for what is lent out, and close all connections. Who waits is refused at
   * once, with `HAWSER_POOL_CLOSED`.
   * Called again, the shortest drain counts.
   *
   * @returns fulfils when nothing is left of it: no socket, no timer, no listener. It says how many
   *   leases were given back, and how many were cut off
   * @throws OptionError when `drain` is no number of milliseconds, or `error` is none
   */
  close(options: ClientCloseOptions = {}): Promise<CloseResult> {
    return this.#shutdown.close(options)
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #run<Result>(
    use: (lease: Lease<In, Out>) => Result | Promise<Result>,
    options: AcquireOptions,
  ): Promise<Result> {
    const lease = await this.acquire(options)
    try {
      return await use(lease)
    } catch (error) {
      if (isOfConnection(error)) lease.discard()
      throw error
    } finally {
      lease.release()
    }
  }

  /** Those that connections are made for. */
  #demanding(): SupplyOwner<In, Out> {
    const waiters = this.#waiters
    return {
      get demand() {
        return waiters.size
      },
      give: (member) => {
        const lease = member.lend((isGood) => this.#supply.released(member, isGood))
        waiters.take()?.resolve(lease)
      },
      giveUp: (error) => waiters.reject(acquireFailed(error)),
    }
  }

  #end(error: Error | undefined): Promise<CloseResult> {
    this.#closedWith = error
    const stopped = this.#supply.stop()
    this.#waiters.reject(poolClosedError(error))
    return stopped
  }

  get #crowd(): Crowd {
    const { leased } = this.#supply.counts
    return { leased, max: this.#settings.max, waiting: this.#waiters.size }
  }

  /** Why no caller may begin to wait now. */
  #refuse(signal: AbortSignal | undefined): HawserError | undefined {
    if (this.#shutdown.hasBegun) return poolClosedError(this.#closedWith)
    if (signal?.aborted === true) return acquireAborted(signal)
    const { hopeless } = this.#supply
    if (hopeless !== undefined) return acquireFailed(hopeless)
    const crowd = this.#crowd
    const { maxWaiting } = this.#settings
    return crowd.waiting - (crowd.max - crowd.leased) >= maxWaiting
      ? exhaustedError(crowd)
      : undefined
  }
}

/**
 * Make a pool; it connects when a caller asks for a connection, or at once to have `min` of them.
 *
 * @param destination an endpoint, such as `server.address()`; several, with the option `order`; or a
 *   function that makes the stream for each connection, such as a serial port
 * @throws OptionError when an option cannot work
 */
export function createPool<In = Uint8Array, Out = Uint8Array | string>(
  destination: Destination,
  options: PoolOptions<In, Out> = {},
): Pool<In, Out> {
  return new Pool(destination, options)
}
