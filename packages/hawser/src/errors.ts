/**
 * Every error Hawser raises, in one tree. Programs match on `code`; the class says which family
 * a code belongs to, and the message says what happened, with numbers, and what to do about it.
 */

/** An address as Node.js reports it, or the path of a Unix socket. */
export interface ErrorAddress {
  /** An IP address, or the path of a Unix socket. */
  readonly address: string
  /** The port, 0–65535. Absent for a Unix socket. */
  readonly port?: number
}

/** Where an error happened, and why. */
export interface ErrorDetails {
  /** What was being done: `listen`, `connect`, `read`, `write`, `decode`, `encode`, … */
  readonly op?: string | undefined
  /** Our end of the connection, or the endpoint that was to be listened on. */
  readonly local?: ErrorAddress | undefined
  /** The peer's end of the connection. */
  readonly remote?: ErrorAddress | undefined
  /** The error underneath: the operating system's, a parser's, the user's own. */
  readonly cause?: unknown
}

/** The base of the tree: `error instanceof HawserError` is true for all that the library raises. */
export class HawserError<Code extends ErrorCode = ErrorCode> extends Error {
  /** The stable name to match on. It never changes its meaning between versions. */
  readonly code: Code
  /** What was being done: `listen`, `connect`, `read`, `write`, `decode`, `encode`, … */
  readonly op: string | undefined
  /** Our end of the connection, or the endpoint that was to be listened on. */
  readonly local: ErrorAddress | undefined
  /** The peer's end of the connection. */
  readonly remote: ErrorAddress | undefined

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.op = details.op
    this.local = details.local
    this.remote = details.remote
  }

  /** The name of the class, such as `ConnectError`. */
  override get name(): string {
    return this.constructor.name
  }
}

/** An option or an endpoint that cannot work; thrown where it was passed, before anything starts. */
export class OptionError extends HawserError<
  'HAWSER_INVALID_OPTION' | 'HAWSER_INVALID_ENDPOINT' | 'HAWSER_INVALID_TOPIC'
> {
  /**
   * The name of the option, with the option that it is in: `idleTimeout`, `tls.ca`. Undefined if the
   * error is not about an option.
   */
  readonly option: string | undefined

  constructor(
    code: OptionError['code'],
    message: string,
    details: ErrorDetails & { readonly option?: string | undefined } = {},
  ) {
    super(code, message, details)
    this.option = details.option
  }
}

/** A call that the object's present state does not allow. */
export class StateError extends HawserError<
  | 'HAWSER_ALREADY_CONSUMED'
  | 'HAWSER_SERVER_CLOSED'
  | 'HAWSER_TLS_UNAVAILABLE'
  | 'HAWSER_NO_GROUPS'
  | 'HAWSER_TOO_MANY_TOPICS'
  | 'HAWSER_LEASE_RELEASED'
> {}

/** Bytes that do not fit the framing, or a message that the framing cannot carry. */
export class FramingError extends HawserError<
  | 'HAWSER_FRAME_TOO_LARGE'
  | 'HAWSER_FRAME_MALFORMED'
  | 'HAWSER_FRAME_TRUNCATED'
  | 'HAWSER_TEXT_INVALID'
  | 'HAWSER_MESSAGE_INVALID'
  | 'HAWSER_DECODER_INVALID'
> {}

/** An endpoint that could not be listened on. */
export class ListenError extends HawserError<
  | 'HAWSER_ADDRESS_IN_USE'
  | 'HAWSER_ADDRESS_UNAVAILABLE'
  | 'HAWSER_PERMISSION_DENIED'
  | 'HAWSER_LISTEN_FAILED'
> {}

/** One address that was tried, and why it did not connect. */
export interface ConnectAttempt {
  /** The IP address, the path of a Unix socket, or a host name that did not resolve. */
  readonly address: string
  /** The port, 1–65535. Absent for a Unix socket. */
  readonly port?: number
  /** The operating system's name for it, such as `ECONNREFUSED`, or the code of one of our errors. */
  readonly code: string
  /** What happened, in words. */
  readonly message: string
}

/** A connection that was not established. */
export class ConnectError extends HawserError<
  | 'HAWSER_CONNECT_REFUSED'
  | 'HAWSER_CONNECT_TIMEOUT'
  | 'HAWSER_CONNECT_FAILED'
  | 'HAWSER_DNS_FAILED'
> {
  /** Every address that was tried, in that order. */
  readonly attempts: readonly ConnectAttempt[]

  constructor(
    code: ConnectError['code'],
    message: string,
    details: ErrorDetails = {},
    attempts: readonly ConnectAttempt[] = [],
  ) {
    super(code, message, details)
    this.attempts = attempts
  }
}

/** A proxy that does not lead to the endpoint. */
export class ProxyError extends HawserError<'HAWSER_PROXY_REFUSED' | 'HAWSER_PROXY_FAILED'> {}

/** An `AbortSignal` that fired; `cause` is the signal's reason. */
export class AbortedError extends HawserError<'HAWSER_ABORTED'> {}

/** A connection that was established and then ended in a way that lost something. */
export class ConnectionError extends HawserError<
  | 'HAWSER_CONNECTION_RESET'
  | 'HAWSER_CONNECTION_FAILED'
  | 'HAWSER_CONNECTION_CLOSED'
  | 'HAWSER_CONNECTION_ENDED'
  | 'HAWSER_OUTBOX_FULL'
  | 'HAWSER_MEMORY_FULL'
> {}

/** TLS that could not be established, or must not be. */
export class TlsError extends HawserError<
  'HAWSER_TLS_HANDSHAKE_FAILED' | 'HAWSER_TLS_CERTIFICATE_INVALID' | 'HAWSER_TLS_BUFFERED_PLAINTEXT'
> {}

/** What came instead of the PROXY protocol header that was expected. */
export class ProxyHeaderError extends HawserError<'HAWSER_PROXY_HEADER_INVALID'> {}

/** A wait that reached its limit; the code names the phase. */
export class TimeoutError extends HawserError<
  | 'HAWSER_IDLE_TIMEOUT'
  | 'HAWSER_FIRST_BYTE_TIMEOUT'
  | 'HAWSER_FRAME_TIMEOUT'
  | 'HAWSER_WRITE_TIMEOUT'
  | 'HAWSER_CONSUMER_TIMEOUT'
  | 'HAWSER_RATE_TIMEOUT'
  | 'HAWSER_DRAIN_TIMEOUT'
  | 'HAWSER_TLS_HANDSHAKE_TIMEOUT'
  | 'HAWSER_REQUEST_TIMEOUT'
  | 'HAWSER_QUEUE_TIMEOUT'
  | 'HAWSER_HEARTBEAT_TIMEOUT'
  | 'HAWSER_ACQUIRE_TIMEOUT'
  | 'HAWSER_PROXY_HEADER_TIMEOUT'
> {}

/** What went wrong between this server and the other nodes of its backplane. */
export class BackplaneError extends HawserError<
  'HAWSER_BACKPLANE_FAILED' | 'HAWSER_BACKPLANE_FULL'
> {}

/** Worker processes that could not be started, or cannot be any more. */
export class WorkerError extends HawserError<
  'HAWSER_WORKER_FAILED' | 'HAWSER_WORKERS_CLOSED' | 'HAWSER_NOT_PRIMARY'
> {}

/** A message to systemd that could not be sent. */
export class NotifyError extends HawserError<'HAWSER_NOTIFY_FAILED'> {}

/** A request or a message of a client that failed. */
export class ClientError extends HawserError<
  | 'HAWSER_DISCONNECTED'
  | 'HAWSER_NOT_CONNECTED'
  | 'HAWSER_QUEUE_FULL'
  | 'HAWSER_CLIENT_CLOSED'
  | 'HAWSER_UNEXPECTED_REPLY'
  | 'HAWSER_ACQUIRE_FAILED'
  | 'HAWSER_POOL_EXHAUSTED'
  | 'HAWSER_POOL_CLOSED'
> {}

/** An exception out of the user's own handler; `cause` is that exception. */
export class HandlerError extends HawserError<'HAWSER_HANDLER_FAILED'> {}

const table = {
  HAWSER_INVALID_OPTION: 'An option has a value that cannot work, or does not exist.',
  HAWSER_INVALID_ENDPOINT: 'An endpoint is not one of the forms Hawser understands.',
  HAWSER_INVALID_TOPIC: 'A topic has a name that cannot be one.',
  HAWSER_ALREADY_CONSUMED: 'A second consumer was started while the first is live.',
  HAWSER_SERVER_CLOSED: 'The server was closed, and a closed server does not start again.',
  HAWSER_NO_GROUPS: 'The connection was made by connect, and topics are kept by servers.',
  HAWSER_TOO_MANY_TOPICS: 'The connection is in as many topics as it may be.',
  HAWSER_FRAME_TOO_LARGE: 'A frame is larger than maxFrame.',
  HAWSER_FRAME_MALFORMED: 'The bytes do not follow the framing.',
  HAWSER_FRAME_TRUNCATED: 'The peer ended the stream in the middle of a frame.',
  HAWSER_TEXT_INVALID: 'The bytes of a text frame are not valid in its encoding.',
  HAWSER_MESSAGE_INVALID: 'The message cannot be carried by the framing.',
  HAWSER_DECODER_INVALID: 'The decoder of a framing broke its contract.',
  HAWSER_ADDRESS_IN_USE: 'Another process, or another server, listens there already.',
  HAWSER_ADDRESS_UNAVAILABLE: 'The address does not belong to this machine.',
  HAWSER_PERMISSION_DENIED: 'The operating system does not permit listening there.',
  HAWSER_LISTEN_FAILED: 'Listening failed for another reason.',
  HAWSER_CONNECT_REFUSED: 'Nothing listens at the endpoint.',
  HAWSER_CONNECT_TIMEOUT: 'The connection was not established before its deadline.',
  HAWSER_CONNECT_FAILED: 'The connection could not be established for another reason.',
  HAWSER_DNS_FAILED: 'The host name does not resolve.',
  HAWSER_PROXY_REFUSED: 'The proxy refused to open the tunnel.',
  HAWSER_PROXY_FAILED: 'The proxy did not follow its protocol.',
  HAWSER_ABORTED: 'The AbortSignal passed to the call fired.',
  HAWSER_CONNECTION_RESET: 'The peer reset the connection.',
  HAWSER_CONNECTION_FAILED: 'The operating system ended the connection.',
  HAWSER_CONNECTION_CLOSED: 'The connection is closed.',
  HAWSER_CONNECTION_ENDED: 'This side has ended its half of the connection.',
  HAWSER_OUTBOX_FULL: 'More was sent than the outbox may hold.',
  HAWSER_MEMORY_FULL: 'The buffers of all connections together reached their limit.',
  HAWSER_TLS_HANDSHAKE_FAILED: 'The two sides did not come to terms on TLS.',
  HAWSER_TLS_HANDSHAKE_TIMEOUT: 'The TLS handshake was not done before its deadline.',
  HAWSER_TLS_CERTIFICATE_INVALID: 'The certificate of the peer was not accepted.',
  HAWSER_TLS_BUFFERED_PLAINTEXT:
    'Plain text was waiting when TLS was to begin: it could be injected.',
  HAWSER_TLS_UNAVAILABLE: 'TLS cannot begin on this connection, or not now.',
  HAWSER_PROXY_HEADER_INVALID: 'The connection did not begin with a valid PROXY protocol header.',
  HAWSER_PROXY_HEADER_TIMEOUT: 'The PROXY protocol header was not there before its deadline.',
  HAWSER_IDLE_TIMEOUT: 'Nothing moved in either direction for the idle limit.',
  HAWSER_FIRST_BYTE_TIMEOUT: 'The peer connected and sent nothing.',
  HAWSER_FRAME_TIMEOUT: 'A frame was begun and made no progress.',
  HAWSER_WRITE_TIMEOUT: 'The peer stopped reading: bytes waited without progress.',
  HAWSER_CONSUMER_TIMEOUT: 'The program did not take the messages that were received.',
  HAWSER_RATE_TIMEOUT: 'A frame or a write moved more slowly than the minimum rate.',
  HAWSER_DRAIN_TIMEOUT: 'The server closed and the connection outlived its drain.',
  HAWSER_BACKPLANE_FAILED: 'A call of the backplane failed, or its message cannot be used.',
  HAWSER_BACKPLANE_FULL: 'More was published than the backplane takes.',
  HAWSER_WORKER_FAILED: 'A worker process did not start.',
  HAWSER_WORKERS_CLOSED: 'The workers were closed, and closed workers do not start again.',
  HAWSER_NOT_PRIMARY: 'Workers can be started by the primary process only.',
  HAWSER_NOTIFY_FAILED: 'The service manager could not be notified.',
  HAWSER_REQUEST_TIMEOUT: 'The reply to a request did not come in time.',
  HAWSER_QUEUE_TIMEOUT: 'A message waited too long for a connection.',
  HAWSER_HEARTBEAT_TIMEOUT: 'The peer gave no sign of life.',
  HAWSER_DISCONNECTED: 'The connection ended before the reply to a request came.',
  HAWSER_NOT_CONNECTED: 'A client has no connection, and its messages do not wait for one.',
  HAWSER_QUEUE_FULL: 'Too many messages of a client wait to be sent.',
  HAWSER_CLIENT_CLOSED: 'The client was closed, or gave up.',
  HAWSER_UNEXPECTED_REPLY: 'A reply came that no request was waiting for.',
  HAWSER_LEASE_RELEASED: 'The lease of a connection was released.',
  HAWSER_ACQUIRE_TIMEOUT: 'A pool had no connection for a caller in time.',
  HAWSER_ACQUIRE_FAILED: 'No connection that is fit to be lent out can be made.',
  HAWSER_POOL_EXHAUSTED: 'Too many callers wait for a connection of a pool.',
  HAWSER_POOL_CLOSED: 'The pool was closed.',
  HAWSER_HANDLER_FAILED: 'The handler threw or rejected.',
} as const

/** The stable names of all errors. */
export type ErrorCode = keyof typeof table

/** Every code with one sentence on what it means. ERRORS.md is checked against this table. */
export const errorCodes: Readonly<Record<ErrorCode, string>> = table
