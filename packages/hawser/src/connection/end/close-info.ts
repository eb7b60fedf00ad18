import type { HawserError } from '../../errors.js'
import type { ReasonOf } from '../../policy/reason.js'

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

/** The codes of errors that end a connection. */
export type EndingCode =
  /** The user's handler threw or rejected. */
  | 'HAWSER_HANDLER_FAILED'
  /** The peer broke the framing. */
  | 'HAWSER_FRAME_TOO_LARGE'
  | 'HAWSER_FRAME_MALFORMED'
  | 'HAWSER_FRAME_TRUNCATED'
  | 'HAWSER_TEXT_INVALID'
  /** The framing's decoder broke its contract. */
  | 'HAWSER_DECODER_INVALID'
  /** An encoder broke off in the middle of a frame. */
  | 'HAWSER_MESSAGE_INVALID'
  /** A wait reached its limit. */
  | 'HAWSER_IDLE_TIMEOUT'
  | 'HAWSER_READ_IDLE_TIMEOUT'
  | 'HAWSER_FIRST_BYTE_TIMEOUT'
  | 'HAWSER_FRAME_TIMEOUT'
  | 'HAWSER_WRITE_TIMEOUT'
  | 'HAWSER_CONSUMER_TIMEOUT'
  | 'HAWSER_RATE_TIMEOUT'
  | 'HAWSER_DRAIN_TIMEOUT'
  /** TLS was to begin on the open connection, and its handshake failed or was too slow. */
  | 'HAWSER_TLS_HANDSHAKE_FAILED'
  | 'HAWSER_TLS_CERTIFICATE_INVALID'
  | 'HAWSER_TLS_HANDSHAKE_TIMEOUT'
  /** TLS was to begin, and plain text was waiting behind the message that asked for it. */
  | 'HAWSER_TLS_BUFFERED_PLAINTEXT'
  /** The peer gave no sign of life. */
  | 'HAWSER_HEARTBEAT_TIMEOUT'
  /** As many requests as may wait were given up, and no reply came. */
  | 'HAWSER_REQUEST_TIMEOUT'
  /** A reply came that no request was waiting for. */
  | 'HAWSER_UNEXPECTED_REPLY'
  /** More was sent than the outbox may hold. */
  | 'HAWSER_OUTBOX_FULL'
  /** The bytes of all connections reached the server's `memory`, and this one was stalled longest. */
  | 'HAWSER_MEMORY_FULL'
  /** The peer sent more than its rate limit allows. */
  | 'HAWSER_RATE_EXCEEDED'
  /** The operating system ended it: no route, keepalive without a reply, … `error.cause` says. */
  | 'HAWSER_CONNECTION_FAILED'

/**
 * Why a connection ended. `ended`: both directions ended in order. `reset`: one side reset it, and
 * `by` says which. Otherwise `error` ended it, and the reason is its code without `HAWSER_`, in lower
 * case, dashed: `HAWSER_IDLE_TIMEOUT` is `idle-timeout`. ERRORS.md has them all. A program may give a
 * word of its own to `close` and `reset`.
 */
export type CloseReason = 'ended' | 'reset' | ReasonOf<EndingCode> | (string & {})

/** Why a program ends a connection, in its own words. */
export interface Why {
  readonly reason?: string | undefined
  readonly error?: HawserError | undefined
}

/** How a connection ended: what `connection.closed` fulfils with. */
export interface CloseInfo {
  /** Which side ended it. `error`: neither side asked for it. */
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
   * Bytes received and never delivered: a partial frame, or messages that were not taken. What arrived after
   * this side had closed is discarded and not counted here.
   */
  readonly undelivered: number
  /** The error behind it, where there is one. */
  readonly error?: HawserError
}
