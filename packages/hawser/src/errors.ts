/**
 * Every error Hawser raises, in one tree. Programs match on `code`; the class says which family
 * a code belongs to, and the message says what happened, with numbers, and what to do about it.
 */

import type { ErrorCode } from './error-codes.js'

export { type ErrorCode, errorCodes } from './error-codes.js'

/** An address as Node.js reports it, or the path of a Unix socket. */
export interface ErrorAddress {
  /** An IP address, or the path of a Unix socket. */
  readonly address: string
  /** The port, 0–65535. Absent for a Unix socket. */
  readonly port?: number
}

/**
 * A text of an error: as it is, or made with the name of the option it is about, so that a program whose
 * users know that option by another name, a command with flags, can say it in its own words. It may be
 * made again at any time later, so it has to be made of values that do not change.
 */
export type ErrorText = string | ((option: string) => string)

/** Where an error happened, and why. */
export interface ErrorDetails {
  /** The option that the error is about, or that its remedy names, with all that it is in: `tls.ca`. */
  readonly option?: string | undefined
  /** What to do about it: the end of the message, behind a colon. */
  readonly remedy?: ErrorText | undefined
  /** What was being done: `listen`, `connect`, `read`, `write`, `decode`, `encode`, … */
  readonly op?: string | undefined
  /** Our end of the connection, or the endpoint that was to be listened on. */
  readonly local?: ErrorAddress | undefined
  /** The peer's end of the connection. */
  readonly remote?: ErrorAddress | undefined
  /** The error underneath: the operating system's, a parser's, the user's own. */
  readonly cause?: unknown
}

/** What an error says, and what to do about it, for one that says the same of another place. */
export let textsOf: (
  error: HawserError,
) => readonly [what: ErrorText, remedy: ErrorText | undefined]

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
  /**
   * The option that the error is about, or whose value is to be changed, with the option that it is in:
   * `idleTimeout`, `tls.ca`. Undefined if there is none.
   */
  readonly option: string | undefined
  /** What to do about it: the end of `message`. Undefined where `message` says it in another place. */
  readonly remedy: string | undefined
  readonly #what: ErrorText
  readonly #remedy: ErrorText | undefined
  static {
    textsOf = (error) => [error.#what, error.#remedy]
  }

  /**
   * @param what what happened; the whole message, unless the details have a remedy
   * @param details where and why, and which option it is about
   */
  constructor(code: Code, what: ErrorText, details: ErrorDetails = {}) {
    const { option = '', cause } = details
    const remedy = details.remedy === undefined ? undefined : say(details.remedy, option)
    super(join(say(what, option), remedy), cause === undefined ? undefined : { cause })
    this.code = code
    this.option = details.option
    this.remedy = remedy
    this.#what = what
    this.#remedy = details.remedy
    this.op = details.op
    this.local = details.local
    this.remote = details.remote
  }

  /** The name of the class, such as `ConnectError`. */
  override get name(): string {
    return this.constructor.name
  }

  /**
   * The message with the option called by another name, such as a flag of a command.
   *
   * @param name what `option` is called there
   * @param remedy what to do about it there; default: what the library says
   */
  rephrase(name: string, remedy?: string): string {
    const own = this.#remedy === undefined ? undefined : say(this.#remedy, name)
    return join(say(this.#what, name), remedy ?? own)
  }
}

/** Whether `value` is one of `type`, also of a value that throws when it is asked. */
export function isA<Type>(
  value: unknown,
  type: abstract new (...args: never[]) => Type,
): value is Type {
  try {
    return value instanceof type
  } catch {
    return false
  }
}

/** What a thrown value says: anything can be thrown, and some values throw when they are read. */
export function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown)
  } catch {
    return 'a value was thrown that has no text'
  }
}

function say(text: ErrorText, option: string): string {
  return typeof text === 'string' ? text : text(option)
}

function join(what: string, remedy: string | undefined): string {
  return oneLine(remedy === undefined ? what : `${what}: ${remedy}`)
}

const control = /[\p{Cc}\u2028\u2029]/u

/**
 * What a message quotes, a peer's words or another error's, must not act on a terminal or begin a line of
 * a log: each control character is escaped, at the end it is left out.
 */
function oneLine(text: string): string {
  if (!control.test(text)) return text
  return text.trimEnd().replaceAll(/[\p{Cc}\u2028\u2029]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** An option or an endpoint that cannot work; thrown where it was passed, before anything starts. */
export class OptionError extends HawserError<
  'HAWSER_INVALID_OPTION' | 'HAWSER_INVALID_ENDPOINT' | 'HAWSER_INVALID_TOPIC'
> {}

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
    what: ErrorText,
    details: ErrorDetails = {},
    attempts: readonly ConnectAttempt[] = [],
  ) {
    super(code, what, details)
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
  | 'HAWSER_RATE_EXCEEDED'
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
  | 'HAWSER_READ_IDLE_TIMEOUT'
  | 'HAWSER_FIRST_BYTE_TIMEOUT'
  | 'HAWSER_FRAME_TIMEOUT'
  | 'HAWSER_WRITE_TIMEOUT'
  | 'HAWSER_CONSUMER_TIMEOUT'
  | 'HAWSER_RATE_TIMEOUT'
  | 'HAWSER_DRAIN_TIMEOUT'
  | 'HAWSER_RECEIVE_TIMEOUT'
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

/** A session log that cannot be written, or cannot be read. */
export class LogError extends HawserError<
  'HAWSER_LOG_LOCKED' | 'HAWSER_LOG_INVALID' | 'HAWSER_LOG_FAILED'
> {}

/** A message to systemd that could not be sent. */
export class NotifyError extends HawserError<'HAWSER_NOTIFY_FAILED'> {}

/** A request or a message of a client that failed. */
export class ClientError extends HawserError<
  | 'HAWSER_DISCONNECTED'
  | 'HAWSER_NOT_CONNECTED'
  | 'HAWSER_QUEUE_FULL'
  | 'HAWSER_REPLY_TOO_LARGE'
  | 'HAWSER_CLIENT_CLOSED'
  | 'HAWSER_UNEXPECTED_REPLY'
  | 'HAWSER_ACQUIRE_FAILED'
  | 'HAWSER_POOL_EXHAUSTED'
  | 'HAWSER_POOL_CLOSED'
> {}

/** An exception out of the user's own handler; `cause` is that exception. */
export class HandlerError extends HawserError<'HAWSER_HANDLER_FAILED'> {}
