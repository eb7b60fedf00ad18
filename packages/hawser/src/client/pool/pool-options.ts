import type { HandlerResult } from '../../connection/face.js'
import type { HawserError } from '../../errors.js'
import type { NamesOf } from '../../options/option-names.js'
import { backoffNames, type BackoffOptions } from '../../policy/backoff.js'
import { connectNames, type ConnectOptions } from '../dial/connect.js'
import { exchangeNames, type ExchangeOptions } from '../exchange-options.js'
import type { Lease } from './lease.js'

/** How connections are made, kept and lent out. */
export interface PoolOptions<In, Out>
  extends
    Omit<ConnectOptions<In, Out>, 'handler' | 'heartbeat' | 'signal' | 'onError'>,
    ExchangeOptions<In, Out> {
  /**
   * Connections at once, those being made and those being closed among them. Default 10; `Infinity` is
   * off. Stops: a burst of work that becomes a burst of connections.
   */
  readonly max?: number | undefined
  /** Connections that are kept though none is needed. Default 0; at most `max`. */
  readonly min?: number | undefined
  /**
   * Milliseconds `acquire` may wait, then `HAWSER_ACQUIRE_TIMEOUT`. Default 5 000; `Infinity` is off.
   * Stops: callers that pile up behind a server that is down, or a lease that is never given back.
   */
  readonly acquireTimeout?: number | undefined
  /**
   * Callers that may wait beyond those for whom there is a connection, or room for one; the next is
   * refused with `HAWSER_POOL_EXHAUSTED`. Default 1 000; `Infinity` is off; 0 refuses every caller
   * that would have to wait for another's lease. Stops: an overload that fills the memory.
   */
  readonly maxWaiting?: number | undefined
  /**
   * Milliseconds that an idle connection may stay, `min` of them apart. Default 30 000;
   * `Infinity` is off. Stops: a burst's connections that stay for ever.
   */
  readonly maxIdleTime?: number | undefined
  /**
   * Milliseconds after which a connection is lent out no more, less up to a fifth of them by chance, so
   * that those made together do not end together. It is never taken from who has it. Default 1 800 000;
   * `Infinity` is off. Stops: connections that stay with a server which others were added to, or whose
   * name has long led elsewhere.
   */
  readonly maxAge?: number | undefined
  /**
   * Called with each connection before it is lent out, the new ones too: ask the server something. When
   * it returns false, throws or rejects, or takes longer than `validateTimeout`, the connection is reset
   * and another takes its place.
   */
  readonly validate?: ((lease: Lease<In, Out>) => unknown) | undefined
  /** Milliseconds for `validate`. Default 1 000; `Infinity` is off. Stops: a server that hangs. */
  readonly validateTimeout?: number | undefined
  /**
   * Called with each new connection, for as long as `connectTimeout`: log in here. When it throws or rejects,
   * the connection is reset, and the next is tried after the backoff.
   */
  readonly onConnect?: ((lease: Lease<In, Out>) => HandlerResult) | undefined
  /**
   * Requests of one lease that may wait for room on its connection; the next one is refused with
   * `HAWSER_QUEUE_FULL`. Default 1 000; `Infinity` is off. Stops: a peer that does not read, and fills
   * the memory.
   */
  readonly maxQueued?: number | undefined
  /**
   * Waits between tries when no connection can be made: full jitter from 0 to 100 ms … 5 s, so that
   * a caller that waits `acquireTimeout` sees a try.
   */
  readonly backoff?: BackoffOptions | undefined
  /**
   * Called for each message that is not a reply, lent or not. Without it such messages go
   * to the lease, and a connection on which one comes while it is idle is reset.
   */
  readonly onMessage?: ((message: In) => HandlerResult) | undefined
  /** Closes the pool when it fires, without a drain. */
  readonly signal?: AbortSignal | undefined
}

const { handler: _handler, heartbeat: _heartbeat, ...ofConnect } = connectNames

/** The names of the options in {@link PoolOptions}. */
export const poolNames: NamesOf<PoolOptions<unknown, unknown>> = {
  ...ofConnect,
  ...exchangeNames,
  max: true,
  min: true,
  acquireTimeout: true,
  maxWaiting: true,
  maxIdleTime: true,
  maxAge: true,
  validate: 'function',
  validateTimeout: true,
  onConnect: 'function',
  maxQueued: true,
  backoff: backoffNames,
  onMessage: 'function',
}

/** How one connection is asked for. */
export interface AcquireOptions {
  /** Waits no longer when it fires: `HAWSER_ABORTED`. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds to wait. Default: the pool's `acquireTimeout`. */
  readonly timeout?: number | undefined
}

/** The names of the options in {@link AcquireOptions}. */
export const acquireNames: NamesOf<AcquireOptions> = {
  signal: 'signal',
  timeout: true,
}

/** What a pool has at one moment, and had. */
export interface PoolInfo {
  /** Open connections, those being closed among them. */
  readonly size: number
  /** Connections that are idle. */
  readonly idle: number
  /** Connections that are lent out. */
  readonly leased: number
  /** Connections being made. */
  readonly connecting: number
  /** Callers of `acquire` that wait. */
  readonly waiting: number
  /** Connections made since the beginning. */
  readonly created: number
  /** Why the last try to make a connection failed; undefined when it did not. */
  readonly lastError: HawserError | undefined
}
