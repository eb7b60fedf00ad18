import {
  ConnectionError,
  type ErrorCode,
  type ErrorDetails,
  FramingError,
  HawserError,
} from '../errors.js'
import type { CloseInfo, CloseReason } from './close-info.js'

const reasons: Partial<Record<ErrorCode, CloseReason>> = {
  HAWSER_FRAME_TOO_LARGE: 'frame-too-large',
  HAWSER_FRAME_MALFORMED: 'frame-malformed',
  HAWSER_FRAME_TRUNCATED: 'frame-truncated',
  HAWSER_TEXT_INVALID: 'text-invalid',
  HAWSER_MESSAGE_INVALID: 'encode-error',
  HAWSER_OUTBOX_FULL: 'outbox-full',
  HAWSER_MEMORY_FULL: 'memory-full',
  HAWSER_IDLE_TIMEOUT: 'idle-timeout',
  HAWSER_FIRST_BYTE_TIMEOUT: 'first-byte-timeout',
  HAWSER_FRAME_TIMEOUT: 'frame-timeout',
  HAWSER_WRITE_TIMEOUT: 'write-timeout',
  HAWSER_CONSUMER_TIMEOUT: 'consumer-timeout',
  HAWSER_RATE_TIMEOUT: 'too-slow',
  HAWSER_DRAIN_TIMEOUT: 'drain-timeout',
  HAWSER_TLS_HANDSHAKE_FAILED: 'tls-failed',
  HAWSER_TLS_CERTIFICATE_INVALID: 'tls-failed',
  HAWSER_TLS_HANDSHAKE_TIMEOUT: 'tls-timeout',
  HAWSER_TLS_BUFFERED_PLAINTEXT: 'plaintext-buffered',
  HAWSER_HEARTBEAT_TIMEOUT: 'heartbeat-timeout',
  HAWSER_REQUEST_TIMEOUT: 'request-timeout',
  HAWSER_UNEXPECTED_REPLY: 'unexpected-reply',
  HAWSER_HANDLER_FAILED: 'handler-error',
  HAWSER_CONNECTION_RESET: 'reset',
}

/** The close reason that an error's code stands for. */
export function closeReasonOf(error: HawserError): CloseReason {
  return reasons[error.code] ?? 'failed'
}

/** What a decoder or encoder threw, as an error of ours: a user's own may throw anything. */
export function framingError(
  op: 'decode' | 'encode',
  cause: unknown,
  details: ErrorDetails,
): HawserError {
  if (cause instanceof HawserError) return located(cause, details)
  const message = cause instanceof Error ? cause.message : String(cause)
  const [code, who] =
    op === 'decode'
      ? (['HAWSER_FRAME_MALFORMED', 'decoder'] as const)
      : (['HAWSER_MESSAGE_INVALID', 'encoder'] as const)
  return new FramingError(code, `the ${who} failed: ${message}`, { ...details, op, cause })
}

/** The framing knows what is wrong, and only the connection knows with whom. */
function located(error: HawserError, details: ErrorDetails): HawserError {
  if (!(error instanceof FramingError) || error.remote !== undefined) return error
  const { code, message, op, cause } = error
  return new FramingError(code, message, { ...details, op, cause })
}

/** What the operating system, or TLS, said when it ended an established connection. */
export function transportError(cause: Error, details: ErrorDetails): ConnectionError {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') {
    return new ConnectionError(
      'HAWSER_CONNECTION_RESET',
      `the peer reset the connection (${code}): it closed without reading all that was sent, or it crashed`,
      { op: 'read', ...details, cause },
    )
  }
  const who = /^ERR_(?:SSL|TLS)_/.test(code ?? '') ? 'TLS' : 'the operating system'
  return new ConnectionError(
    'HAWSER_CONNECTION_FAILED',
    `${who} ended the connection: ${cause.message}`,
    { op: 'read', ...details, cause },
  )
}

/** What a call on a connection that is gone is answered with. */
export function closedError(info: CloseInfo, details: ErrorDetails): ConnectionError {
  const cause = info.error === undefined ? {} : { cause: info.error }
  return new ConnectionError(
    'HAWSER_CONNECTION_CLOSED',
    `the connection is closed (${info.reason}, by ${info.by}): ${info.unsent} bytes were never sent; connect again`,
    { op: 'write', ...details, ...cause },
  )
}

/** What a call is answered with between a reset and the moment the connection is gone. */
export function closingError(
  error: HawserError | undefined,
  details: ErrorDetails,
): ConnectionError {
  const text =
    error === undefined
      ? 'this side has reset the connection: connect again'
      : `the connection is being closed: ${error.message}`
  return new ConnectionError('HAWSER_CONNECTION_CLOSED', text, {
    op: 'write',
    ...details,
    cause: error,
  })
}

/** What `send` is answered with once this side has ended, in order or because of `error`. */
export function endedError(error: HawserError | undefined, details: ErrorDetails): ConnectionError {
  const text =
    error === undefined
      ? 'this side has ended its half of the connection and can send nothing more: send before end()'
      : `this side is ending the connection and can send nothing more: ${error.message}`
  return new ConnectionError('HAWSER_CONNECTION_ENDED', text, {
    op: 'write',
    ...details,
    cause: error,
  })
}
