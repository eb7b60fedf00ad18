import type { CloseInfo } from '../../connection/end/close-info.js'
import {
  AbortedError,
  ClientError,
  ConnectionError,
  type ErrorDetails,
  FramingError,
  HawserError,
  OptionError,
  StateError,
  TimeoutError,
  TlsError,
} from '../../errors.js'
import { fatalCause } from '../fatal-error.js'
import { quoting } from '../../options/quoting.js'

/** What a pool has while a caller waits for a connection. */
export interface Crowd {
  readonly leased: number
  readonly max: number
  readonly waiting: number
}

/** Nothing was free in time. */
export function acquireTimeout(
  timeout: number,
  { leased, max, waiting }: Crowd,
  cause: Error | undefined,
): TimeoutError {
  const why =
    cause === undefined
      ? `${leased} of ${max} are lent out and ${waiting} wait: give leases back sooner, or raise max`
      : `none can be made: ${cause.message}`
  return new TimeoutError(
    'HAWSER_ACQUIRE_TIMEOUT',
    (limit) => `the pool had no connection for this caller in ${timeout} ms, ${why} (${limit})`,
    { op: 'acquire', cause, option: 'acquireTimeout' },
  )
}

/** Too many wait already. */
export function exhaustedError({ leased, max, waiting }: Crowd): ClientError {
  const text = `${leased} of ${max} connections are lent out, ${waiting} callers wait and no more may: slow down, give leases back sooner, or raise max or maxWaiting`
  return new ClientError('HAWSER_POOL_EXHAUSTED', text, { op: 'acquire' })
}

/** No connection can be made, and waiting would not help. */
export function acquireFailed(cause: Error): ClientError {
  const { text, option } = quoting(
    cause,
    (words) => `no connection can be made, and another try would end the same way: ${words}`,
  )
  return new ClientError('HAWSER_ACQUIRE_FAILED', text, { op: 'acquire', cause, option })
}

/** The connection was made, and is not fit to be lent out. */
export function invalidError(why: string, ends: ErrorDetails, cause?: unknown): ClientError {
  const { local, remote } = ends
  const text = `${why}, so the connection is reset: see what the server says to it`
  return new ClientError('HAWSER_ACQUIRE_FAILED', text, { op: 'acquire', local, remote, cause })
}

/** The connection ended before it could be lent out. */
export function endedError({ error, reason, by }: CloseInfo, ends: ErrorDetails): HawserError {
  return error ?? invalidError(`the connection ended (${reason}, by ${by}) at once`, ends)
}

/** The pool was closed. */
export function poolClosedError(cause: Error | undefined): ClientError {
  const text = 'the pool is closed and lends no more connections: make a new one'
  return new ClientError('HAWSER_POOL_CLOSED', text, { op: 'acquire', cause })
}

/** The lease was given back. */
export function releasedError(): StateError {
  const text = 'the lease was released, and another caller may have the connection: acquire another'
  return new StateError('HAWSER_LEASE_RELEASED', text, { op: 'request' })
}

/** A message came while the connection was not lent. */
export function unsolicitedError(ends: ErrorDetails): ClientError {
  const { local, remote } = ends
  const text =
    'a message came while the connection was not lent, and no request can claim it: the connection is reset; read what a server sends first in onConnect, and what it pushes with onMessage'
  return new ClientError('HAWSER_UNEXPECTED_REPLY', text, { op: 'read', local, remote })
}

/** The caller waits no longer. */
export function acquireAborted(signal: AbortSignal): AbortedError {
  const cause: unknown = signal.reason
  const text = 'the wait for a connection was aborted by its signal'
  return new AbortedError('HAWSER_ABORTED', text, { op: 'acquire', cause })
}

/** Whether no later try could end otherwise. */
export function isPermanent(error: Error): boolean {
  return (
    error instanceof OptionError ||
    fatalCause(error) !== undefined ||
    (error instanceof TlsError && error.code === 'HAWSER_TLS_CERTIFICATE_INVALID')
  )
}

const spoiling = new Set(['HAWSER_REQUEST_TIMEOUT', 'HAWSER_DISCONNECTED', 'HAWSER_NOT_CONNECTED'])

/** Whether an error says that the connection it came from should not be used again. */
export function isOfConnection(error: unknown): boolean {
  return (
    error instanceof ConnectionError ||
    error instanceof FramingError ||
    error instanceof TlsError ||
    (error instanceof HawserError && spoiling.has(error.code))
  )
}
