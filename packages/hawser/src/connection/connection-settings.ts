import type { HawserError } from '../errors.js'
import type { Encoder, Framing } from '../framing/framing.js'
import type { Budget } from '../policy/budget.js'
import type { Clock } from '../policy/clock.js'
import type { Beat } from '../policy/heartbeat.js'
import type { PaceLimits } from '../policy/pace.js'
import type { RateLimits } from '../policy/rate/rate-limit.js'
import type { TlsClientOptions, TlsServerOptions } from '../tls.js'
import type { Transport } from '../transport.js'
import type { CloseInfo } from './end/close-info.js'
import type { Connection, HandlerObject } from './face.js'
import type { ConnectionServer } from './server-face.js'
import type { Memberships } from './memberships.js'
import type { Effects } from './work.js'

/** The waits of a connection, in milliseconds; `Infinity` is off. */
export interface Waits {
  readonly idleTimeout: number
  readonly readIdleTimeout: number
  readonly firstByteTimeout: number
  readonly frameTimeout: number
  readonly writeTimeout: number
  readonly consumerTimeout: number
  readonly lingerTimeout: number
  readonly clock: Clock
}

/**
 * What stops taking messages while the outbox is above its high-water mark and no sender slows itself
 * down: on a server's connection a handler object and a loop, on one of `connect` a handler object,
 * and of clients and pools nothing. Streams and relays are never stopped: both ends would wait for
 * each other.
 */
export type Brakes = 'all' | 'handler' | 'none'

/** What all connections of one server or client share, every default filled in. */
export interface Settings<In, Out> extends Waits, PaceLimits {
  readonly framing: Framing<In, Out>
  readonly encoder: Encoder<Out> | undefined
  readonly handler: HandlerObject<In, Out> | undefined
  readonly heartbeat: Beat<Out> | undefined
  readonly inboxLimit: number
  readonly outboxLimit: number
  readonly highWaterMark: number
  /** How much may come; undefined where nothing is limited. */
  readonly rateLimit: RateLimits | undefined
  /** What a blocked outbox stops that no sender awaits: see {@link Brakes}. */
  readonly brakes: Brakes
  /** Our direction stays open when the peer's has ended. */
  readonly allowHalfOpen: boolean
  readonly budget: Budget
  /** What their messages have been seen to cause. */
  readonly effects: Effects
}

/** Whoever made the connection: a server, or a client. */
export interface ConnectionOwner<In, Out> {
  /** The server, where it is one: observers are told. */
  readonly server?: ConnectionServer<In, Out> | undefined
  /** The client or the pool, where it is one: observers are told. */
  readonly client?: object | undefined
  /** Where its connections join topics; a client has none. */
  readonly groups?: Memberships<In, Out> | undefined
  /**
   * Get ready for TLS on a connection's transport.
   *
   * @returns begins it; rejects with TlsError or TimeoutError
   * @throws OptionError; StateError when there is no certificate to show
   */
  prepareTls?(
    transport: Transport,
    options: TlsServerOptions | TlsClientOptions | undefined,
  ): () => Promise<void>
  /** Something went wrong on one connection: a handler's exception, above all. */
  failed(error: HawserError, connection: Connection<In, Out>): void
  /** The connection is gone. */
  closed(connection: Connection<In, Out>, info: CloseInfo): void
}
