import type { HawserError } from '../errors.js'
import type { Encoder, Framing } from '../framing/framing.js'
import type { Budget } from '../policy/budget.js'
import type { Clock } from '../policy/clock.js'
import type { TlsClientOptions, TlsServerOptions } from '../tls.js'
import type { Transport } from '../transport.js'
import type { CloseInfo } from './close-info.js'
import type { Connection } from './connection.js'
import type { Memberships } from './memberships.js'

/**
 * One object for all connections: the fast way to consume. No promise and no closure is made for a
 * message unless a method returns a promise.
 */
export interface HandlerObject<In, Out> {
  /** The connection is ready. Messages wait until a returned promise settles. */
  open?(connection: Connection<In, Out>): void | Promise<void>
  /** A message arrived. While a returned promise is pending the next one of this connection waits. */
  message?(connection: Connection<In, Out>, message: In): void | Promise<void>
  /** The outbox fell below its high-water mark again. */
  writable?(connection: Connection<In, Out>): void
  /** The connection is gone; called once, last. */
  close?(connection: Connection<In, Out>, info: CloseInfo): void
}

/** The waits of a connection, in milliseconds; `Infinity` is off. */
export interface Waits {
  readonly idleTimeout: number
  readonly firstByteTimeout: number
  readonly frameTimeout: number
  readonly writeTimeout: number
  readonly consumerTimeout: number
  readonly lingerTimeout: number
  readonly clock: Clock
}

/** The least that a frame or a write under way has to move. */
export interface PaceLimits {
  /** Bytes a second; `Infinity` is off. */
  readonly minimumRate: number
  /** Milliseconds before that counts; `Infinity` is off. */
  readonly minimumRateGrace: number
}

/** What all connections of one server or client share, every default filled in. */
export interface Settings<In, Out> extends Waits, PaceLimits {
  readonly framing: Framing<In, Out>
  readonly encoder: Encoder<Out> | undefined
  readonly handler: HandlerObject<In, Out> | undefined
  readonly inboxLimit: number
  readonly outboxLimit: number
  readonly highWaterMark: number
  readonly readWhileBlocked: boolean
  readonly budget: Budget
}

/** Whoever made the connection: a server, or a client. */
export interface ConnectionOwner<In, Out> {
  /** The server, where it is one: observers are told. */
  readonly server?: object | undefined
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
