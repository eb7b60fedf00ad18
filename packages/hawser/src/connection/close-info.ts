import type { HawserError } from '../errors.js'

/** Where in its life a connection is. */
export type ConnectionPhase =
  /** Both directions are open. */
  | 'open'
  /** The server is closing: what was delivered is finished, nothing more is read. */
  | 'draining'
  /** The peer ended its direction; ours is open. */
  | 'peer-ended'
  /** We ended our direction; the peer's is open. */
  | 'ending'
  /** Both directions are closed. */
  | 'closed'

/** Why a connection ended. */
export type CloseReason =
  /** Both directions ended in order. */
  | 'ended'
  /** One side reset the connection; `by` says which. */
  | 'reset'
  /** The user's handler threw or rejected. */
  | 'handler-error'
  /** The peer broke the framing. */
  | 'frame-too-large'
  | 'frame-malformed'
  | 'frame-truncated'
  | 'text-invalid'
  /** An encoder broke off in the middle of a frame. */
  | 'encode-error'
  /** A wait reached its limit. */
  | 'idle-timeout'
  | 'first-byte-timeout'
  | 'frame-timeout'
  | 'write-timeout'
  | 'consumer-timeout'
  | 'too-slow'
  | 'drain-timeout'
  /** TLS was to begin on the open connection, and its handshake failed or was too slow. */
  | 'tls-failed'
  | 'tls-timeout'
  /** TLS was to begin, and plain text was waiting behind the message that asked for it. */
  | 'plaintext-buffered'
  /** A client's peer gave no sign of life. */
  | 'heartbeat-timeout'
  /** As many requests as may wait were given up, and no reply came. */
  | 'request-timeout'
  /** A reply came that no request was waiting for. */
  | 'unexpected-reply'
  /** More was sent than the outbox may hold. */
  | 'outbox-full'
  /** The bytes of all connections reached the server's `memory`, and this one was stalled longest. */
  | 'memory-full'
  /** The operating system ended it: no route, keepalive without answer, … `error.cause` says. */
  | 'failed'

/** How a connection ended: what `connection.closed` fulfils with. */
export interface CloseInfo {
  /** Whose doing it was. `error`: neither side asked for it. */
  readonly by: 'local' | 'remote' | 'error'
  /** Why. */
  readonly reason: CloseReason
  /** Where the connection was when that happened. */
  readonly phase: ConnectionPhase
  /** Bytes received. */
  readonly bytesRead: number
  /** Bytes accepted for sending. */
  readonly bytesWritten: number
  /** Bytes accepted and never handed to the operating system. */
  readonly unsent: number
  /**
   * Bytes received and never delivered: a partial frame, or messages nobody took. What arrived after
   * this side had closed is discarded and not counted here.
   */
  readonly undelivered: number
  /** The error behind it, where there is one. */
  readonly error?: HawserError
}
