import type { TlsClientOptions, TlsServerOptions } from '../../tls.js'

// Types only: what calls on a connection take.

/** Why this side ends a connection: for those who are told of its end, not for the peer. */
export interface EndOptions {
  /**
   * The reason that `closed`, the `close` handler, logs and metrics have: 1 to 64 characters of `a-z`,
   * `0-9` and `-`. Default `ended`, or `reset`. Metrics tell a hundred apart.
   */
  readonly reason?: string | undefined
  /**
   * The error behind it: a loop or a call that waits on the connection gets a ConnectionError
   * `HAWSER_CONNECTION_CLOSED` with it as the cause, and so has `closed`. Default: none, and a loop ends.
   */
  readonly error?: Error | undefined
}

/** How long to wait for one message. */
export interface ReceiveOptions {
  /**
   * Milliseconds, then `HAWSER_RECEIVE_TIMEOUT`. Default 30 000; `Infinity` is off. Stops: a peer that
   * never greets.
   */
  readonly timeout?: number | undefined
  /** Gives the wait up, with `HAWSER_ABORTED`. */
  readonly signal?: AbortSignal | undefined
}

/** How TLS begins on an open connection. */
export interface StartTlsOptions<Out> {
  /**
   * The last message in plain text: a server's agreement, such as SMTP's `220 ready`. It has left
   * before the handshake begins, and nothing else is written in between.
   */
  readonly reply?: Out | undefined
  /**
   * Options for this connection alone: a server's on a connection from a server, a client's on one
   * from `connect`. Default: the option `tls` that the server, or `connect`, was given.
   */
  readonly tls?: TlsServerOptions | TlsClientOptions | undefined
}
