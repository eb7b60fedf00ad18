import {
  ConnectionError,
  type ErrorDetails,
  FramingError,
  type HawserError,
  isA,
  textsOf,
  textOf,
  TimeoutError,
} from '../../errors.js'
import { quoting } from '../../options/quoting.js'
import { reasonOf } from '../../policy/reason.js'
import type { CloseInfo, CloseReason, EndingCode } from './close-info.js'

/** The close reason that an error's code stands for. */
export function closeReasonOf({ code }: HawserError): CloseReason {
  return code === 'HAWSER_CONNECTION_RESET' ? 'reset' : reasonOf(code as EndingCode)
}

/** What a decoder or encoder threw, as an error of ours: a user's own may throw anything. */
export function framingError(
  op: 'decode' | 'encode',
  cause: unknown,
  details: ErrorDetails,
): FramingError {
  if (isA(cause, FramingError)) return located(cause, details)
  const message = textOf(cause)
  const [code, who] =
    op === 'decode'
      ? (['HAWSER_FRAME_MALFORMED', 'decoder'] as const)
      : (['HAWSER_MESSAGE_INVALID', 'encoder'] as const)
  return new FramingError(code, `the ${who} failed: ${message}`, { ...details, op, cause })
}

/** The framing knows what is wrong, and only the connection knows with whom. */
function located(error: FramingError, details: ErrorDetails): FramingError {
  if (error.remote !== undefined) return error
  const { code, op, option, cause } = error
  const [what, remedy] = textsOf(error)
  return new FramingError(code, what, { ...details, op, option, remedy, cause })
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
  const who = whoEnded(code ?? '')
  return new ConnectionError(
    'HAWSER_CONNECTION_FAILED',
    `${who} ended the connection: ${cause.message}`,
    { op: 'read', ...details, cause },
  )
}

function whoEnded(code: string): string {
  if (/^ERR_(?:SSL|TLS)_/.test(code)) return 'TLS'
  return /^E[A-Z\d]+$/.test(code) ? 'the operating system' : 'the stream beneath it'
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
  const code = 'HAWSER_CONNECTION_CLOSED'
  const place = { op: 'write', ...details, cause: error }
  if (error === undefined) {
    return new ConnectionError(code, 'this side has reset the connection: connect again', place)
  }
  const { text, option } = quoting(error, (words) => `the connection is being closed: ${words}`)
  return new ConnectionError(code, text, { ...place, option })
}

/** What `send` is answered with once this side has ended, in order or because of `error`. */
export function endedError(error: HawserError | undefined, details: ErrorDetails): ConnectionError {
  const code = 'HAWSER_CONNECTION_ENDED'
  const place = { op: 'write', ...details, cause: error }
  if (error === undefined) {
    const ended =
      'this side has ended its half of the connection and can send nothing more: send before end()'
    return new ConnectionError(code, ended, place)
  }
  const { text, option } = quoting(
    error,
    (words) => `this side is ending the connection and can send nothing more: ${words}`,
  )
  return new ConnectionError(code, text, { ...place, option })
}

/** What ends a connection whose program sends more than the peer takes. */
export function outboxFull(unsent: number, limit: number, details: ErrorDetails): ConnectionError {
  return new ConnectionError(
    'HAWSER_OUTBOX_FULL',
    `${unsent} bytes wait to be sent and the outbox may hold ${limit}`,
    {
      op: 'write',
      ...details,
      option: 'outbox',
      remedy: (option) =>
        `the peer reads too slowly; await send(), check trySend(), or raise the option ${option}`,
    },
  )
}

/** What ends a connection that outlives its server's drain. */
export function drainTimeout(waited: number, details: ErrorDetails): TimeoutError {
  const text = `the connection was still at work ${waited} ms after its server began to close: give it a longer drain, or end its work when the loop ends`
  return new TimeoutError('HAWSER_DRAIN_TIMEOUT', text, { op: 'close', ...details })
}
