import {
  AbortedError,
  ConnectionError,
  type ErrorDetails,
  OptionError,
  StateError,
  TimeoutError,
} from '../../errors.js'

/** No message came in time. */
export function receiveTimeout(timeout: number, details: ErrorDetails): TimeoutError {
  return new TimeoutError('HAWSER_RECEIVE_TIMEOUT', `no message came within ${timeout} ms`, {
    op: 'read',
    ...details,
    option: 'timeout',
    remedy: (option) => `check that the peer is the one to speak now, or raise ${option}`,
  })
}

/** The signal of a wait fired. */
export function receiveAborted(cause: unknown, details: ErrorDetails): AbortedError {
  const text = 'the wait for a message was aborted by its signal'
  return new AbortedError('HAWSER_ABORTED', text, { op: 'read', ...details, cause })
}

/** Those that only say that the connection has come to its end. */
const endings = new WeakSet<object>()

/** No message will come any more. */
export function receiveEnded(details: ErrorDetails): ConnectionError {
  const text = 'the connection ended before a message came: connect again'
  return asReceiveEnded(
    new ConnectionError('HAWSER_CONNECTION_CLOSED', text, { op: 'read', ...details }),
  )
}

/** Mark an error that says nothing but that the connection has come to its end. */
export function asReceiveEnded(error: ConnectionError): ConnectionError {
  endings.add(error)
  return error
}

/** Whether an error is one of `receiveEnded`. */
export function isReceiveEnded(error: object): boolean {
  return endings.has(error)
}

/** Another consumer takes the messages. */
export function consumedError(details: ErrorDetails): StateError {
  return new StateError(
    'HAWSER_ALREADY_CONSUMED',
    'the messages of this connection already go to a handler object, a loop or a stream: ' +
      'leave that one first, or use only one',
    details,
  )
}

/** A framing was to be switched to whose largest frame would never be complete. */
export function frameAboveInbox(
  maxFrame: number,
  inboxLimit: number,
  details: ErrorDetails,
): OptionError {
  return new OptionError(
    'HAWSER_INVALID_OPTION',
    (option) => `${option} is ${maxFrame} bytes and the inbox holds ${inboxLimit}`,
    {
      ...details,
      option: 'maxFrame',
      remedy: (option) => `raise the option inbox or lower ${option}`,
    },
  )
}
